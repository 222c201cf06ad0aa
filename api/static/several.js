// Switches between the list and the table of lines: opens and leaves it, and returns with a code.

import { readCells } from "./csv.js";
import { $, el, show, toast } from "./dom.js";
import { announceChange, filters, onChange, state } from "./state.js";
import * as table from "./table.js";
import { openView, view } from "./views.js";

export { undoLast, unsaved } from "./table.js";

const outside = { filters, openLine, closed };

export const codeLines = (text) => codeRows(readCells(text));

export function codeRows(rows) {
  const refused = table.startTable(rows, outside);
  if (refused) toast(refused, 8000);
  else begin();
}

// Shows a table again that the browser kept; `aside` where the page's address names a code, which is shown then.
export function codeKept(kept, aside) {
  table.startTable([], outside, kept);
  if (!aside) return begin();
  banner("Your lines are kept.");
  return table.askTable();
}

function begin() {
  backToTable();
  $("table-pane").focus({ preventScroll: true });
  table.askTable();
}

onChange("filters", () => table.hasTable() && table.askTable());

function closed() {
  openView("list");
  state.line = null;
  show($("line-banner"), false);
  $("text").focus();
}

// Typing while the table is open shows the list instead; the table is kept.
onChange("typing", () => {
  if (view() === "table") {
    openView("list");
    banner("Your lines are kept.");
  }
});

function banner(words, number = null) {
  const back = el("button", { type: "button", onclick: () => { backToTable(); focusLine(number); } }, "Back to your lines");
  $("line-banner").replaceChildren(el("p", {}, ...[words].flat()), back);
  show($("line-banner"));
}

function openLine(number) {
  openView("list");
  state.line = number;
  banner([`Line ${number + 1}: `, el("bdi", {}, table.lineText(number)), ". Enter uses the chosen code for the line; Escape goes back."], number);
  announceChange("text", table.lineText(number));
  $("text").focus();
  $("text").select(); // other words replace it
}

function backToTable() {
  state.line = null;
  show($("line-banner"), false);
  announceChange("text", "");
  openView("table");
  table.drawTable();
}

function focusLine(number) {
  (number === null ? $("table-pane") : $(`line-${number}`).querySelector("select")).focus();
}

onChange("line", (code) => {
  const number = state.line;
  const listed = state.answer?.suggestions.find((item) => item.code === code);
  backToTable();
  table.pickFor(number, listed ?? { ...state.detail, confidence: null });
  toast(`${code} picked for line ${number + 1}`);
  goOn(number);
});

// The next line to check; one without any code is searched for at once.
function goOn(number) {
  const next = table.nextToCheck(number);
  if (next >= 0 && !table.hasCode(next)) openLine(next);
  else table.goOn(number);
}

// Escape in the search for a line.
export function backToLine() {
  const number = state.line;
  backToTable();
  focusLine(number);
}
