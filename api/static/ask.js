// Requests suggestions for the typed text; choosing and copying codes in the list.

import { copy } from "./clipboard.js";
import { remember } from "./desk.js";
import { $, announce, later, show, toast } from "./dom.js";
import { clearFilters, includeEnded } from "./filters.js";
import { hideMessage, sayError, sayNoMatch } from "./messages.js";
import { openSheet, showCode } from "./pane.js";
import { drawNotes, looksLikeWords } from "./notes.js";
import { clearResults, drawResults, markActive } from "./results.js";
import { call, latest, STALE } from "./service.js";
import { announceChange, filters, narrow, onChange, state, writeAddress } from "./state.js";
import { beliefWords, count } from "./wording.js";

const LONGEST = 2000;
const STEPS = [10, 30, 100]; // numbers of codes to request; the service's limit is 100

const WORDS_TRIED = 6; // for a word that is not finished

let step = 0;
let waiting = false;
let copyNext = null; // Enter was pressed before the answer to the current text arrived

const askService = latest(async (signal, body) => completed(await call("v1/suggest", { body, signal }), signal, body));
const askSoon = later(70, ask);

// The last word may not be finished: no code fits well, or the best code has not that word. Then the answer is that to a whole word or, of
// a lone word that names too many things, to two words: the first with a good match, the most used first.
async function completed(answer, signal, body) {
  const typed = body.text.toLowerCase();
  const [, before = "", last] = /^(.*[^\p{L}])?(\p{L}{2,20})$/su.exec(typed) ?? [];
  const unfit = answer.no_good_match || answer.suggestions[0]?.why?.summary.startsWith("nearest ");
  if (!last || !(unfit || isForeign(answer.suggestions[0], last))) return answer;
  const { words, phrases = [] } = await call("v1/complete", { body: { text: typed }, signal });
  if (words[0] === last) return before ? answer : { ...answer, narrower: phrases }; // a whole word that names too many things
  if ((before || !unfit) && words.includes(last)) return answer;
  const all = before ? phrases.map((two) => typed.replace(/\p{L}+[^\p{L}]+\p{L}+$/u, two)) : [...words.slice(0, 1), ...phrases, ...words.slice(1)];
  for (const whole of all.slice(0, WORDS_TRIED)) {
    const found = await call("v1/suggest", { body: { ...body, text: whole }, signal });
    if (!found.no_good_match) return { ...found, unfinished: { typed: body.text, words: [whole, ...(before ? all : words).filter((one) => one !== whole)] } };
  }
  return answer;
}

// Whether a code was found by a part of a word. CMS's short descriptors clip words ("calcium gluc"), and so say nothing.
function isForeign({ description, why } = {}, word) {
  if (!why || why.summary.toLowerCase().includes(`${word} is `)) return false;
  const text = why.source === "short description" ? description : `${description} ${why.term}`;
  return !text.toLowerCase().split(/[^\p{L}]+/u).includes(word);
}

export async function ask() {
  const text = state.text.trim();
  show($("clear"), state.text !== "");
  if (!text) return showIntro();
  if (text.length > LONGEST) {
    askService.cancel();
    return fail(`The text has ${text.length.toLocaleString("en-US")} characters; at most 2,000 are read. Shorten it to one item.`);
  }
  wait();
  // The answer to what was typed before may come while the next question waits: it is shown, and Enter still waits.
  const current = () => state.text.trim() === text;
  try {
    const answer = await askService({ text, k: STEPS[step], ...filters() });
    if (answer !== STALE) showAnswer(answer, current());
  } catch (error) {
    if (current()) fail(error.message, ask);
  }
  return undefined;
}

function wait() {
  waiting = true;
  $("search").setAttribute("aria-busy", "true");
}

export function setText(text) {
  $("text").value = text;
  typed();
}

onChange("text", setText);
onChange("filters", () => state.text.trim() && ask());

export function typed() {
  state.text = $("text").value;
  step = 0;
  copyNext = null;
  if (state.text) announceChange("typing");
  if (state.code) {
    state.code = "";
    writeAddress();
  }
  if (state.text.trim() === "") return ask();
  wait();
  return askSoon();
}

export function askForMore() {
  step += 1;
  ask();
  $("text").focus();
}

function settle() {
  waiting = false;
  $("search").removeAttribute("aria-busy");
  show($("intro"), false);
  hideMessage();
}

function showNothing() {
  settle();
  state.answer = null;
  state.active = -1;
  copyNext = null;
  clearResults();
  show($("notes"), false);
  show($("more"), false);
  showCode("");
}

function fail(sentence, again) {
  showNothing();
  sayError(sentence, again);
  announce(sentence);
}

function showIntro() {
  askService.cancel();
  showNothing();
  show($("intro"));
}

function showAnswer(answer, current) {
  settle();
  if (!current) wait();
  state.answer = answer;
  const codes = answer.suggestions.map(({ code }) => code);
  // When no code is likely, none is chosen automatically: Enter must not copy a code that nobody looked at.
  const first = codes.length && !answer.no_good_match ? 0 : -1;
  state.active = Math.max(codes.indexOf(state.code), first);
  state.trail = [];
  drawNotes(answer, { only: setText });
  drawResults(answer, { choose: (number) => choose(number, true), copy: copyRow });
  if (answer.no_good_match) sayNoMatch(answer, state, { clearFilters, includeEnded, only: setText, hasLevel1: state.hasLevel1 });
  markActive(state.active, false);
  show($("more"), codes.length === STEPS[step] && step + 1 < STEPS.length);
  showCode(codes[state.active] ?? "", true);
  announce(spoken(answer));
  if (!current) return;
  if (copyNext) take(copyNext.whole);
  copyNext = null;
}

function spoken(answer) {
  const looks = answer.looks_like ? `${looksLikeWords(answer.looks_like)} ` : "";
  return looks + spokenCodes(answer);
}

function spokenCodes(answer) {
  const best = answer.suggestions[0];
  if (!best) return "No good match. No codes.";
  const first = `${best.code}, ${best.description}, ${beliefWords(best.confidence)}`;
  if (answer.no_good_match) return `No good match. Nearest: ${first}.`;
  return `${count(answer.suggestions.length, "code")}. First: ${first}.`;
}

// Chooses a row; `open` when it was clicked.
export function choose(number, open = false) {
  const all = state.answer?.suggestions ?? [];
  if (!all.length) return;
  state.active = Math.max(0, Math.min(all.length - 1, number));
  state.code = all[state.active].code;
  state.trail = [];
  writeAddress();
  markActive(state.active, true);
  showCode(state.code, !open);
  if (open && narrow.matches) openSheet();
}

function copyRow(number) {
  choose(number);
  copyChosen();
}

// Enter: copies the chosen code, or uses it for the line that is searched for; waits for a pending answer.
export function enter(whole) {
  if (waiting) copyNext = { whole };
  else take(whole);
}

function take(whole) {
  if (state.line !== null && state.shown && !whole) announceChange("line", state.shown);
  else copyChosen(whole);
}

export async function copyChosen(whole = false) {
  const code = state.shown;
  if (!code) {
    if (state.answer?.suggestions.length) toast("No good match: choose a code with the arrow keys first");
    return;
  }
  state.code = code;
  writeAddress();
  const { description } = state.answer?.suggestions.find((item) => item.code === code) ?? state.detail ?? {};
  remember(code, description ?? "", state.text.trim());
  announceChange("taken", [{ text: state.answer?.text, answer: state.answer, code }]);
  if (whole && description) await copy(`${code} ${description}`, `${code} with its description`);
  else await copy(code);
  const row = document.querySelector(`#results [data-code="${code}"]`);
  row?.classList.add("copied");
  setTimeout(() => row?.classList.remove("copied"), 900);
}
