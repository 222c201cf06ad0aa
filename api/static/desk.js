// What a coder gathers: codes taken in this session, favourites and notes. In memory, unless keeping was asked for.

import { keep, keeping, kept } from "./keep.js";
import { later } from "./dom.js";
import { announceChange } from "./state.js";

const LONGEST = 200; // entries of the history

export const desk = { taken: [], favourites: [], notes: {}, table: null };

const store = later(300, () => keeping() && keep(desk));

function changed() {
  announceChange("desk");
  store();
}

// Takes over what the browser kept; returns whether there was something.
export function restoreDesk() {
  const found = kept();
  if (found) Object.assign(desk, found);
  return Boolean(found);
}

export function remember(code, description, text) {
  desk.taken = [{ code, description, text, at: Date.now() }, ...desk.taken].slice(0, LONGEST);
  changed();
}

export const isFavourite = (code) => desk.favourites.some((one) => one.code === code);

export function toggleFavourite(code, description) {
  desk.favourites = isFavourite(code) ? desk.favourites.filter((one) => one.code !== code) : [...desk.favourites, { code, description }];
  changed();
}

export const noteOf = (code) => desk.notes[code] ?? "";

export function setNote(code, words) {
  if (words.trim()) desk.notes[code] = words;
  else delete desk.notes[code];
  changed();
}

// The review table as it can be shown again; null when there is none.
export function setTable(table) {
  desk.table = table;
  changed();
}

export function keepNow() {
  keep(desk);
  announceChange("desk");
}

export function forget() {
  Object.assign(desk, { taken: [], favourites: [], notes: {}, table: null });
  announceChange("desk");
}
