// Which pane stands beside the details: the list, or a view that is opened instead of it.

import { $, show } from "./dom.js";

const VIEWS = ["list", "table", "browse", "compare", "session", "file"];
const WIDE = new Set(["table", "compare"]); // take the place of the details too

let current = "list";

export const view = () => current;

export function openView(name, focus = false) {
  if (current !== name) $("main").scrollTop = 0; // on narrow screens all views scroll there
  current = name;
  for (const each of VIEWS) show($(`${each}-pane`), each === name);
  document.body.classList.remove("sheet"); // the details of a narrow screen
  document.body.classList.toggle("wide", WIDE.has(name));
  if (focus) $(`${name}-pane`).focus({ preventScroll: true });
}
