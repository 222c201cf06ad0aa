// Several lines as a table: requests codes in batches; review, choice and download.

import { copy } from "./clipboard.js";
import { csvText, download, looksLikeHeadings, readCells, textColumn } from "./csv.js";
import { dateColumn, isDayFirst, readDay } from "./dates.js";
import { $, announce, el, toast } from "./dom.js";
import { looksLikeWords } from "./notes.js";
import { badges, notValid, standing } from "./results.js";
import { call, latest, sentence, STALE } from "./service.js";
import { count, percent } from "./wording.js";

export const MAX_LINES = 2000;
const BATCH_LINES = 100; // the service's limit is 200; smaller batches show progress earlier
const BATCH_BYTES = 700_000; // the service's limit is 1 MB
const MAX_CHARACTERS = 2000;
const CHOICES = 5; // codes to choose from
const REVIEW_BELOW = 0.6;
const INSTEAD = "instead of a code"; // why.source of a code that replaced the one in the text: units may differ

let table = null;

export const hasTable = () => table !== null;
// Whether picks by the user would be lost with the page.
export const unsaved = () => Boolean(table && !table.saved && table.lines.some((line) => line.byHand));
export const lineText = (number) => textOf(table.lines[number]);

// Reads pasted text into a new table. Returns "", or the reason why it cannot.
export function startTable(text, act) {
  const rows = readCells(text);
  if (!rows.length) return "There is nothing to code: paste one item on each line.";
  if (rows.length > MAX_LINES) {
    return `${count(rows.length, "line")} are more than this page takes (${MAX_LINES.toLocaleString("en-US")}). Paste fewer, or use the command hcpcs batch.`;
  }
  const headed = rows.length > 1 && looksLikeHeadings(rows[0]);
  table = { rows, headed, column: textColumn(headed ? rows.slice(1) : rows), act, lines: [], open: false };
  findDates();
  readLines();
  return "";
}

const body = () => (table.headed ? table.rows.slice(1) : table.rows);

function findDates() {
  const { column, possible } = dateColumn(body(), table.headed ? table.rows[0] : null, table.column);
  Object.assign(table, { dates: column, possibleDates: possible });
}

// The day of a line: { on } to ask for, nothing for an empty cell, or { problem } when the cell is no date.
function dayOf(line) {
  const cell = table.dates < 0 ? "" : (line.cells[table.dates] ?? "");
  if (!cell) return {};
  const on = readDay(cell, table.dayFirst);
  return on ? { on } : { problem: "The date of service of this line cannot be read; write it like 2026-01-15 or 01/15/2026." };
}

// What is said of the dates: which column they come from, in which order, or that none could be chosen.
function datesSaid() {
  const label = (column) => (table.headed && table.rows[0][column]) || `column ${column + 1}`;
  if (table.dates >= 0) {
    const order = table.dayFirst ? "; day before month, as the column shows" : "";
    return `Dates of service come from “${label(table.dates)}”${order}.`;
  }
  if (table.possibleDates.length > 1) return `Several columns may hold the dates of service (${table.possibleDates.map(label).join(", ")}): choose one, or none for the date above.`;
  return "";
}

function readLines() {
  table.dayFirst = isDayFirst(body().map((cells) => cells[table.dates] ?? ""));
  table.lines = body().map((cells) => ({ cells, answer: null, pick: null, byHand: false, found: null }));
}

function textOf(line) {
  return line.cells[table.column] ?? "";
}

const askBatch = latest((signal, items) => call("v1/suggest/batch", { body: { items }, signal }));

// Divides lines into batches within the service's limits; an empty or too long line gets its error in its row.
function batches(lines) {
  const groups = [[]];
  let bytes = 0;
  for (const line of lines) {
    const text = textOf(line);
    const { problem } = dayOf(line);
    if (problem) {
      line.answer = { error: problem, suggestions: [], no_good_match: true };
      continue;
    }
    if (!text || text.length > MAX_CHARACTERS) {
      line.answer = { error: text ? `This line has ${text.length.toLocaleString("en-US")} characters; at most 2,000 are read.` : "This line is empty.", suggestions: [], no_good_match: true };
      continue;
    }
    const size = new TextEncoder().encode(JSON.stringify(text)).length + 200;
    if (groups.at(-1).length >= BATCH_LINES || bytes + size > BATCH_BYTES) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1).push(line);
    bytes += size;
  }
  return groups.filter((group) => group.length);
}

// Requests codes for every line with the current filters; picks by the user stay.
export async function askTable() {
  const mine = (table.run = Symbol("run"));
  const lines = table.lines;
  const filters = table.act.filters();
  const waiting = batches(lines);
  let done = lines.length - waiting.flat().length;
  drawTable(0);
  try {
    for (const batch of waiting) {
      const answers = await askBatch(batch.map((line) => ({ text: textOf(line), k: CHOICES, ...filters, ...askedDay(line) })));
      if (answers === STALE || table?.run !== mine) return;
      batch.forEach((line, number) => take(line, answers[number]));
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
  $("table-summary").textContent = summary();
  announce(summary());
}

function askedDay(line) {
  const { on } = dayOf(line);
  return on ? { date_of_service: on } : {};
}

function take(line, answer) {
  line.answer = answer;
  if (!line.byHand) line.pick = answer.no_good_match ? null : (answer.suggestions[0]?.code ?? null);
}

function candidates(line) {
  const listed = line.answer?.suggestions ?? [];
  const extra = line.found && !listed.some(({ code }) => code === line.found.code) ? [line.found] : [];
  return [...extra, ...listed];
}

const picked = (line) => candidates(line).find(({ code }) => code === line.pick) ?? null;

function toCheck(line) {
  if (line.byHand) return false;
  const item = picked(line);
  if (!item || notValid(item) || item.why?.source === INSTEAD) return true;
  return (item.confidence ?? 0) < REVIEW_BELOW;
}

function summary() {
  const check = table.lines.filter(toCheck).length;
  const none = table.lines.filter((line) => !line.byHand && !line.pick).length;
  const parts = [count(table.lines.length, "line")];
  parts.push(check ? `${check.toLocaleString("en-US")} to check` : "none left to check");
  if (none) parts.push(`${none.toLocaleString("en-US")} without a good match`);
  return `${parts.join(", ")}.`;
}

// Stores the user's choice for a line: a code, or null for none.
function review(line, code) {
  line.byHand = true;
  line.pick = code;
  table.saved = false;
}

function reviewRow(number, code) {
  review(table.lines[number], code);
  redrawRow(number);
  $("table-summary").textContent = summary();
}

// Picks a code that the user found with another search.
export function pickFor(number, item) {
  const line = table.lines[number];
  line.found = item;
  review(line, item.code);
}

function picker(line, number) {
  const chooser = el("select", { "aria-label": `Code for line ${number + 1}`, onchange: () => reviewRow(number, chooser.value || null) });
  for (const item of candidates(line)) {
    const share = item.confidence === null ? "" : `${percent(item.confidence)} · `;
    chooser.append(el("option", { value: item.code, selected: item.code === line.pick }, `${item.code} · ${share}${item.short_description || item.description}`.slice(0, 80)));
  }
  chooser.append(el("option", { value: "", selected: !line.pick }, "No code"));
  return chooser;
}

function state(line) {
  if (!line.answer) return el("span", { class: "hint" }, "Waiting…");
  if (line.byHand) return el("span", { class: "reviewed" }, line.pick ? "Picked by you" : "Left without a code");
  if (line.answer.error) return el("span", { class: "problem" }, sentence(line.answer.error));
  if (!line.pick) return el("span", { class: "problem" }, line.answer.looks_like ? looksLikeWords(line.answer.looks_like) : "No good match");
  return standing(picked(line));
}

function cell(className, label, ...content) {
  return el("td", { role: "cell", class: className, data: { label } }, ...content);
}

function row(line, number) {
  const item = picked(line);
  const code = el("div", { class: "pick" }, picker(line, number),
    item ? el("p", { class: "pick-words" }, item.description, el("span", { class: "badges" }, ...badges(item))) : null);
  const accept = toCheck(line) && line.pick
    ? el("button", { type: "button", "aria-label": `Accept ${line.pick} for line ${number + 1}`, onclick: () => reviewRow(number, line.pick) }, "Accept")
    : null;
  const look = el("button", { type: "button", "aria-label": `Search for line ${number + 1}`, onclick: () => table.act.openLine(number) }, "Search");
  return el("tr", { role: "row", id: `line-${number}`, class: toCheck(line) ? "to-check" : "" },
    cell("number", "Line", String(number + 1)),
    cell("words", "Your text", textOf(line) || el("em", {}, "empty")),
    cell("code-cell", "Code", line.answer ? code : ""),
    cell("state", "How sure", state(line)),
    cell("actions", "Review", accept, look));
}

function redrawRow(number) {
  const old = $(`line-${number}`);
  const focused = old.contains(document.activeElement) ? document.activeElement.tagName : null;
  const fresh = row(table.lines[number], number);
  old.replaceWith(fresh);
  if (focused) (fresh.querySelector(focused.toLowerCase()) ?? fresh.querySelector("button"))?.focus();
}

function columnChooser() {
  const width = Math.max(...table.rows.map((cells) => cells.length));
  if (width < 2) return null;
  const names = [...Array(width).keys()].map((column) => {
    const example = table.headed ? table.rows[0][column] : table.rows.map((cells) => cells[column]).find(Boolean);
    return `Column ${column + 1}${example ? `: ${example.slice(0, 30)}` : ""}`;
  });
  const chooser = el("select", { onchange: () => { table.column = Number(chooser.value); readLines(); askTable(); } },
    ...names.map((name, column) => el("option", { value: column, selected: column === table.column }, name)));
  return el("label", { class: "field" }, "Text is in ", chooser);
}

function dateChooser() {
  const width = Math.max(...table.rows.map((cells) => cells.length));
  if (width < 2) return null;
  const chooser = el("select", { onchange: () => { table.dates = Number(chooser.value); table.possibleDates = []; readLines(); askTable(); } },
    el("option", { value: -1, selected: table.dates < 0 }, "none: the date above"),
    ...[...Array(width).keys()].map((column) => el("option", { value: column, selected: column === table.dates },
      `Column ${column + 1}${table.headed && table.rows[0][column] ? `: ${table.rows[0][column].slice(0, 30)}` : ""}`)));
  return el("label", { class: "field" }, "Dates are in ", chooser);
}

function headingSwitch() {
  if (table.rows.length < 2) return null;
  const box = el("input", { type: "checkbox", checked: table.headed, onchange: () => { table.headed = box.checked; findDates(); readLines(); askTable(); } });
  return el("label", { class: "check" }, box, "First line is a heading");
}

function toolbar() {
  const only = el("input", { type: "checkbox", checked: table.onlyCheck, onchange: () => {
    table.onlyCheck = only.checked;
    $("lines-table").classList.toggle("only-check", only.checked);
  } });
  return el("div", { class: "table-tools" },
    el("button", { type: "button", class: "main", id: "download", onclick: save }, "Download CSV"),
    el("button", { type: "button", onclick: copyCodes }, "Copy the codes"),
    el("label", { class: "check" }, only, "Only lines to check"),
    headingSwitch(), columnChooser(), dateChooser(),
    el("button", { type: "button", class: "quiet", onclick: close }, "Close the table"));
}

function drawProgress(done, all) {
  const bar = $("table-progress");
  bar.max = all;
  bar.value = done;
  $("table-summary").textContent = `${done.toLocaleString("en-US")} of ${count(all, "line")} done…`;
}

// Draws the whole pane; `share` is 0 while answers are pending, 1 when all have arrived or failed.
export function drawTable(share = 1, error = "") {
  const head = ["Line", "Your text", "Code", "How sure", "Review"].map((name) => el("th", { role: "columnheader", scope: "col" }, name));
  $("table-pane").replaceChildren(
    el("h2", {}, "Your lines"),
    el("p", { id: "table-summary", role: "status" }, share ? summary() : "Finding codes…"),
    el("progress", { id: "table-progress", "aria-label": "Lines done", max: "1", value: "0", hidden: share === 1 }),
    ...(error ? [el("p", { class: "problem", role: "alert" }, error, " ", el("button", { type: "button", onclick: askTable }, "Try again"))] : []),
    toolbar(),
    ...(datesSaid() ? [el("p", { class: "hint", id: "dates-said" }, datesSaid())] : []),
    el("table", { id: "lines-table", role: "table", class: table.onlyCheck ? "only-check" : "" },
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...head)),
      el("tbody", { role: "rowgroup" }, ...table.lines.map(row))));
}

function close() {
  if (unsaved()) {
    table.saved = true; // the warning is shown once
    const reviewed = table.lines.filter((line) => line.byHand).length;
    toast(`${count(reviewed, "line")} reviewed and not downloaded. Press “Close the table” again to discard them.`, 6000);
    return;
  }
  askBatch.cancel();
  const { act } = table;
  table = null;
  act.closed();
}

function copyCodes() {
  const codes = table.lines.map((line) => line.pick ?? "");
  copy(codes.join("\n"), count(codes.filter(Boolean).length, "code"));
}

// All pasted columns, then ours; one row for each line.
function csvRows() {
  const width = Math.max(...table.rows.map((cells) => cells.length));
  const names = [...Array(width).keys()].map((column) => (table.headed && table.rows[0][column]) || (column === table.column ? "text" : `column_${column + 1}`));
  const ours = ["code", "description", "confidence", "status", "reviewed", "no_good_match", "looks_like", "error", "other_codes", "date_of_service", "release", "warnings"];
  const body = table.lines.map((line) => {
    const item = picked(line);
    const others = candidates(line).filter(({ code }) => code !== line.pick).map(({ code }) => code);
    const answer = line.answer ?? {};
    return [...names.map((_, column) => line.cells[column] ?? ""), item?.code, item?.description,
      item?.confidence === null || !item ? "" : item.confidence.toFixed(3), item?.status, line.byHand ? "yes" : "no",
      answer.no_good_match ? "yes" : "no", answer.looks_like?.system, answer.error, others.join(" "), answer.date_of_service, answer.release, (answer.warnings ?? []).join("; ")];
  });
  return [[...names, ...ours], ...body];
}

function save() {
  download(`hcpcs-codes-${new Date().toISOString().slice(0, 10)}.csv`, csvText(csvRows()));
  toast(`${count(table.lines.length, "line")} saved as CSV`);
  table.saved = true;
}
