// The state of the page. A module that changes it announces the change; other modules listen and draw.

import { addressOf, readAddress } from "./address.js";

export const state = {
  text: "", // is sent in request bodies only
  ...readAddress(location.search), // on, level, sections, ended, code
  answer: null,
  active: -1, // row of the chosen code, -1 when the list does not have it
  shown: "", // the code in the details pane; Enter copies it
  detail: null,
  trail: [], // codes to go back to in the details pane
  line: null, // number of the table's line that is searched for, or null
  hasLevel1: false,
};

// Changes that are announced. "filters": date, level, sections or ended codes changed. "text": a module put a new text
// into the box (detail: the text). "typing": the user typed. "line": a code was chosen for a line of the table (detail: the code). "desk": history, favourites or notes changed.
// "taken": codes were copied or downloaded (detail: of each its text, the answer that listed it, and the code or null).
const changes = new EventTarget();

export function announceChange(what, detail) {
  changes.dispatchEvent(new CustomEvent(what, { detail }));
}

export function onChange(what, listener) {
  changes.addEventListener(what, (event) => listener(event.detail));
}

export const narrow = matchMedia("(max-width: 59.99rem)");

export function writeAddress() {
  history.replaceState(null, "", `${location.pathname}${addressOf(state)}`);
}

export function linkTo(code) {
  return `${location.origin}${location.pathname}${addressOf({ ...state, code })}`;
}

// The filters as fields of a request.
export function filters() {
  return {
    ...(state.on ? { date_of_service: state.on } : {}),
    ...(state.level ? { level: Number(state.level) } : {}),
    ...(state.sections.length ? { sections: state.sections } : {}),
    ...(state.ended ? { include_terminated: true } : {}),
  };
}
