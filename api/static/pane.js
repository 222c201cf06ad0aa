// The details pane: the code that it shows, the codes to go back to, and on narrow screens whether it is open.

import { copy } from "./clipboard.js";
import { toggleFavourite } from "./desk.js";
import { drawDetails, drawDetailsError } from "./details.js";
import { $, el, later, show } from "./dom.js";
import { markActive } from "./results.js";
import { call, latest, STALE } from "./service.js";
import { announceChange, linkTo, narrow, onChange, state, writeAddress } from "./state.js";

const askService = latest((signal, code) => call(`v1/codes/${code}${state.on ? `?on=${state.on}` : ""}`, { signal }));
const loadSoon = later(120, loadDetails);

let listScroll = 0;

const act = {
  open(code) {
    state.trail = [...state.trail, state.shown];
    goTo(code);
  },
  back() {
    goTo(state.trail.pop());
  },
  copy,
  compare: async (code) => (await import("./compare.js")).compare(code),
  favourite: ({ code, description }) => toggleFavourite(code, description),
  copyLink: () => copy(linkTo(state.shown), "The link"),
  close: closeSheet,
  lineButton: () =>
    state.line === null ? null : el("button", { type: "button", class: "main", onclick: () => announceChange("line", state.shown) }, `Use for line ${state.line + 1}`),
  get trail() {
    return state.trail;
  },
};

function goTo(code) {
  state.code = code;
  writeAddress();
  state.active = (state.answer?.suggestions ?? []).findIndex((item) => item.code === code);
  markActive(state.active, true);
  showCode(code);
  $("details").focus({ preventScroll: true });
}

// Shows a code's details, "" for none. `soon` delays the request while the user types or moves in the list.
export function showCode(code, soon = false) {
  state.shown = code;
  show($("action-bar"), Boolean(code));
  $("action-code").textContent = code;
  if (!code) {
    askService.cancel();
    state.detail = null;
    show($("details"), false);
    closeSheet();
  } else if (soon) loadSoon();
  else loadDetails();
}

// Shows a code that was chosen outside the list.
export function lookUp(code) {
  state.code = code;
  state.trail = [];
  writeAddress();
  showCode(code);
  if (narrow.matches) openSheet();
}

async function loadDetails() {
  if (!state.shown) return;
  try {
    const detail = await askService(state.shown);
    if (detail === STALE) return;
    state.detail = detail;
    drawDetails(detail, act);
  } catch (error) {
    state.detail = null;
    drawDetailsError(error.message, act);
  }
}

// When there is a text, its new answer also loads the details.
onChange("filters", () => state.text.trim() || loadDetails());

export const sheetIsOpen = () => document.body.classList.contains("sheet");

export function openSheet() {
  listScroll = $("main").scrollTop;
  document.body.classList.add("sheet");
  $("main").scrollTop = 0;
  $("details").focus({ preventScroll: true });
}

export function closeSheet() {
  if (!sheetIsOpen()) return;
  document.body.classList.remove("sheet");
  $("main").scrollTop = listScroll;
  $("text").focus({ preventScroll: true });
}
