// Compares two to four codes side by side; words and values that are not the same in all are marked.

import { isDay } from "./address.js";
import { $, el, toast } from "./dom.js";
import { feeWords, limitWords } from "./published.js";
import { call } from "./service.js";
import { announceChange, onChange, state } from "./state.js";
import { openView, view } from "./views.js";
import { day, statusWords } from "./wording.js";
import { wordsApart } from "./worddiff.js";

const MOST = 4;
let chosen = [];

export const compared = () => chosen;

// Adds a code, or opens the view when it is among them.
export function compare(code) {
  if (!chosen.includes(code)) {
    if (chosen.length === MOST) return toast(`At most ${MOST} codes are compared: remove one first`);
    chosen = [...chosen, code];
    if (chosen.length < 2) return toast(`${code} will be compared: choose another code`);
  }
  return openCompare();
}

function remove(code) {
  chosen = chosen.filter((one) => one !== code);
  if (chosen.length) openCompare();
  else openView("list", true);
}

export async function openCompare() {
  openView("compare", true);
  const on = state.on ? `?on=${state.on}` : "";
  try {
    draw(await Promise.all(chosen.map((code) => call(`v1/codes/${code}${on}`))));
  } catch (error) {
    $("compare-pane").replaceChildren(el("p", { class: "problem" }, error.message));
  }
}

// Values of one row, marked when some code has another one.
function row(label, details, value) {
  const values = details.map(value);
  const same = values.every((one) => String(one) === String(values[0]));
  if (same && !String(values[0])) return null;
  const cell = (one) => el("td", { class: same ? "" : "differs" }, ...(Array.isArray(one) ? one.map((words) => el("p", {}, words)) : [one]));
  return el("tr", {}, el("th", { scope: "row" }, label, same ? null : el("span", { class: "unseen" }, " (differs)")), ...values.map(cell));
}

function wordRow(label, details, field) {
  const pieces = wordsApart(details.map((detail) => detail[field]));
  const words = (list) => list.flatMap(([word, differs]) => [differs ? el("mark", {}, word) : word, " "]);
  return el("tr", {}, el("th", { scope: "row" }, label), ...pieces.map((list) => el("td", {}, ...words(list))));
}

const field = (label) => ({ explained }) => explained.filter((one) => one.label === label).map(({ words }) => (isDay(words) ? day(words) : words));

function draw(details) {
  const head = details.map(({ code }) => el("th", { scope: "col" }, el("span", { class: "code" }, code), " ", el("button", { type: "button", class: "quiet", "aria-label": `Remove ${code}`, onclick: () => remove(code) }, "Remove")));
  const labels = [...new Set(details.flatMap(({ explained }) => explained.map(({ label }) => label)))].filter((label) => !["Code", "Description", "Short description", "In effect from", "Last day of use", "Use instead"].includes(label));
  $("compare-pane").replaceChildren(
    el("h2", {}, `Comparing ${chosen.join(", ")}`),
    el("p", { class: "hint" }, "Marked: words and values that are not the same in all."),
    el("p", { class: "buttons" }, el("button", { type: "button", onclick: () => openView("list", true) }, "Back to the list"), el("button", { type: "button", class: "quiet", onclick: () => { chosen = []; announceChange("desk"); openView("list", true); } }, "Compare none")),
    el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Comparison" }, el("table", { id: "compare-table" },
      el("thead", {}, el("tr", {}, el("td", {}), ...head)),
      el("tbody", {}, ...[
        wordRow("Description", details, "description"),
        wordRow("Short", details, "short_description"),
        row("Status", details, statusWords),
        ...labels.map((label) => row(label, details, field(label))),
        row("Modifiers", details, (one) => one.fitting_modifiers.map(({ modifier }) => modifier).join(" ")),
        row("Unit limits", details, (one) => one.limits.map(limitWords)),
        row("Fees", details, (one) => one.fees.map(feeWords)),
        row("Took the place of", details, (one) => one.predecessors.join(", ")),
        row("First wording since", details, (one) => (one.effective_from ? day(one.effective_from) : "")),
      ].filter(Boolean)))));
}

onChange("filters", () => view() === "compare" && openCompare());
