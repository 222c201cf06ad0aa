// What the page knows at the moment; the modules around it change it and draw what follows.

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
