// The list of suggestions: a listbox; the text box refers to its active option.

import { $, el } from "./dom.js";
import { beliefWords, marked, percent, statusWords, wordsToMark } from "./wording.js";

export function belief(confidence) {
  const bar = el("span", { class: "gauge", "aria-hidden": "true" }, el("span"));
  bar.firstChild.style.inlineSize = `${Math.round(confidence * 100)}%`; // set by script, since the security policy forbids inline styles
  const words = beliefWords(confidence);
  return el("span", { class: "belief", data: { belief: words.toLowerCase().replace(" ", "-") } }, bar,
    el("span", { class: "belief-words" }, words, el("span", { class: "percent" }, ` ${percent(confidence)}`)));
}

// A code that is not valid on the day has no likelihood: its status is what counts.
export const notValid = ({ status }) => status === "terminated" || status === "future";

export function standing(item) {
  return notValid(item) ? el("span", { class: "problem" }, item.status === "future" ? "Not yet in use" : "Ended") : belief(item.confidence);
}

// The codes to use instead of an ended one, as CMS names them or as proposed.
export function insteadWords({ successors = [], proposed = [] }) {
  if (successors.length) return `Use instead: ${successors.join(", ")}`;
  const [likely] = proposed;
  return likely ? `Probably replaced by: ${likely.code} (proposed, ${percent(likely.probability)})` : "";
}

export function marks(text, words) {
  return marked(text, words).map(([piece, hit]) => (hit ? el("mark", {}, piece) : piece));
}

export function badges(item) {
  const status = el("span", { class: `badge ${item.status}` }, statusWords(item));
  const noc = item.is_noc
    ? el("abbr", { class: "badge noc", title: "Not otherwise classified: only when no specific code fits" }, "NOC")
    : null;
  return [noc, status];
}

// Corrections and expansions that the summary does not mention.
function changes(why) {
  return [...why.corrections, ...why.expansions]
    .map((change) => change.split("->").map((part) => part.trim()))
    .filter(([typed, read]) => !why.summary.includes(`read ${typed} as ${read}`) && !why.summary.includes(`${typed} is `))
    .map(([typed, read]) => el("span", { class: "change" }, `${typed} → ${read ?? ""}`));
}

function reason({ why }) {
  const [matched] = why.summary.split("; against: ");
  return el("span", { class: "why" }, el("span", { class: "why-label" }, "Why: "), matched, " ", changes(why));
}

// What the descriptor says against the text: "But it says oral; your text says iv."
function against({ why }) {
  return why.against.length ? el("span", { class: "against" }, `But it ${why.against.map((phrase) => phrase.replace(/^for /, "is for ")).join(". It ")}.`) : null;
}

function option(item, number, typed, act) {
  const code = el("span", { class: "code", title: `Copy ${item.code}` }, item.code);
  code.addEventListener("click", (event) => {
    event.stopPropagation();
    act.copy(number);
  });
  const instead = insteadWords(item);
  const ended = instead ? el("span", { class: "successor" }, instead) : null;
  return el("li", { id: `option-${number}`, role: "option", class: "row", "aria-selected": "false", data: { code: item.code }, onclick: () => act.choose(number) },
    code,
    el("span", { class: "description" }, marks(item.description, wordsToMark(typed, item.why))),
    standing(item),
    el("span", { class: "meta" }, reason(item), against(item), el("span", { class: "badges" }, ...badges(item), ended)));
}

// Replaces the list. `act` has `choose(number)` and `copy(number)`.
export function drawResults(answer, act) {
  const list = $("results");
  list.replaceChildren(...answer.suggestions.map((item, number) => option(item, number, answer.text, act)));
  list.hidden = !answer.suggestions.length;
  list.classList.toggle("doubtful", answer.no_good_match);
  $("text").setAttribute("aria-expanded", String(!list.hidden));
}

export function clearResults() {
  $("results").replaceChildren();
  $("results").hidden = true;
  $("text").setAttribute("aria-expanded", "false");
  $("text").removeAttribute("aria-activedescendant");
}

// Marks one option as active; -1 for none.
export function markActive(number, scroll) {
  const box = $("text");
  for (const row of $("results").children) row.setAttribute("aria-selected", "false");
  const row = $(`option-${number}`);
  if (!row) {
    box.removeAttribute("aria-activedescendant");
    return;
  }
  row.setAttribute("aria-selected", "true");
  box.setAttribute("aria-activedescendant", row.id);
  if (scroll) row.scrollIntoView({ block: "nearest" });
}
