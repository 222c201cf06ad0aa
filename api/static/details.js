// Draws all details of one code, beside the list.

import { isDay } from "./address.js";
import { claimPart } from "./claim.js";
import { $, el } from "./dom.js";
import { isFavourite, noteOf, setNote } from "./desk.js";
import { modifierPart } from "./modifiers.js";
import { daysWords, feeWords, limitWords } from "./published.js";
import { badges } from "./results.js";
import { changeWords, day, percent } from "./wording.js";

const LONG = 80; // characters of a value that takes the whole width, such as a note
// Fields that the pane shows elsewhere.
const SHOWN = new Set(["Code", "Description", "Short description", "Use instead"]);

function codeButton(code, act, words = code) {
  return el("button", { type: "button", class: "link code", onclick: () => act.open(code) }, words);
}

function part(title, ...content) {
  return el("section", { class: "part" }, el("h3", {}, title), ...content);
}

function head(detail, act) {
  const buttons = el("p", { class: "buttons" },
    el("button", { type: "button", class: "main", onclick: () => act.copy(detail.code) }, "Copy code"),
    el("button", { type: "button", onclick: () => act.copy(`${detail.code} ${detail.description}`, `${detail.code} with its description`) }, "Copy with description"),
    el("button", { type: "button", onclick: act.copyLink }, "Copy link"),
    el("button", { type: "button", onclick: () => act.compare(detail.code) }, "Compare"),
    el("button", { type: "button", "aria-pressed": String(isFavourite(detail.code)), onclick: (event) => {
      act.favourite(detail);
      event.target.setAttribute("aria-pressed", String(isFavourite(detail.code)));
    } }, "Favourite"),
    act.lineButton(detail.code));
  return el("div", { class: "head" },
    act.trail.length ? el("button", { type: "button", class: "quiet back", onclick: act.back }, `‹ Back to ${act.trail.at(-1)}`) : null,
    el("button", { type: "button", class: "close", onclick: act.close }, "‹ Back to the list"),
    el("h2", { class: "code", id: "details-code" }, detail.code),
    el("p", { class: "badges" }, ...badges(detail)),
    el("p", { class: "long" }, detail.description),
    detail.short_description ? el("p", { class: "short" }, detail.short_description) : null,
    buttons);
}

function replacement(detail, act) {
  const list = (codes) => codes.flatMap((code, number) => [number ? ", " : "", codeButton(code, act)]);
  const lines = [];
  const proposed = (detail.use_instead ?? []).filter((one) => one.named_by === "proposed");
  if (detail.successors.length) lines.push(el("p", {}, "Use instead: ", ...list(detail.successors)));
  else if (detail.status === "terminated") lines.push(el("p", {}, "The release names no code in its place."));
  for (const { code, probability } of proposed) {
    lines.push(el("p", {}, detail.status === "future" ? "Before it, probably: " : "Probably replaced by: ", codeButton(code, act), ` (proposed, ${percent(probability)})`));
  }
  if (detail.predecessors.length) lines.push(el("p", {}, "Took the place of: ", ...list(detail.predecessors)));
  return lines.length ? part(detail.successors.length || detail.status === "terminated" ? "Successor" : "Predecessor", ...lines) : null;
}

function neighbours(detail, act) {
  const here = { code: detail.code, description: detail.description, status: detail.status };
  const all = [...detail.neighbours, here].sort((a, b) => (a.code < b.code ? -1 : 1));
  const row = (line) =>
    line.code === detail.code
      ? el("li", { class: "here", "aria-current": "true" }, el("span", { class: "code" }, line.code), el("span", {}, line.description))
      : el("li", {}, codeButton(line.code, act), el("span", {}, line.description, line.status === "active" ? "" : ` (${line.status === "future" ? "not yet in use" : "ended"})`));
  return part("Around it in the code book", el("ol", { class: "neighbours" }, ...all.map(row)));
}

// Groups values: a field with several values occurs several times and is shown once.
function fields(detail) {
  const grouped = new Map();
  for (const { label, words } of detail.explained) {
    if (!SHOWN.has(label)) grouped.set(label, [...(grouped.get(label) ?? []), words]);
  }
  const pair = ([label, values]) => el("div", { class: values.some((value) => value.length > LONG) && "wide" }, el("dt", {}, label), ...values.map((value) => el("dd", {}, worded(value))));
  return part("All fields", el("dl", { class: "fields" }, ...[...grouped].map(pair)));
}

// Moves the code letter to the end: "D: special coverage ..." becomes "special coverage ... (D)".
function worded(value) {
  if (isDay(value)) return day(value);
  const found = /^(\w{1,4}): (.+)$/s.exec(value);
  return found ? [found[2], " ", el("span", { class: "letter" }, `(${found[1]})`)] : value;
}

// Limits and fees of the loaded tables; nothing where the index has none for the code.
function publishedPart({ limits, fees, table_warnings: warnings }) {
  if (!limits.length && !fees.length) return null;
  const list = (label, values) => (values.length ? el("div", {}, el("dt", {}, label), ...values.map((value) => el("dd", {}, value))) : null);
  return part("Limits and fees", el("dl", { class: "fields" }, list("Units", limits.map(limitWords)), list("Published for one unit", fees.map(feeWords))),
    ...warnings.map((words) => el("p", { class: "hint" }, `${words}.`)));
}

// When the code came, was reworded and ended, where the index has a history.
function historyPart({ lives }) {
  const wording = ({ description, since }) => el("li", {}, el("span", { class: "hint" }, since ? `Reworded ${daysWords(since, day)}` : "First known wording"), el("span", {}, description));
  const life = ({ came, ended, wordings }) => [
    el("p", {}, `${came ? `Came ${daysWords(came, day)}` : "In the first release at hand"}${ended ? `; ended ${daysWords(ended, day)}` : ""}.`),
    el("ol", { class: "wordings" }, ...wordings.map(wording))];
  const plain = lives.every(({ wordings, ended: end }) => wordings.length === 1 && !end); // nothing that is not said above
  return plain ? null : part("History", ...lives.flatMap(life));
}

function notePart({ code }) {
  const box = el("textarea", { id: "note", rows: "2", dir: "auto", "aria-label": `Your note on ${code}`, onchange: () => setNote(code, box.value) });
  box.value = noteOf(code);
  return el("section", { class: "part" }, el("details", { open: Boolean(noteOf(code)) }, el("summary", {}, el("h3", {}, "Your note")), el("div", {}, box)));
}

// Names of the folds that are open; they stay so when the same code is drawn again for another text or day.
const openFolds = (pane) => [...pane.querySelectorAll("details[open] > summary")].map((one) => one.textContent);

export function drawDetails(detail, act) {
  const pane = $("details");
  const same = $("details-code")?.textContent === detail.code;
  const open = same ? openFolds(pane) : [];
  pane.replaceChildren(...[
    head(detail, act),
    replacement(detail, act),
    claimPart(detail),
    part("What changed last quarter", el("p", {}, changeWords(detail.record, detail.release))),
    historyPart(detail),
    publishedPart(detail),
    neighbours(detail, act),
    fields(detail),
    modifierPart(detail),
    notePart(detail),
  ].filter(Boolean));
  for (const fold of pane.querySelectorAll("details")) if (open.includes(fold.firstChild.textContent)) fold.open = true;
  pane.hidden = false;
  if (!same) pane.scrollTop = 0;
}

export function drawDetailsError(sentence, act) {
  $("details").replaceChildren(el("div", { class: "head" }, el("button", { type: "button", class: "close", onclick: act.close }, "‹ Back to the list"), el("p", { class: "problem" }, sentence)));
  $("details").hidden = false;
}
