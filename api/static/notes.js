// What the answer says of the text as a whole: corrections, another system, warnings, modifiers, several items.

import { $, el } from "./dom.js";
import { percent } from "./wording.js";

// Plain words for each system that a text can belong to instead of HCPCS Level II.
const SYSTEMS = {
  cpt: ["This looks like a CPT procedure", "HCPCS Level II has no code for it"],
  cdt: ["This looks like a CDT dental procedure", "HCPCS Level II has no code for it"],
  icd: ["This looks like an ICD-10 diagnosis", "HCPCS Level II has no code for it"],
  ndc: ["This looks like an NDC drug package number", "type the drug’s name to find its HCPCS code"],
  revenue: ["This looks like a revenue code", "HCPCS Level II has no code for it"],
  "not-medical": ["This looks like nothing medical", "HCPCS Level II has no code for it"],
};

// "This looks like a CPT procedure; HCPCS Level II has no code for it (93% likely)."
export function looksLikeWords({ system, probability }) {
  const [looks, meaning] = SYSTEMS[system];
  return `${looks}; ${meaning} (${percent(probability)} likely).`;
}

// "Read rolator as rollator."
function readAs(answer) {
  if (!answer.did_you_mean.length) return null;
  const parts = answer.did_you_mean.map(({ typed, read_as: read }) => [
    el("span", { class: "typed" }, typed), " as ", el("strong", {}, read)]);
  return el("p", { id: "read-as" }, "Read ", ...parts.flatMap((part, number) => (number ? [", ", ...part] : part)), ".");
}

// For the text as typed, when a correction made another name of it.
function asTyped(answer) {
  if (!answer.as_typed.length) return null;
  const codes = answer.as_typed.map(({ code, description, confidence }) =>
    el("li", {}, el("span", { class: "code" }, code), ` ${description} (${percent(confidence)})`));
  return el("div", { id: "as-typed" }, el("p", {}, "Codes for the text as you typed it:"), el("ul", {}, ...codes));
}

function modifiers(answer) {
  if (!answer.modifiers.length) return null;
  const rows = answer.modifiers.map(({ modifier, description, reason }) =>
    el("li", {}, el("span", { class: "code" }, modifier), ` ${description} (${reason})`));
  return el("div", { id: "text-modifiers" }, el("p", {}, "Modifiers in the text:"), el("ul", {}, ...rows));
}

// One button for each item of an enumeration; `act.only(text)` asks for that item alone.
function items(answer, act) {
  if (!answer.items.length) return null;
  const buttons = answer.items.map(({ text, suggestions }) => {
    const best = suggestions[0];
    const words = best ? `${best.code} ${percent(best.confidence)}` : "no good match";
    return el("li", {}, el("button", { type: "button", dir: "auto", onclick: () => act.only(text) }, text), ` ${words}`);
  });
  return el("div", { id: "items" }, el("p", {}, "The text names several items:"), el("ul", {}, ...buttons));
}

// "Codes for “walker”: “walk” seems unfinished. Or: walking". Each other word is a button.
function unfinished({ unfinished: found }, act) {
  if (!found) return null;
  const [first, ...others] = found.words;
  const buttons = others.map((word) => el("button", { type: "button", onclick: () => act.only(word) }, word));
  return el("p", { id: "unfinished" }, `Codes for “${first}”: “${found.typed}” seems unfinished.`, ...(buttons.length ? [" Or: ", ...buttons.flatMap((button) => [button, " "])] : []));
}

function together(answer) {
  return answer.acceptable_together.map((codes) =>
    el("p", { class: "together" }, `The text does not tell apart ${codes.join(", ")}.`));
}

export function drawNotes(answer, act) {
  const looks = answer.looks_like ? el("p", { id: "looks-like", role: "note" }, looksLikeWords(answer.looks_like)) : null;
  const warnings = answer.warnings.map((warning) => el("p", { class: "warning" }, `${warning}.`));
  const parts = [unfinished(answer, act), readAs(answer), asTyped(answer), looks, ...warnings, modifiers(answer), items(answer, act), ...together(answer)];
  const shown = parts.filter(Boolean);
  $("notes").replaceChildren(...shown);
  $("notes").hidden = !shown.length;
}
