// Shows a release diff, from a file or of the service, or an audit that was opened from a file.

import { download, csvText } from "./csv.js";
import { $, el } from "./dom.js";
import { lookUp } from "./pane.js";
import { openView } from "./views.js";
import { count } from "./wording.js";
import { wordDiff } from "./worddiff.js";

const SHOWN = 200; // rows at first; more on demand
const TITLES = { added: "Added", vanished: "Gone from the file", reworded: "Reworded", ended: "Ended", reactivated: "Back in use", successor: "Successor", dates: "Dates", coverage: "Coverage" };

const codeButton = (code) => (/^[A-Z]\d{4}$|^\d{4}[0-9A-Z]$/.test(code) ? el("button", { type: "button", class: "link code", onclick: () => lookUp(code) }, code) : el("span", { class: "code" }, code));
const marked = (pieces, tag) => pieces.flatMap(([word, differs]) => [differs ? el(tag, {}, word) : word, " "]);

function changeRow(one) {
  const said = [];
  if (one.kind === "reworded") {
    const [before, after] = wordDiff(one.old, one.new);
    said.push(el("p", {}, ...marked(before, "del")), el("p", {}, ...marked(after, "ins")));
  } else if (one.field) said.push(el("p", {}, one.description), el("p", {}, `${one.field.replace("_", " ")}: ${one.old || "none"} → ${one.new || "none"}`));
  else said.push(el("p", {}, one.description));
  return el("li", {}, codeButton(one.code), el("div", {}, el("span", { class: "badge" }, `${TITLES[one.kind] ?? one.kind}${one.code.length === 2 ? " (modifier)" : ""}`), ...said));
}

function findingRow(one) {
  const money = one.amount_at_stake ? ` · $${one.amount_at_stake} at stake` : "";
  const better = one.suggested_code ? el("p", {}, "Suggested: ", codeButton(one.suggested_code), ` ${one.suggested_description ?? ""}`) : null;
  return el("li", {}, codeButton(String(one.code ?? "")), el("div", {},
    el("span", { class: "badge" }, `${one.kind} · row ${one.row}${money}`), el("p", { dir: "auto" }, one.text ?? ""), el("p", { class: "hint" }, one.reason), better));
}

const VIEWS = { diff: { title: "Release diff", row: changeRow, noun: "change" }, audit: { title: "Audit", row: findingRow, noun: "finding" } };

// `hint` and `fields` are those of a diff that the service made.
export function openReport(name, { kind, list }, { hint = "Read in this browser; nothing of the file was sent.", fields = [] } = {}) {
  const { title, row, noun } = VIEWS[kind];
  const kinds = [...new Set(list.map((one) => one.kind))].map((each) => [each, list.filter((one) => one.kind === each).length]);
  let [only, typed, shown] = ["", "", SHOWN];
  const rows = el("ul", { class: "report" });
  const total = el("p", { class: "hint", role: "status" });
  const more = el("button", { type: "button", class: "quiet", onclick: () => { shown += SHOWN; draw(); } }, "Show more");
  const matching = () => list.filter((one) => (!only || one.kind === only) && (!typed || JSON.stringify(Object.values(one)).toLowerCase().includes(typed)));
  function draw() {
    const found = matching();
    rows.replaceChildren(...found.slice(0, shown).map(row));
    total.textContent = `${count(found.length, noun)} of ${list.length.toLocaleString("en-US")}`;
    more.hidden = found.length <= shown;
  }
  const chooser = el("select", { onchange: () => { only = chooser.value; shown = SHOWN; draw(); } }, el("option", { value: "" }, "All kinds"),
    ...kinds.map(([each, number]) => el("option", { value: each }, `${TITLES[each] ?? each} (${number})`)));
  const box = el("input", { type: "text", autocomplete: "off", spellcheck: "false", oninput: () => { typed = box.value.trim().toLowerCase(); shown = SHOWN; draw(); } });
  const save = () => download(`${name.replace(/\.(csv|json)$/i, "").replaceAll(" ", "-")}-shown.csv`, csvText([Object.keys(list[0] ?? {}), ...matching().map(Object.values)]));
  $("file-pane").replaceChildren(
    el("h2", {}, `${title}: ${name}`), el("p", { class: "hint" }, hint),
    el("div", { class: "table-tools" }, ...fields, el("label", { class: "field" }, "Kind ", chooser), el("label", { class: "field" }, "Find ", box),
      el("button", { type: "button", onclick: save }, "Download what is shown"), el("button", { type: "button", class: "quiet", onclick: () => openView("list", true) }, "Close")),
    total, rows, more);
  openView("file", true);
  draw();
}
