// The claim line of the shown code for the typed text: units with arithmetic, waste, modifiers, limits, fees.

import { el } from "./dom.js";
import { feeWords, limitWords } from "./published.js";
import { call } from "./service.js";
import { state } from "./state.js";

function row(label, ...values) {
  return el("div", {}, el("dt", {}, label), ...values.map((value) => el("dd", {}, value)));
}

function fill(place, line) {
  const rows = [row("Units", line.units === null ? "not known" : String(line.units), line.arithmetic || `The unit is ${line.missing.replace(/^the unit is /, "")}.`)];
  if (line.waste_units !== null) rows.push(row("Units wasted", String(line.waste_units)));
  if (line.modifiers.length) rows.push(row("Modifiers", ...line.modifiers.map(({ modifier, description, reason }) => `${modifier} ${description} (${reason})`)));
  if (line.limits.length) rows.push(row("Limits", ...line.limits.map(limitWords)));
  if (line.fees.length) rows.push(row("Published for one unit", ...line.fees.map(feeWords)));
  if (line.expected.length) rows.push(row("Units times that", ...line.expected.map(({ amount, setting }) => `$${amount.toFixed(2)} (${setting})`)));
  place.replaceChildren(
    el("dl", { class: "fields" }, ...rows),
    ...line.warnings.map((words) => el("p", { class: "note" }, `${words.charAt(0).toUpperCase()}${words.slice(1)}.`)),
    el("p", { class: "hint" }, line.note));
}

// A fold that asks for the line when it is opened. The text goes in the body, as everywhere.
export function claimPart(detail) {
  const place = el("div", { role: "status" }, el("p", { class: "hint" }, "Reading…"));
  const fold = el("details", { id: "claim-line" }, el("summary", {}, el("h3", {}, "Claim line")), place);
  fold.addEventListener("toggle", async () => {
    if (!fold.open) return;
    try {
      const day = state.on ? { date_of_service: state.on } : {};
      fill(place, await call("v1/claim-line", { body: { text: state.text.trim(), code: detail.code, ...day } }));
    } catch (error) {
      place.replaceChildren(el("p", { class: "problem" }, error.message));
    }
  });
  return el("section", { class: "part" }, fold);
}
