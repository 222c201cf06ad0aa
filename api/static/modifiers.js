// Lists the release's modifiers: first those that are common in a code's payment group, then all, with a filter.

import { el } from "./dom.js";
import { call } from "./service.js";

// Modifiers that are common on claims of a payment group, by CMS's pricing indicator.
const COMMON = {
  31: ["RR"],
  32: ["NU", "RR", "UE"],
  33: ["RR", "QE", "QF", "QG"],
  35: ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9"],
  36: ["RR", "KH", "KI", "KJ", "BP", "BR", "BU"],
  38: ["LT", "RT", "KX"],
  45: ["NU", "RR", "UE"],
  51: ["JW", "JZ", "JA", "JB"],
};

let loaded = null; // the promise of the modifiers, once requested

function load(code) {
  loaded ??= call(`v1/codes/${code}?modifiers=true`).then(({ modifiers }) => modifiers);
  loaded.catch(() => (loaded = null));
  return loaded;
}

function rows(modifiers) {
  return modifiers.map(({ modifier, long_description: words }) => el("li", {}, el("span", { class: "code" }, modifier), el("span", {}, words)));
}

function fill(place, modifiers, detail) {
  if (!modifiers.length) {
    place.replaceChildren(el("p", {}, "This catalogue has no modifiers; an official release has them."));
    return;
  }
  const wanted = new Set((detail.record.pricing ?? []).flatMap((group) => COMMON[Number(group)] ?? []));
  const common = modifiers.filter(({ modifier }) => wanted.has(modifier));
  const list = el("ul", { class: "modifiers" }, ...rows(modifiers));
  const box = el("input", { type: "text", id: "modifier-filter", autocomplete: "off", spellcheck: "false" });
  const total = el("p", { class: "hint", role: "status" }, `${modifiers.length} modifiers`);
  box.addEventListener("input", () => {
    const typed = box.value.trim().toLowerCase();
    const matching = modifiers.filter(({ modifier, long_description: words }) => `${modifier} ${words}`.toLowerCase().includes(typed));
    list.replaceChildren(...rows(matching));
    total.textContent = `${matching.length} of ${modifiers.length} modifiers`;
  });
  place.replaceChildren(
    ...(common.length ? [el("h4", {}, "Often used in this payment group (payers differ)"), el("ul", { class: "modifiers" }, ...rows(common)), el("h4", {}, "All")] : []),
    el("label", { class: "field", for: "modifier-filter" }, "Find a modifier"), box, total, list);
}

export function modifierPart(detail) {
  const place = el("div", {}, el("p", { class: "hint" }, "Reading…"));
  const fold = el("details", {}, el("summary", {}, el("h3", {}, "Modifiers")), place);
  fold.addEventListener("toggle", async () => {
    if (!fold.open) return;
    try {
      fill(place, await load(detail.code), detail);
    } catch (error) {
      place.replaceChildren(el("p", { class: "problem" }, error.message));
    }
  });
  return el("section", { class: "part" }, fold);
}
