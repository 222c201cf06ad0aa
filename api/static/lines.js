// The lines of a table to review: what was pasted, what the service answered, what the coder decided; with undo. No drawing.

import { looksLikeHeadings, otherColumns, textColumn } from "./columns.js";
import { dateColumn, isDayFirst, readDay } from "./dates.js";
import { notValid } from "./results.js";
import { count } from "./wording.js";

export const NDC = /^[0-9][0-9 -]{8,12}[0-9]$/; // as the service takes it
const REVIEW_BELOW = 0.6;
const INSTEAD = "instead of a code"; // why.source of a code that replaced the one in the text: units may differ
const DECIDED = ["pick", "byHand", "found", "flag", "comment"];

// A table of rows; `guess` finds headings and columns, otherwise they are given.
export function makeTable(rows, given = null) {
  const table = { rows, headed: rows.length > 1 && looksLikeHeadings(rows[0]), past: [], ...given };
  if (!given) guessColumns(table);
  readLines(table);
  return table;
}

export const bodyRows = ({ headed, rows }) => (headed ? rows.slice(1) : rows);
export const headings = ({ headed, rows }) => (headed ? rows[0] : null);
export const widthOf = ({ rows }) => Math.max(...rows.map((cells) => cells.length));

export function guessColumns(table) {
  const [rows, names] = [bodyRows(table), headings(table)];
  const text = textColumn(rows, names);
  const { column: dates, possible } = dateColumn(rows, names, text);
  table.columns = { text, dates, ...otherColumns(rows, names, [text, ...possible]) };
  table.possibleDates = possible;
}

export function readLines(table) {
  table.dayFirst = isDayFirst(bodyRows(table).map((cells) => cells[table.columns.dates] ?? ""));
  table.lines = bodyRows(table).map((cells) => ({ cells, answer: null, pick: null, byHand: false, found: null, flag: false, comment: "", selected: false }));
  table.past = [];
}

export const cellOf = (table, line, role) => line.cells[table.columns[role]] ?? "";
export const textOf = (table, line) => cellOf(table, line, "text");

// The day of a line: { on } to ask for, nothing for an empty cell, or { problem } when the cell is no date.
export function dayOf(table, line) {
  const cell = cellOf(table, line, "dates");
  if (!cell) return {};
  const on = readDay(cell, table.dayFirst);
  return on ? { on } : { problem: "The date of service of this line cannot be read; write it like 2026-01-15 or 01/15/2026." };
}

export function take(line, answer) {
  line.answer = answer;
  if (!line.byHand) line.pick = answer.no_good_match ? null : (answer.suggestions[0]?.code ?? null);
}

export function candidates(line) {
  const listed = line.answer?.suggestions ?? [];
  const extra = line.found && !listed.some(({ code }) => code === line.found.code) ? [line.found] : [];
  return [...extra, ...listed];
}

export const picked = (line) => candidates(line).find(({ code }) => code === line.pick) ?? null;

export function toCheck(line) {
  if (line.byHand) return line.flag;
  const item = picked(line);
  if (!item || notValid(item) || line.flag || item.why?.source === INSTEAD) return true;
  return (item.confidence ?? 0) < REVIEW_BELOW;
}

// The next line to check after one, going round; -1 for none.
export function nextToCheck(table, after) {
  const all = table.lines.length;
  for (let step = 1; step <= all; step += 1) if (toCheck(table.lines[(after + step) % all])) return (after + step) % all;
  return -1;
}

// Changes what was decided about some lines, in one step that `undo` takes back. `fields` may depend on the line.
export function decide(table, numbers, fields) {
  table.past.push(numbers.map((number) => [number, Object.fromEntries(DECIDED.map((name) => [name, table.lines[number][name]]))]));
  for (const number of numbers) {
    const line = table.lines[number];
    Object.assign(line, typeof fields === "function" ? fields(line) : fields);
  }
  table.saved = false;
}

// Takes the last step back; returns the numbers of its lines.
export function undo(table) {
  const step = table.past.pop() ?? [];
  for (const [number, before] of step) Object.assign(table.lines[number], before);
  table.saved = false;
  return step.map(([number]) => number);
}

export function summary({ lines }) {
  const check = lines.filter(toCheck).length;
  const none = lines.filter((line) => !line.byHand && !line.pick).length;
  const flagged = lines.filter(({ flag }) => flag).length;
  const parts = [count(lines.length, "line"), check ? `${check.toLocaleString("en-US")} to check` : "none left to check"];
  if (none) parts.push(`${none.toLocaleString("en-US")} without a good match`);
  if (flagged) parts.push(`${flagged.toLocaleString("en-US")} flagged`);
  return `${parts.join(", ")}.`;
}

// What is kept of a table so that it can be shown again: rows, columns and decisions, not the answers.
export function snapshot({ rows, headed, columns, possibleDates, lines }) {
  const decided = lines.map((line, number) => [number, Object.fromEntries(DECIDED.map((name) => [name, line[name]]))]);
  return { rows, given: { headed, columns, possibleDates }, decided: decided.filter(([, line]) => line.byHand || line.flag || line.comment) };
}

export function fromSnapshot({ rows, given, decided }) {
  const table = makeTable(rows, given);
  for (const [number, line] of decided) if (table.lines[number]) Object.assign(table.lines[number], line);
  return table;
}

const CLAIM_COLUMNS = ["units_by_text", "units_with_quantity", "units_how", "modifiers_suggested", "claim_warnings"];

function claimCells({ claim, pick }) {
  if (!claim || claim.code !== pick) return CLAIM_COLUMNS.map(() => "");
  return [claim.units, claim.total, claim.words, claim.suggested.join("; "), [...claim.warnings, ...claim.general].join("; ")];
}

// All columns of the table, then ours; one row for each line. What was worked out for claims comes last.
export function csvRows(table) {
  const names = [...Array(widthOf(table)).keys()].map((column) => headings(table)?.[column] || (column === table.columns.text ? "text" : `column_${column + 1}`));
  const ours = ["code", "description", "confidence", "status", "reviewed", "flagged", "comment", "no_good_match", "looks_like", "error", "other_codes", "why", "date_of_service", "release", "warnings"];
  const body = table.lines.map((line) => {
    const item = picked(line);
    const others = candidates(line).filter(({ code }) => code !== line.pick).map(({ code }) => code);
    const answer = line.answer ?? {};
    const share = item && typeof item.confidence === "number" ? item.confidence.toFixed(3) : "";
    return [...names.map((_, column) => line.cells[column] ?? ""), item?.code, item?.description, share, item?.status, line.byHand ? "yes" : "no",
      line.flag ? "yes" : "no", line.comment, answer.no_good_match ? "yes" : "no", answer.looks_like?.system, answer.error, others.join(" "),
      item?.why?.summary, answer.date_of_service, answer.release, (answer.warnings ?? []).join("; ")];
  });
  if (!table.claims) return [[...names, ...ours], ...body];
  return [[...names, ...ours, ...CLAIM_COLUMNS], ...body.map((cells, number) => [...cells, ...claimCells(table.lines[number])])];
}
