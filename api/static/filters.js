// The filters: date of service, level, sections and ended codes.

import { isDay } from "./address.js";
import { $, show } from "./dom.js";
import { announceChange, state, writeAddress } from "./state.js";

const boxes = () => [...document.querySelectorAll('#sections input[name="section"]')];

export function drawFilters() {
  $("on").value = state.on;
  $("level").value = state.level;
  $("ended").checked = state.ended;
  for (const box of boxes()) box.checked = state.sections.includes(box.value);
  $("sections-chosen").textContent = state.sections.length ? state.sections.join(", ") : "All sections";
  const set = [state.on, state.level, state.sections.length, state.ended].filter(Boolean).length;
  show($("clear-filters"), set > 0);
  $("toggle-filters").textContent = set ? `Filters (${set})` : "Filters";
}

function changed() {
  drawFilters();
  writeAddress();
  announceChange("filters");
}

export function readFilters() {
  const on = $("on");
  const wrong = !on.validity.valid || (on.value !== "" && !isDay(on.value));
  $("filters-error").textContent = wrong ? "Give the date of service as a day between 1966 and 2099." : "";
  if (wrong) return;
  state.on = on.value;
  state.level = $("level").value;
  state.ended = $("ended").checked;
  state.sections = boxes().filter((box) => box.checked).map((box) => box.value);
  changed();
}

export function clearFilters() {
  Object.assign(state, { on: "", level: "", sections: [], ended: false });
  $("filters-error").textContent = "";
  changed();
  $("text").focus();
}

export function includeEnded() {
  state.ended = true;
  changed();
  $("text").focus();
}

export function toggleFilters() {
  const open = document.body.classList.toggle("filters-open");
  $("toggle-filters").setAttribute("aria-expanded", String(open));
}
