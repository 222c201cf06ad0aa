// Switches between the list and the table of lines: opens and leaves it, and returns with a code.

import { $, el, show, toast } from "./dom.js";
import { announceChange, filters, onChange, state } from "./state.js";
import * as table from "./table.js";

export const onTable = () => document.body.classList.contains("table");

function showTable(on) {
  document.body.classList.toggle("table", on);
  show($("table-pane"), on);
  show($("list-pane"), !on);
}

export function codeLines(text) {
  const refused = table.startTable(text, { filters, openLine, closed });
  if (refused) {
    toast(refused, 8000);
    return;
  }
  backToTable();
  $("table-pane").focus({ preventScroll: true });
  table.askTable();
}

onChange("filters", () => table.hasTable() && table.askTable());

function closed() {
  showTable(false);
  state.line = null;
  show($("line-banner"), false);
  $("text").focus();
}

// Typing while the table is open shows the list instead; the table is kept.
onChange("typing", () => {
  if (!onTable()) return;
  showTable(false);
  banner("Your lines are kept.");
});

function banner(words, number = null) {
  const back = el("button", { type: "button", onclick: () => { backToTable(number); focusLine(number); } }, "Back to your lines");
  $("line-banner").replaceChildren(el("p", {}, words), back);
  show($("line-banner"));
}

function openLine(number) {
  showTable(false);
  state.line = number;
  banner(`Line ${number + 1}: ${table.lineText(number)}`, number);
  announceChange("text", table.lineText(number));
  $("text").focus();
}

function backToTable() {
  state.line = null;
  show($("line-banner"), false);
  announceChange("text", "");
  showTable(true);
  table.drawTable();
}

function focusLine(number) {
  (number === null ? $("table-pane") : $(`line-${number}`).querySelector("select")).focus();
}

onChange("line", (code) => {
  const number = state.line;
  const listed = state.answer?.suggestions.find((item) => item.code === code);
  table.pickFor(number, listed ?? { ...state.detail, confidence: null });
  toast(`${code} picked for line ${number + 1}`);
  backToTable();
  focusLine(number);
});
