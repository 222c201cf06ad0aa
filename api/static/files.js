// Opens a file from this computer: lines to code (CSV, tab-separated, XLSX), a release diff, or an audit. Nothing is sent.

import { readCells, readCsv } from "./csv.js";
import { toast } from "./dom.js";

const LARGEST = 20e6; // bytes
const DIFF = ["kind", "code", "description", "field", "old", "new"];
const AUDIT = ["rank", "row", "kind", "code", "reason"];

const has = (names, wanted) => wanted.every((name) => names.includes(name));
const objects = ([names, ...rows]) => rows.map((cells) => Object.fromEntries(names.map((name, column) => [name, cells[column] ?? ""])));

// UTF-8, else what older Windows programs write.
function decode(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

function rowsOf(name, text) {
  const head = text.slice(0, text.search(/[\r\n]|$/));
  return /\.(csv|txt)$/i.test(name) && !head.includes("\t") && /[,;]/.test(head) ? readCsv(text) : readCells(text);
}

function fromJson(text) {
  const found = JSON.parse(text);
  const list = Array.isArray(found) ? found : (found.findings ?? []);
  const names = Object.keys(list[0] ?? {});
  if (has(names, ["kind", "code", "old", "new"])) return { kind: "diff", list };
  if (has(names, ["row", "kind", "code", "reason"])) return { kind: "audit", list };
  throw new Error("This JSON file is neither a release diff (hcpcs index diff) nor an audit (hcpcs audit).");
}

// What a file is: { kind: "diff" | "audit", list } or { kind: "lines", rows }.
export async function readFile(file) {
  if (file.size > LARGEST) throw new Error("The file is larger than 20 MB; use the command hcpcs batch.");
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (/\.json$/i.test(file.name)) return fromJson(decode(bytes));
  const rows = bytes[0] === 0x50 && bytes[1] === 0x4b ? await (await import("./xlsx.js")).readXlsx(bytes) : rowsOf(file.name, decode(bytes).replace(/^\uFEFF/, ""));
  const names = rows[0] ?? [];
  if (has(names, DIFF)) return { kind: "diff", list: objects(rows) };
  if (has(names, AUDIT)) return { kind: "audit", list: objects(rows) };
  return { kind: "lines", rows };
}

// Opens the file in the view for it.
export async function openFile(file) {
  try {
    const found = await readFile(file);
    if (found.kind === "lines") (await import("./several.js")).codeRows(found.rows);
    else (await import("./reports.js")).openReport(file.name, found);
  } catch (error) {
    toast(error.message, 8000);
  }
}
