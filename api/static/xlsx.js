// Reads the rows of an XLSX workbook in the browser, without a library: unzips with DecompressionStream, and takes cells by their tags
// (the page's policy forbids the browser's XML parser, which could make scripts).

const LARGEST = 60e6; // bytes unpacked
const ENTITIES = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

const unescape = (text) => text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) =>
  (hex || decimal ? String.fromCodePoint(parseInt(hex || decimal, hex ? 16 : 10)) : (ENTITIES[name] ?? whole)));
const words = (xml) => [...xml.matchAll(/<(?:\w+:)?t(?:\s[^>]*)?>([^<]*)<\/(?:\w+:)?t>/g)].map(([, text]) => unescape(text)).join("");

// The members of a zip file: name → { method, bytes }, from its central directory.
function members(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  if (end < 0) throw new Error("This is no XLSX workbook.");
  const found = new Map();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
    const [method, packed, size] = [view.getUint16(at + 10, true), view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const [name, extra, comment] = [28, 30, 32].map((place) => view.getUint16(at + place, true));
    const local = view.getUint32(at + 42, true);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    found.set(new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + name)), { method, size, bytes: bytes.subarray(start, start + packed) });
    at += 46 + name + extra + comment;
  }
  return found;
}

async function text(member) {
  if (!member) return "";
  if (member.size > LARGEST) throw new Error("The workbook is too large for this page; use the command hcpcs batch.");
  if (member.method === 0) return new TextDecoder().decode(member.bytes);
  const stream = new Blob([member.bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let [whole, size] = ["", 0];
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.length;
    if (size > LARGEST) throw new Error("The workbook is too large for this page; use the command hcpcs batch.");
    whole += decoder.decode(part.value, { stream: true });
  }
  return whole;
}

// For each cell style, whether it shows a date.
function dateStyles(styles) {
  const codes = new Map([...styles.matchAll(/<numFmt\s[^>]*?numFmtId="(\d+)"[^>]*?formatCode="([^"]*)"/g)].map(([, id, code]) => [Number(id), code]));
  const isDate = (id) => (id >= 14 && id <= 22) || (id >= 45 && id <= 47) || /[dy]/i.test((codes.get(id) ?? "").replace(/\[[^\]]*\]|"[^"]*"/g, ""));
  const xfs = /<cellXfs[^>]*>(.*?)<\/cellXfs>/s.exec(styles)?.[1] ?? "";
  return [...xfs.matchAll(/<xf\s[^>]*?numFmtId="(\d+)"/g)].map(([, id]) => isDate(Number(id)));
}

const asDay = (serial) => new Date(Date.UTC(1899, 11, 30) + Math.floor(Number(serial)) * 864e5).toISOString().slice(0, 10);
const column = (letters) => [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;

function value(attributes, inside, shared, dates) {
  const kind = /\bt="(\w+)"/.exec(attributes)?.[1] ?? "n";
  if (kind === "inlineStr") return words(inside);
  const raw = /<(?:\w+:)?v>([^<]*)<\/(?:\w+:)?v>/.exec(inside)?.[1] ?? "";
  if (kind === "s") return shared[Number(raw)] ?? "";
  if (kind === "n" && raw && dates[Number(/\bs="(\d+)"/.exec(attributes)?.[1] ?? -1)]) return asDay(raw);
  return unescape(raw);
}

function sheetRows(xml, shared, dates) {
  return [...xml.matchAll(/<(?:\w+:)?row\b[^>]*>(.*?)<\/(?:\w+:)?row>/gs)].map(([, row]) => {
    const cells = [];
    for (const [, attributes, , inside] of row.matchAll(/<(?:\w+:)?c\b([^>]*?)(\/>|>(.*?)<\/(?:\w+:)?c>)/gs)) {
      const letters = /\br="([A-Z]{1,3})\d+"/.exec(attributes)?.[1];
      cells[letters ? column(letters) : cells.length] = value(attributes, inside ?? "", shared, dates).replace(/\s+/g, " ").trim();
    }
    return Array.from(cells, (cell) => cell ?? "");
  }).filter((cells) => cells.some(Boolean));
}

// Rows of cells of the sheet with the most rows; dates as YYYY-MM-DD.
export async function readXlsx(bytes) {
  const files = members(bytes);
  const shared = [...(await text(files.get("xl/sharedStrings.xml"))).matchAll(/<(?:\w+:)?si>(.*?)<\/(?:\w+:)?si>/gs)].map(([, inside]) => words(inside));
  const dates = dateStyles(await text(files.get("xl/styles.xml")));
  const sheets = [...files.keys()].filter((name) => /^xl\/worksheets\/[^/]+\.xml$/.test(name));
  if (!sheets.length) throw new Error("This is no XLSX workbook.");
  const all = await Promise.all(sheets.map(async (name) => sheetRows(await text(files.get(name)), shared, dates)));
  return all.reduce((most, rows) => (rows.length > most.length ? rows : most));
}
