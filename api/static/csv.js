// Reads cells copied from a spreadsheet; writes CSV that is safe to open in a spreadsheet. Pure functions.

const QUOTED = /"((?:[^"]|"")*)"(?=\t|\n|$)/y;
const PLAIN = /[^\t\n]*/y;

function cellAt(source, at) {
  QUOTED.lastIndex = PLAIN.lastIndex = at;
  const quoted = QUOTED.exec(source);
  return quoted ? [quoted[0].length, quoted[1].replaceAll('""', '"')] : [PLAIN.exec(source)[0].length, null];
}

// Returns rows of cells. Tabs separate cells; a quoted cell may contain tabs and line ends, as spreadsheets write them.
export function readCells(text) {
  const source = `${text.replace(/\r\n?/g, "\n").replace(/\n+$/, "")}\n`;
  const rows = [[]];
  for (let at = 0; at < source.length; at += 1) {
    const [length, inside] = cellAt(source, at);
    rows.at(-1).push((inside ?? source.slice(at, at + length)).replace(/\s+/g, " ").trim());
    at += length;
    if (source[at] === "\n") rows.push([]);
  }
  return rows.filter((cells) => cells.some((cell) => cell));
}

// Returns rows of cells of a CSV file; its first line tells whether commas or semicolons divide the cells.
export function readCsv(text) {
  const source = text.replace(/\r\n?/g, "\n");
  const head = source.split("\n", 1)[0];
  const mark = (head.match(/;/g) ?? []).length > (head.match(/,/g) ?? []).length ? ";" : ",";
  const cell = mark === "," ? /"((?:[^"]|"")*)"|([^,\n]*)/y : /"((?:[^"]|"")*)"|([^;\n]*)/y;
  const rows = [[]];
  for (let at = 0; at < source.length; ) {
    cell.lastIndex = at;
    const [whole, quoted, bare] = cell.exec(source);
    rows.at(-1).push((quoted?.replaceAll('""', '"') ?? bare).replace(/\s+/g, " ").trim());
    at += whole.length;
    while (at < source.length && source[at] !== mark && source[at] !== "\n") at += 1; // what stands behind a closing quote
    if (source[at] === "\n") rows.push([]);
    at += 1;
  }
  return rows.filter((cells) => cells.some((one) => one));
}

const NUMBER = /^[-+]?\d+([.,]\d+)*%?$/;

// Puts an apostrophe before a cell that a spreadsheet would run as a formula; numbers stay as they are.
export function safeCell(value) {
  const text = String(value ?? "");
  const risky = /^\s*[=+\-@＝＋－＠|]/.test(text) || /^[\t\r\n]/.test(text);
  const safe = risky && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n;\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

// The byte order mark tells spreadsheets that the file is UTF-8.
export function csvText(rows) {
  return `\uFEFF${rows.map((cells) => cells.map(safeCell).join(",")).join("\r\n")}\r\n`;
}

export function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
