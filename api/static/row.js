// Draws one line of the table: text with date, quantity, modifiers and NDC, code with its reason, how sure, what to do.

import { TITLES } from "./columns.js";
import { el } from "./dom.js";
import { candidates, cellOf, picked, textOf, toCheck } from "./lines.js";
import { looksLikeWords } from "./notes.js";
import { badges, standing } from "./results.js";
import { sentence } from "./service.js";
import { percent } from "./wording.js";

function cell(className, label, ...content) {
  return el("td", { role: "cell", class: className, data: { label } }, ...content);
}

function picker(line, number, act) {
  const chooser = el("select", { "aria-label": `Code for line ${number + 1}`, onchange: () => act.pick(number, chooser.value || null) });
  for (const item of candidates(line)) {
    const share = typeof item.confidence === "number" ? `${percent(item.confidence)} · ` : "";
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

// What else the table says of a line; the text's own column stands above.
function others(table, line) {
  const said = [["dates", "Date"], ...Object.entries(TITLES)].map(([role, title]) => [title, cellOf(table, line, role)]).filter(([, value]) => value);
  return said.length ? el("p", { class: "others" }, ...said.map(([title, value]) => el("span", {}, `${title} ${value}`))) : null;
}

// Units and modifiers, once they were worked out for the code that is picked.
function claimPart({ claim, pick }) {
  if (!claim || claim.code !== pick) return null;
  return el("div", { class: "claim" }, el("p", {}, claim.words),
    claim.suggested.length ? el("p", {}, `Modifiers to add: ${claim.suggested.join("; ")}`) : null,
    ...claim.warnings.map((words) => el("p", { class: "problem" }, sentence(words))));
}

function codeCell(line, number, act) {
  if (!line.answer) return "";
  const item = picked(line);
  const reason = item?.why?.summary ? el("p", { class: "pick-why" }, "Why: ", item.why.summary.split("; against: ")[0]) : null;
  return el("div", { class: "pick" }, picker(line, number, act),
    item ? el("p", { class: "pick-words" }, item.description, el("span", { class: "badges" }, ...badges(item))) : null, reason, claimPart(line));
}

function comment(line, number, act) {
  if (!line.comment && !line.commenting) return null;
  const box = el("input", { type: "text", class: "comment", dir: "auto", value: line.comment, "aria-label": `Comment on line ${number + 1}`, autocomplete: "off", placeholder: "Comment",
    onchange: () => act.comment(number, box.value) });
  return box;
}

export function drawRow(table, number, act) {
  const line = table.lines[number];
  const name = (verb) => `${verb} line ${number + 1}`;
  const button = (verb, label, run, pressed) => el("button", { type: "button", "aria-label": label, "aria-pressed": pressed, onclick: run }, verb);
  const accept = toCheck(line) && line.pick ? button("Accept", `Accept ${line.pick} for line ${number + 1}`, () => act.accept([number])) : null;
  const select = el("input", { type: "checkbox", checked: line.selected, "aria-label": name("Select"), onchange: () => act.select(number, select.checked) });
  return el("tr", { role: "row", id: `line-${number}`, class: [toCheck(line) ? "to-check" : "", line.flag ? "flagged" : ""].join(" ").trim() },
    cell("number", "Line", el("label", { class: "check" }, select, String(number + 1))),
    cell("words", "Your text", el("div", { dir: "auto" }, textOf(table, line) || el("em", {}, "empty")), others(table, line),
      line.comment ? el("p", { class: "on-paper", dir: "auto" }, `Comment: ${line.comment}`) : null),
    cell("code-cell", "Code", codeCell(line, number, act)),
    cell("state", "How sure", state(line), line.flag ? el("span", { class: "flag" }, "Flagged") : null),
    cell("actions", "Review", accept, button("Search", `Search for line ${number + 1}`, () => act.search(number)),
      button("Flag", name("Flag"), () => act.flag([number]), String(line.flag)), button("Comment", name("Comment on"), () => act.startComment(number)), comment(line, number, act)));
}
