// Several lines as a table: asks for codes in batches; review by pointer or keys, many at once, undo, download.

import { copy } from "./clipboard.js";
import { TITLES } from "./columns.js";
import { csvText, download } from "./csv.js";
import { setTable } from "./desk.js";
import { $, announce, el, later, toast } from "./dom.js";
import * as model from "./lines.js";
import { drawRow } from "./row.js";
import { call, latest, STALE } from "./service.js";
import { announceChange } from "./state.js";
import { count } from "./wording.js";

export const MAX_LINES = 2000;
const BATCH_LINES = 100; // the service's limit is 200; smaller batches show progress earlier
const BATCH_BYTES = 700_000; // the service's limit is 1 MB
const MAX_CHARACTERS = 2000;
const CHOICES = 5; // codes to choose from

let table = null;
let outside = null; // { filters, openLine, closed } of the page

export const hasTable = () => table !== null;
// Whether picks by the user would be lost with the page.
export const unsaved = () => Boolean(table && !table.saved && table.lines.some((line) => line.byHand || line.flag || line.comment));
export const lineText = (number) => model.textOf(table, table.lines[number]);

const keepSoon = later(400, () => setTable(table && model.snapshot(table)));

// Reads rows of cells, or what was kept of a table, into a new table. Returns "", or the reason why it cannot.
export function startTable(rows, act, kept = null) {
  if (!kept && !rows.length) return "There is nothing to code: paste one item on each line.";
  if (!kept && rows.length > MAX_LINES) {
    return `${count(rows.length, "line")} are more than this page takes (${MAX_LINES.toLocaleString("en-US")}). Paste fewer, or use the command hcpcs batch.`;
  }
  outside = act;
  table = kept ? model.fromSnapshot(kept) : model.makeTable(rows);
  keepSoon();
  return "";
}

const askBatch = latest((signal, items) => call("v1/suggest/batch", { body: { items }, signal }));

// An error that is said in the line's own row, "" for none.
function problemOf(line) {
  const text = model.textOf(table, line);
  if (!text) return "This line is empty.";
  if (text.length > MAX_CHARACTERS) return `This line has ${text.length.toLocaleString("en-US")} characters; at most 2,000 are read.`;
  return model.dayOf(table, line).problem ?? "";
}

// Divides lines into batches within the service's limits.
function batches(lines) {
  const groups = [[]];
  let bytes = 0;
  for (const line of lines) {
    const error = problemOf(line);
    if (error) {
      line.answer = { error, suggestions: [], no_good_match: true };
      continue;
    }
    const size = new TextEncoder().encode(JSON.stringify(model.textOf(table, line))).length + 200;
    if (groups.at(-1).length >= BATCH_LINES || bytes + size > BATCH_BYTES) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1).push(line);
    bytes += size;
  }
  return groups.filter((group) => group.length);
}

function item(line) {
  const { on } = model.dayOf(table, line);
  const ndc = model.cellOf(table, line, "ndc").trim();
  return { text: model.textOf(table, line), k: CHOICES, ...outside.filters(), ...(on ? { date_of_service: on } : {}), ...(model.NDC.test(ndc) ? { ndc } : {}) };
}

// Requests codes for every line with the current filters; picks by the user stay.
export async function askTable() {
  const mine = (table.run = Symbol("run"));
  const lines = table.lines;
  const waiting = batches(lines);
  let done = lines.length - waiting.flat().length;
  drawTable(0);
  try {
    for (const batch of waiting) {
      const answers = await askBatch(batch.map(item));
      if (answers === STALE || table?.run !== mine) return;
      batch.forEach((line, number) => model.take(line, answers[number]));
      for (const line of batch) redrawRow(lines.indexOf(line));
      done += batch.length;
      drawProgress(done, lines.length);
    }
  } catch (error) {
    if (table?.run !== mine) return;
    drawTable(1, error.message);
    return;
  }
  $("table-progress").hidden = true;
  drawSummary();
  announce(model.summary(table));
  // Keys work at once: the first line to check has the focus, unless the coder has gone elsewhere.
  if (document.activeElement === $("table-pane") && nextToCheck(-1) >= 0) focusLine(nextToCheck(-1));
}

// ---- decisions ----

function decide(numbers, fields) {
  model.decide(table, numbers, fields);
  after(numbers);
}

function after(numbers) {
  for (const number of numbers) redrawRow(number);
  if (table.claims) workOut(numbers.filter((number) => table.lines[number].claim?.code !== table.lines[number].pick));
  drawSummary();
  keepSoon();
}

// Units and modifiers of some lines, worked out by the service and compared with the table's columns.
async function workOut(numbers) {
  table.claims = true; // from now on also for codes that are picked later, and in the download
  const mine = table;
  const { claimLines } = await import("./rowclaim.js");
  return claimLines(mine, numbers, outside.filters(), (number) => table === mine && redrawRow(number));
}

async function workOutAll() {
  $("units").disabled = true;
  const done = await workOut([...table.lines.keys()]);
  if (!table) return;
  $("units").disabled = false;
  toast(`Units worked out for ${count(done, "line")} with a code`);
}

function focusLine(number) {
  const row = $(`line-${number}`);
  (row?.querySelector("select") ?? $("table-pane")).focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
}

export const nextToCheck = (number) => model.nextToCheck(table, number);
export const hasCode = (number) => Boolean(table.lines[number].pick);

export function goOn(number) {
  const next = nextToCheck(number);
  if (next >= 0) focusLine(next);
  else $("download").focus();
}

const act = {
  pick: (number, code) => decide([number], { byHand: true, pick: code }),
  accept(numbers) {
    decide(numbers, (line) => ({ byHand: true, pick: line.pick, flag: false }));
    goOn(numbers.at(-1));
  },
  flag: (numbers) => decide(numbers, { flag: !numbers.every((number) => table.lines[number].flag) }),
  comment: (number, words) => decide([number], { comment: words.trim() }),
  startComment(number) {
    table.lines[number].commenting = true;
    redrawRow(number);
    $(`line-${number}`).querySelector(".comment").focus();
  },
  search: (number) => outside.openLine(number),
  select(number, on) {
    table.lines[number].selected = on;
    drawSelected();
  },
};

// Picks a code that the user found with another search.
export const pickFor = (number, found) => decide([number], { byHand: true, pick: found.code, found });

export function undoLast() {
  const numbers = model.undo(table);
  if (!numbers.length) return toast("Nothing to undo");
  after(numbers);
  focusLine(numbers[0]);
  return toast(`Undone for ${count(numbers.length, "line")}`);
}

// Keys in the table; a field of text keeps its own keys.
const KEYS = {
  a: (number) => table.lines[number].pick && act.accept([number]),
  n: (number) => { decide([number], { byHand: true, pick: null }); goOn(number); },
  f: (number) => act.flag([number]),
  c: (number) => act.startComment(number),
  s: (number) => act.search(number),
  u: (number) => workOut([number]),
  x: (number) => { act.select(number, !table.lines[number].selected); redrawRow(number); },
  j: (number) => focusLine(Math.min(table.lines.length - 1, number + 1)),
  k: (number) => focusLine(Math.max(0, number - 1)),
  "?": () => $("help").showModal(),
};

function key(event) {
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && event.target.type !== "text") {
    event.preventDefault();
    return undoLast();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.type === "text") return undefined;
  const row = event.target.closest("tr[id]");
  const number = row ? Number(row.id.slice(5)) : -1;
  const digit = /^[1-5]$/.test(event.key) ? model.candidates(table.lines[number] ?? {})[event.key - 1] : null;
  if (number < 0 || !(event.key in KEYS || digit)) return undefined;
  event.preventDefault(); // also keeps a select from jumping to what begins with the letter
  if (digit) act.pick(number, digit.code);
  else KEYS[event.key](number);
  return undefined;
}

// ---- drawing ----

function redrawRow(number) {
  const old = $(`line-${number}`);
  if (!old) return;
  const inside = old.contains(document.activeElement) ? document.activeElement : null;
  const [tag, label] = [inside?.tagName.toLowerCase(), inside?.getAttribute("aria-label")];
  const fresh = drawRow(table, number, act);
  old.replaceWith(fresh);
  if (inside) (fresh.querySelector(`${tag}[aria-label="${label}"]`) ?? fresh.querySelector("select") ?? fresh.querySelector("button"))?.focus();
}

function drawSummary() {
  $("table-summary").textContent = model.summary(table);
  $("undo").disabled = !table.past.length;
  drawSelected();
}

const selected = () => table.lines.flatMap((line, number) => (line.selected ? [number] : []));

function drawSelected() {
  const chosen = selected();
  $("selected-tools").hidden = !chosen.length;
  $("selected-count").textContent = `${count(chosen.length, "line")} selected`;
}

function chooser(label, role, names, changed) {
  const box = el("select", { onchange: () => changed(Number(box.value)) },
    role === "text" ? null : el("option", { value: -1, selected: table.columns[role] < 0 }, role === "dates" ? "none: the date above" : "none"),
    ...names.map((name, column) => el("option", { value: column, selected: column === table.columns[role] }, name)));
  return el("label", { class: "field" }, `${label} `, box);
}

const columnName = (column) => {
  const example = model.headings(table)?.[column] ?? model.bodyRows(table).map((cells) => cells[column]).find(Boolean);
  return `Column ${column + 1}${example ? `: ${example.slice(0, 30)}` : ""}`;
};

function setColumn(role, column) {
  table.columns[role] = column;
  if (role === "text" || role === "dates") {
    if (role === "dates") table.possibleDates = [];
    model.readLines(table);
    askTable();
  } else if (role === "ndc") askTable(); // the number of a package names its code
  else {
    drawTable();
    if (table.claims) workOutAll();
  }
}

// What was recognised, said in one line, and changed in a fold.
function columnsPart() {
  const names = [...Array(model.widthOf(table)).keys()].map(columnName);
  const head = table.rows.length < 2 ? null : el("label", { class: "check" }, el("input", { type: "checkbox", checked: table.headed, onchange: (event) => {
    table.headed = event.target.checked;
    model.guessColumns(table);
    model.readLines(table);
    askTable();
  } }), "First line is a heading");
  if (names.length < 2) return head;
  const label = (column) => `“${model.headings(table)?.[column] || `column ${column + 1}`}”`;
  const roles = Object.entries(TITLES).filter(([role]) => table.columns[role] >= 0).map(([role, title]) => `${title === "NDC" ? title : title.toLowerCase()} ${label(table.columns[role])}`);
  const unclear = table.possibleDates.length > 1;
  return el("details", { id: "columns", open: unclear },
    el("summary", {}, `Columns: text ${label(table.columns.text)}${roles.length ? `, ${roles.join(", ")}` : ""}`),
    el("div", { class: "table-tools" }, head,
      chooser("Text is in", "text", names, (column) => setColumn("text", column)),
      chooser("Dates are in", "dates", names, (column) => setColumn("dates", column)),
      ...Object.entries(TITLES).map(([role, title]) => chooser(`${title} in`, role, names, (column) => setColumn(role, column)))));
}

// What is said of the dates: which column they come from, in which order, or that none could be chosen.
function datesSaid() {
  const label = (column) => model.headings(table)?.[column] || `column ${column + 1}`;
  if (table.columns.dates >= 0) return `Dates of service come from “${label(table.columns.dates)}”${table.dayFirst ? "; day before month, as the column shows" : ""}.`;
  if (table.possibleDates.length > 1) return `Several columns may hold the dates of service (${table.possibleDates.map(label).join(", ")}): choose one, or none for the date above.`;
  return "";
}

function toolbar() {
  const only = el("input", { type: "checkbox", checked: table.onlyCheck, onchange: () => {
    table.onlyCheck = only.checked;
    $("lines-table").classList.toggle("only-check", only.checked);
  } });
  return el("div", { class: "table-tools" },
    el("button", { type: "button", class: "main", id: "download", onclick: save }, "Download CSV"),
    el("button", { type: "button", onclick: copyCodes }, "Copy the codes"),
    el("button", { type: "button", id: "units", onclick: workOutAll }, "Work out units"),
    el("button", { type: "button", id: "undo", disabled: !table.past.length, onclick: undoLast }, "Undo"),
    el("label", { class: "check" }, only, "Only lines to check"),
    el("button", { type: "button", class: "quiet", onclick: close }, "Close the table"),
    columnsPart());
}

function selectedTools() {
  const field = (label, maxlength, run) => el("label", { class: "field" }, `${label} `, el("input", { type: "text", maxlength, size: Math.min(20, maxlength + 2), autocomplete: "off",
    onchange: (event) => run(event.target.value.trim(), selected()) }));
  const many = (label, run) => el("button", { type: "button", onclick: () => run(selected()) }, label);
  const none = (numbers) => decide(numbers, { byHand: true, pick: null });
  const clear = (numbers) => { for (const number of numbers) table.lines[number].selected = false; after(numbers); };
  return el("div", { id: "selected-tools", class: "table-tools", hidden: !selected().length }, el("span", { id: "selected-count", role: "status" }, `${count(selected().length, "line")} selected`),
    many("Accept them", act.accept), many("Flag them", act.flag), many("No code for them", none),
    field("Code for them", 5, codeForMany), field("Comment on them", 500, (words, numbers) => decide(numbers, { comment: words })), many("Select none", clear));
}

// Looks the code up on the page's day; what has not the form of a code is not put into an address.
async function codeForMany(typed, numbers) {
  const [mine, { date_of_service: on }] = [table, outside.filters()];
  if (!/^([A-Z]\d{4}|\d{4}[A-Z\d])$/i.test(typed)) return typed && toast("A code has five characters, such as E0143");
  try {
    const found = await call(`v1/codes/${typed}${on ? `?on=${on}` : ""}`);
    if (table === mine) decide(numbers, { byHand: true, pick: found.code, found: { ...found, confidence: null } });
  } catch (error) {
    toast(error.message, 6000);
  }
}

function drawProgress(done, all) {
  const bar = $("table-progress");
  bar.max = all;
  bar.value = done;
  $("table-summary").textContent = `${done.toLocaleString("en-US")} of ${count(all, "line")} done…`;
}

// Draws the whole pane; `share` is 0 while answers are pending, 1 when all have arrived or failed.
export function drawTable(share = 1, error = "") {
  const all = el("input", { type: "checkbox", "aria-label": "Select all lines", onchange: () => {
    for (const line of table.lines) line.selected = all.checked && (!table.onlyCheck || model.toCheck(line));
    after([...table.lines.keys()]);
  } });
  const head = [el("label", { class: "check" }, all, "Line"), "Your text", "Code", "How sure", "Review"].map((name) => el("th", { role: "columnheader", scope: "col" }, name));
  $("table-pane").replaceChildren(
    el("h2", {}, "Your lines"),
    el("p", { id: "table-summary", role: "status" }, share ? model.summary(table) : "Finding codes…"),
    el("progress", { id: "table-progress", "aria-label": "Lines done", max: "1", value: "0", hidden: share === 1 }),
    ...(error ? [el("p", { class: "problem", role: "alert" }, error, " ", el("button", { type: "button", onclick: askTable }, "Try again"))] : []),
    toolbar(), selectedTools(),
    ...(datesSaid() ? [el("p", { class: "hint", id: "dates-said" }, datesSaid())] : []),
    el("table", { id: "lines-table", role: "table", class: table.onlyCheck ? "only-check" : "", onkeydown: key },
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...head)),
      el("tbody", { role: "rowgroup" }, ...table.lines.map((_, number) => drawRow(table, number, act)))));
}

// ---- leaving ----

function close() {
  if (unsaved()) {
    table.saved = true; // the warning is shown once
    const reviewed = table.lines.filter((line) => line.byHand || line.flag || line.comment).length;
    toast(`${count(reviewed, "line")} reviewed and not downloaded. Press “Close the table” again to discard them.`, 6000);
    return;
  }
  askBatch.cancel();
  table = null;
  setTable(null);
  outside.closed();
}

// Tells what the user decided; what nobody looked at is no pick.
function tellTaken() {
  const decided = table.lines.filter(({ byHand, flag }) => byHand && !flag);
  announceChange("taken", decided.map((line) => ({ text: model.textOf(table, line), answer: line.answer, code: line.pick })));
}

function copyCodes() {
  const codes = table.lines.map((line) => line.pick ?? "");
  copy(codes.join("\n"), count(codes.filter(Boolean).length, "code"));
  tellTaken();
}

function save() {
  download(`hcpcs-codes-${new Date().toISOString().slice(0, 10)}.csv`, csvText(model.csvRows(table)));
  toast(`${count(table.lines.length, "line")} saved as CSV`);
  table.saved = true;
  tellTaken();
}
