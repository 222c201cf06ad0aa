// What the page knows at the moment. A module that changes it says so; other modules listen and draw what follows.

import { addressOf, readAddress } from "./address.js";

export const state = {
  text: "", // never leaves this page but in a request's body
  ...readAddress(location.search), // on, level, sections, ended, code
  answer: null,
  active: -1, // row of the chosen code in the list, -1 when it is not in it
  shown: "", // the code in the details pane; Enter copies it
  detail: null,
  trail: [], // codes to go back to in the details pane
  line: null, // the table's line that is being looked at
  hasLevel1: false,
};

// What can be announced. "filters": date, level, sections or ended codes changed. "text": a module put another text
// into the field (detail: the text). "typing": a person typed. "line": a code was taken for a line of the table (detail: the code).
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

// The filters as the service takes them.
export function filters() {
  return {
    ...(state.on ? { date_of_service: state.on } : {}),
    ...(state.level ? { level: Number(state.level) } : {}),
    ...(state.sections.length ? { sections: state.sections } : {}),
    ...(state.ended ? { include_terminated: true } : {}),
  };
}
