// Browses the code book: sections and chapters as a tree with counts, and codes by their beginning.

import { $, el, later } from "./dom.js";
import { lookUp } from "./pane.js";
import { call, latest, STALE } from "./service.js";
import { onChange, state } from "./state.js";
import { openView, view } from "./views.js";
import { count } from "./wording.js";

const MOST = 500; // codes of a page, the service's limit

const days = () => `${state.on ? `&on=${state.on}` : ""}${state.ended ? "&include_terminated=true" : ""}`;
const askPrefix = latest((signal, prefix) => call(`v1/codes?prefix=${prefix}&limit=${MOST}${days()}`, { signal }));

function codeRow(line) {
  const ended = line.status === "active" ? "" : ` (${line.status === "future" ? "not yet in use" : "ended"})`;
  return el("li", {}, el("button", { type: "button", class: "link code", onclick: () => lookUp(line.code) }, line.code), el("span", {}, `${line.short_description || line.description}${ended}`));
}

function fold(label, codes, fill, open = false) {
  const inside = el("div", { class: "inside" });
  const node = el("details", { open }, el("summary", {}, ...label, el("span", { class: "count" }, codes.toLocaleString("en-US"))), inside);
  const load = async () => {
    if (!node.open || inside.childElementCount) return;
    try {
      inside.replaceChildren(...(await fill()));
    } catch (error) {
      inside.replaceChildren(el("p", { class: "problem" }, error.message));
    }
  };
  node.addEventListener("toggle", load);
  return node;
}

async function codesBetween(first, last) {
  const { codes } = await call(`v1/codes?first=${first}&last=${last}&limit=${MOST}${days()}`);
  return [el("ol", { class: "neighbours" }, ...codes.map(codeRow))];
}

// Chapters with more codes than a page get a fold for each page.
async function chapterFill({ first, last, codes }) {
  if (codes <= MOST) return codesBetween(first, last);
  const letters = [...new Set(Array.from({ length: 100 }, (_, number) => `${first[0]}${String(number).padStart(2, "0")}`))];
  const inRange = letters.filter((prefix) => `${prefix}99` >= first && `${prefix}00` <= last);
  const pages = await Promise.all(inRange.map(async (prefix) => ({ prefix, ...(await call(`v1/codes?first=${prefix}00&last=${prefix}99&limit=${MOST}${days()}`)) })));
  return pages.filter(({ total }) => total).map(({ prefix, total, codes: lines }) => fold([el("b", {}, `${prefix}…`)], total, async () => [el("ol", { class: "neighbours" }, ...lines.map(codeRow))]));
}

function chapterFold(chapter) {
  const range = chapter.first === chapter.last ? chapter.first : `${chapter.first}–${chapter.last}`;
  return fold([el("span", { class: "code" }, range), " ", chapter.words], chapter.codes, () => chapterFill(chapter));
}

function sectionFold({ section, words, codes, chapters }) {
  const label = [el("b", { class: "code" }, section), " ", words];
  return fold(label, codes, async () => (chapters.length ? chapters.map(chapterFold) : codesBetween("00000", "99999")));
}

async function drawTree() {
  const place = $("tree");
  try {
    const { sections } = await call(`v1/chapters?${days().slice(1)}`);
    if (typedPrefix()) return; // typed meanwhile
    const all = sections.reduce((sum, { codes }) => sum + codes, 0);
    place.replaceChildren(...sections.map(sectionFold));
    $("browse-count").textContent = `${count(all, "code")} in ${count(sections.length, "section")}`;
  } catch (error) {
    place.replaceChildren(el("p", { class: "problem" }, error.message));
  }
}

function typedPrefix() {
  const prefix = $("prefix").value.trim().toUpperCase();
  return /^[A-Z0-9]{1,5}$/.test(prefix) ? prefix : "";
}

const drawPrefix = later(80, async () => {
  const prefix = typedPrefix();
  if (!prefix) return drawTree();
  try {
    const page = await askPrefix(prefix);
    if (page === STALE) return undefined;
    $("tree").replaceChildren(el("ol", { class: "neighbours" }, ...page.codes.map(codeRow)));
    const shown = page.codes.length < page.total ? `, the first ${MOST} shown` : "";
    $("browse-count").textContent = `${count(page.total, "code")} beginning with ${prefix}${shown}`;
  } catch (error) {
    $("tree").replaceChildren(el("p", { class: "problem" }, error.message));
  }
  return undefined;
});

export function openBrowse() {
  openView("browse");
  if ($("tree")) return $("prefix").focus();
  const box = el("input", { type: "text", id: "prefix", maxlength: "5", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", oninput: () => drawPrefix() });
  $("browse-pane").replaceChildren(
    el("h2", {}, "The code book"),
    el("p", { class: "hint" }, "CMS names no chapters: the headings are ours."),
    el("p", { class: "table-tools" }, el("label", { class: "field", for: "prefix" }, "Codes beginning with"), box,
      el("button", { type: "button", onclick: async () => (await import("./changes.js")).openChanges() }, "Changes between releases")),
    el("p", { id: "browse-count", class: "hint", role: "status" }),
    el("div", { id: "tree" }));
  box.focus();
  return drawTree();
}

onChange("filters", () => view() === "browse" && drawPrefix());
