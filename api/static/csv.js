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

// Returns the column with the most letters, counting at most 60 in each cell.
export function textColumn(rows) {
  const width = Math.max(...rows.map((cells) => cells.length));
  const letters = (column) =>
    rows.reduce((sum, cells) => sum + Math.min(60, ((cells[column] ?? "").match(/\p{L}/gu) ?? []).length), 0);
  return [...Array(width).keys()].sort((a, b) => letters(b) - letters(a) || a - b)[0];
}

const HEADINGS = /^(description|item|items|text|note|notes|order|product|supply|service|name|date|dos|qty|quantity|code|hcpcs|line|id|#|no\.?|units?|patient|mrn|price|charge|amount)\b/i;

export function looksLikeHeadings(cells) {
  const filled = cells.filter((cell) => cell);
  return filled.length > 0 && filled.every((cell) => HEADINGS.test(cell) && cell.length < 30 && cell.split(" ").length < 4);
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
