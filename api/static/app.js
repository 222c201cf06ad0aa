// Starts the page and passes keys, clicks and pastes to the modules that handle them.

import { askForMore, choose, copyChosen, enter, setText, typed } from "./ask.js";
import { $, show } from "./dom.js";
import { clearFilters, drawFilters, readFilters, toggleFilters } from "./filters.js";
import { closeSheet, openSheet, sheetIsOpen, showCode } from "./pane.js";
import { askKey, readRelease } from "./release.js";
import { onKeyNeeded } from "./service.js";
import { desk, restoreDesk } from "./desk.js";
import { keeping } from "./keep.js";
import { narrow, onChange, state, writeAddress } from "./state.js";
import { openView, view } from "./views.js";

const MOVES = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5 };

function keyInText(event) {
  if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key in MOVES && state.answer?.suggestions.length) {
    event.preventDefault();
    choose(state.active + MOVES[event.key]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    enter(event.shiftKey);
  }
}

// The table of lines is loaded with the first lines; `lines` is its module then.
let lines = null;
const loadLines = async () => (lines ??= await import("./several.js"));
const codeLines = async (text) => (await loadLines()).codeLines(text);

// Several lines that are pasted anywhere except into another field.
function pasted(event) {
  if (event.target.closest?.("input:not(#text), textarea, dialog")) return;
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (text.split(/\r\n?|\n/).filter((line) => line.trim()).length < 2) return;
  event.preventDefault();
  codeLines(text);
}

// Escape: closes the open list of sections or the details; goes back from the search for a line; else clears the text box, or moves
// to it from elsewhere.
function escape(event) {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  if ($("sections").open) {
    $("sections").open = false;
    $("sections").querySelector("summary").focus();
  } else if (sheetIsOpen()) closeSheet();
  else if (view() !== "list" && view() !== "table" && document.activeElement !== $("text")) {
    openView("list");
    $("text").focus();
  }
  else if (state.line !== null) lines.backToLine();
  else if (document.activeElement === $("text")) setText("");
  else $("text").focus();
}

function slash(event) {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest('input:not([type="checkbox"]), textarea, select, dialog')) return;
  event.preventDefault();
  closeSheet();
  $("text").focus();
}

// Ctrl+Z outside of fields of text takes back the last decision about lines.
function undoKey(event) {
  if (event.defaultPrevented || event.key !== "z" || !(event.ctrlKey || event.metaKey) || view() !== "table") return;
  if (event.target.closest('input[type="text"], textarea')) return;
  event.preventDefault();
  lines.undoLast();
}

function openPaste() {
  $("paste").returnValue = "";
  $("paste").showModal();
  $("lines").focus();
}

async function openFile(file) {
  await loadLines();
  (await import("./files.js")).openFile(file);
}

function dropped(event) {
  event.preventDefault();
  document.body.classList.remove("dropping");
  const [file] = event.dataTransfer?.files ?? [];
  if (file) openFile(file);
}

function fileChosen() {
  const [file] = $("file").files;
  $("paste").close();
  if (file) openFile(file);
  $("file").value = "";
}

// Other views are loaded when they are first opened.
const opened = {
  browse: async () => (await import("./browse.js")).openBrowse(),
  session: async () => (await import("./session.js")).openSession(),
};

// A new text shows the list again, whatever view is open; the table says so itself.
function listForText(text) {
  if (view() === "table" || view() === "list" || text === "") return;
  openView("list");
}

function pasteClosed() {
  const text = $("lines").value;
  $("lines").value = "";
  if ($("paste").returnValue === "go") codeLines(text);
}

// A page that the browser restores for its back button must not show typed text again.
function forgetText() {
  $("text").value = "";
  $("lines").value = "";
}

function listenToText() {
  $("text").addEventListener("input", (event) => event.isComposing || typed());
  $("text").addEventListener("compositionend", typed);
  $("text").addEventListener("keydown", keyInText);
  $("search").addEventListener("submit", (event) => event.preventDefault());
  const use = (text) => { setText(text); $("text").focus(); };
  $("clear").addEventListener("click", () => use(""));
  for (const button of document.querySelectorAll(".example")) button.addEventListener("click", () => use(button.textContent));
}

function listen() {
  listenToText();
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("filters").addEventListener("change", readFilters);
  $("clear-filters").addEventListener("click", clearFilters);
  $("toggle-filters").addEventListener("click", toggleFilters);
  $("more").addEventListener("click", askForMore);
  $("open-help").addEventListener("click", () => $("help").showModal());
  $("open-paste").addEventListener("click", openPaste);
  $("paste").addEventListener("close", pasteClosed);
  $("action-copy").addEventListener("click", () => copyChosen());
  $("action-details").addEventListener("click", openSheet);
  $("open-browse").addEventListener("click", opened.browse);
  $("open-session").addEventListener("click", opened.session);
  $("file").addEventListener("change", fileChosen);
  onChange("typing", listForText);
  onChange("text", listForText);
  document.addEventListener("paste", pasted);
  document.addEventListener("dragover", (event) => { event.preventDefault(); document.body.classList.add("dropping"); });
  document.addEventListener("dragleave", (event) => event.relatedTarget || document.body.classList.remove("dropping"));
  document.addEventListener("drop", dropped);
  document.addEventListener("keydown", undoKey);
  document.addEventListener("keydown", escape);
  document.addEventListener("keydown", slash);
  document.addEventListener("click", (event) => { if (!$("sections").contains(event.target)) $("sections").open = false; });
  addEventListener("pagehide", forgetText);
  addEventListener("beforeprint", () => { $("printed").textContent = view() === "table" ? "" : state.text.trim(); });
  addEventListener("pageshow", (event) => { if (event.persisted) setText(""); });
  addEventListener("beforeunload", (event) => { if (lines?.unsaved() && !keeping()) event.preventDefault(); });
}

function start() {
  onKeyNeeded(askKey);
  listen();
  forgetText();
  drawFilters();
  writeAddress();
  readRelease();
  if (state.code) showCode(state.code);
  if (state.code && narrow.matches) openSheet();
  else $("text").focus({ preventScroll: true });
  show($("intro"));
  if (restoreDesk() && desk.table) loadLines().then(({ codeKept }) => codeKept(desk.table, Boolean(state.code)));
}

start();
