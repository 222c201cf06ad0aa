// The session: codes taken, favourites and notes, and whether this browser keeps them.

import { desk, forget, keepNow, noteOf, toggleFavourite } from "./desk.js";
import { $, el, toast } from "./dom.js";
import { DAYS, erase, keeping } from "./keep.js";
import { lookUp } from "./pane.js";
import { announceChange, onChange } from "./state.js";
import { openView, view } from "./views.js";

const time = (at) => new Date(at).toLocaleTimeString("en-US", { hour: "2-digit", minute: "2-digit" });
const codeButton = (code) => el("button", { type: "button", class: "link code", onclick: () => lookUp(code) }, code);

function part(title, rows, empty) {
  return el("section", { class: "part" }, el("h3", {}, title), rows.length ? el("ul", { class: "session-list" }, ...rows) : el("p", { class: "hint" }, empty));
}

const takenRow = ({ code, description, text, at }) => el("li", {}, codeButton(code), el("span", {}, description), el("span", { class: "hint" }, time(at), " ",
  text ? el("button", { type: "button", class: "link", dir: "auto", onclick: () => announceChange("text", text) }, text) : "looked up"));

const favouriteRow = ({ code, description }) => el("li", {}, codeButton(code), el("span", {}, description),
  el("button", { type: "button", class: "quiet", "aria-label": `Remove ${code} from the favourites`, onclick: () => toggleFavourite(code) }, "Remove"));

const noteRow = (code) => el("li", {}, codeButton(code), el("span", { dir: "auto" }, noteOf(code)));

function keepPart() {
  const box = el("input", { type: "checkbox", checked: keeping(), onchange: () => {
    if (box.checked) keepNow();
    else erase();
    draw();
  } });
  return el("section", { class: "part" }, el("h3", {}, "Keep in this browser"),
    el("label", { class: "check" }, box, `Keep this session, favourites, notes and the table of lines for ${DAYS} days`),
    el("p", { class: "hint" }, keeping()
      ? `Kept in this browser only, unencrypted, with the texts you typed; renewed with each change and erased when the page is opened more than ${DAYS} days after the last one. Do not use this on a shared computer.`
      : "Off: everything here is in memory and gone when you close or reload the page. Nothing is sent anywhere either way."),
    el("button", { type: "button", onclick: () => { erase(); forget(); toast("Erased: session, favourites, notes and what the browser kept"); } }, "Erase everything now"));
}

function draw() {
  $("session-pane").replaceChildren(
    el("h2", {}, "Your session"),
    part("Codes taken", desk.taken.map(takenRow), "Codes that you copy appear here with the text they came from."),
    part("Favourites", desk.favourites.map(favouriteRow), "“Favourite” in a code's details puts it here."),
    part("Notes", Object.keys(desk.notes).sort().map(noteRow), "A note that you write in a code's details appears here."),
    keepPart());
}

export function openSession() {
  openView("session", true);
  draw();
}

onChange("desk", () => view() === "session" && draw());
