// Guesses what the columns of a pasted or opened table hold, by their headings and contents. Pure functions.

import { readDay } from "./dates.js";

// Roles besides text and date, whose columns are only shown and exported: heading, and form of the cells.
const ROLES = {
  quantity: { heading: /\b(qty|quantity|quant|units?|count|days supply)\b/, cell: /^[-+]?\d{1,5}(\.\d+)?$/, byContent: false },
  modifier: { heading: /\bmod(ifier)?s?\b/, cell: /^(?=.*[A-Z])[A-Z0-9]{2}([ ,;:/-]+[A-Z0-9]{2}){0,3}$/i, byContent: true },
  ndc: { heading: /\bndc\b/, cell: /^(\d{4,5}-\d{3,4}-\d{1,2}|\d{11})$/, byContent: true },
};
export const TITLES = { quantity: "Quantity", modifier: "Modifiers", ndc: "NDC" };

const HEADING = /\b(descriptions?|desc|descr|items?|text|notes?|orders?|product|suppl(y|ies)|services?|svc|name|dates?|dt|dos|qty|quantity|codes?|hcpcs|cpt|line|id|no|units?|patient|mrn|price|charges?|amount|amt|ndc|mods?|modifiers?|cdm|rev|revenue|dept|department|account|payer|cost|route|dose|strength|facility|setting|type|category)\b|^#$/;

const plain = (cell) => cell.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase().replace(/[^a-z#]+/g, " ").trim();
const width = (rows) => Math.max(0, ...rows.map((cells) => cells.length));
const columns = (rows) => [...Array(width(rows)).keys()];

// Whether the first row has headings: short cells without numbers and dates, most of them with a word that headings have. A list of
// one column needs more than a word that items have too: nothing but such words.
export function looksLikeHeadings(cells) {
  const filled = cells.filter(Boolean);
  const named = filled.filter((cell) => HEADING.test(plain(cell)));
  if (!filled.length || !named.length) return false;
  if (filled.some((cell) => cell.length > 30 || cell.split(" ").length > 4 || /^[-+$]?[\d.,]+%?$/.test(cell) || readDay(cell))) return false;
  if (filled.length === 1) return plain(filled[0]).split(" ").every((word) => HEADING.test(word));
  return named.length * 2 >= filled.length;
}

// The column whose heading says that it has the text, else the one with the most letters, counting at most 60 in each cell.
export function textColumn(rows, headings) {
  const letters = (column) => rows.reduce((sum, cells) => sum + Math.min(60, ((cells[column] ?? "").match(/\p{L}/gu) ?? []).length), 0);
  const weight = (column) => letters(column) * (/\b(desc|descr|descriptions?|item|text|order|product|service)\b/.test(plain(headings?.[column] ?? "")) ? 3 : 1);
  return columns(rows).sort((a, b) => weight(b) - weight(a) || a - b)[0] ?? 0;
}

// The columns of the other roles: { quantity, modifier, ndc }, each -1 where there is none. `taken` are not looked at.
export function otherColumns(rows, headings, taken) {
  const found = {};
  const free = () => columns(rows).filter((column) => !taken.includes(column) && !Object.values(found).includes(column));
  const share = (column, form) => {
    const cells = rows.map((cells) => cells[column] ?? "").filter(Boolean);
    return cells.length ? cells.filter((cell) => form.test(cell)).length / cells.length : 0;
  };
  for (const [role, { heading, cell, byContent }] of Object.entries(ROLES)) {
    const named = free().filter((column) => heading.test(plain(headings?.[column] ?? "")));
    const alike = byContent ? free().filter((column) => share(column, cell) >= 0.8) : [];
    found[role] = named[0] ?? (alike.length === 1 ? alike[0] : -1);
  }
  return found;
}
