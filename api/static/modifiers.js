// Lists the release's modifiers: first those that go with the code, each with its source, then all, with a filter.

import { el } from "./dom.js";
import { call } from "./service.js";

let loaded = null; // the promise of the modifiers, once requested

export function load() {
  loaded ??= call("v1/modifiers").then(({ modifiers }) => modifiers);
  loaded.catch(() => (loaded = null));
  return loaded;
}

function rows(modifiers) {
  return modifiers.map(({ modifier, description, source, status }) => el("li", {}, el("span", { class: "code" }, modifier),
    el("span", {}, description, status === "terminated" ? " (ended)" : "", source ? el("span", { class: "hint" }, ` (${source})`) : null)));
}

function fill(place, modifiers, detail) {
  if (!modifiers.length) {
    place.replaceChildren(el("p", {}, "This catalogue has no modifiers; an official release has them."));
    return;
  }
  const common = detail.fitting_modifiers;
  const list = el("ul", { class: "modifiers" }, ...rows(modifiers));
  const box = el("input", { type: "text", id: "modifier-filter", autocomplete: "off", spellcheck: "false" });
  const total = el("p", { class: "hint", role: "status" }, `${modifiers.length} modifiers`);
  box.addEventListener("input", () => {
    const typed = box.value.trim().toLowerCase();
    const matching = modifiers.filter(({ modifier, description }) => `${modifier} ${description}`.toLowerCase().includes(typed));
    list.replaceChildren(...rows(matching));
    total.textContent = `${matching.length} of ${modifiers.length} modifiers`;
  });
  place.replaceChildren(
    ...(common.length ? [el("h4", {}, "Go with this code (payers differ)"), el("ul", { class: "modifiers" }, ...rows(common)), el("h4", {}, "All")] : []),
    el("label", { class: "field", for: "modifier-filter" }, "Find a modifier"), box, total, list);
}

export function modifierPart(detail) {
  const place = el("div", {}, el("p", { class: "hint" }, "Reading…"));
  const fold = el("details", {}, el("summary", {}, el("h3", {}, "Modifiers")), place);
  fold.addEventListener("toggle", async () => {
    if (!fold.open) return;
    try {
      fill(place, await load(), detail);
    } catch (error) {
      place.replaceChildren(el("p", { class: "problem" }, error.message));
    }
  });
  return el("section", { class: "part" }, fold);
}
