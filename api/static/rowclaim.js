// Claim lines for the table's lines: units by the text, set against the quantity, modifiers and NDC of its columns.

import { NDC, cellOf, dayOf, textOf } from "./lines.js";
import { load } from "./modifiers.js";
import { limitWords } from "./published.js";
import { call } from "./service.js";

const AT_ONCE = 4; // requests
const OF_TABLES = /is of another quarter|days old on/; // warnings that hold for every line alike

const modifiersOf = (cell) => cell.toUpperCase().split(/[^A-Z0-9]+/).filter(Boolean);

// Units by the text, times the quantity where it is neither 1 nor the same number: which of the two counts is for the coder.
function unitsOf(answer, quantity) {
  const { units } = answer;
  if (units === null) return { total: null, words: `Units not known: the unit is ${answer.missing.replace(/^the unit is /, "")}` };
  const how = `${units} (${answer.arithmetic})`;
  if (!(quantity > 0) || quantity === 1) return { total: units, words: `Units ${how}` };
  if (quantity === units) return { total: units, words: `Units ${how}, as the quantity says` };
  const total = Math.ceil(units * quantity);
  return { total, words: `Units ${how} by the text; ${quantity} times that: ${total}` };
}

function modifierProblems(given, known) {
  return given.flatMap((one) => {
    const found = known.find(({ modifier }) => modifier === one);
    if (!found) return [`${one} is no modifier of this release`];
    return found.status === "terminated" ? [`modifier ${one} has ended`] : [];
  });
}

// What the row and the download say of a claim line; pure.
export function claimOf(answer, { quantity = "", modifiers = "" }, known = []) {
  const given = modifiersOf(modifiers);
  const { total, words } = unitsOf(answer, Number(quantity.replace(/,/g, "") || Number.NaN));
  const payable = answer.fees.some((fee) => fee.modifiers.some((one) => given.includes(one)));
  const warnings = answer.warnings.filter((one) => !(payable && one.startsWith("a modifier may be missing")));
  // The service compared the units by the text; here the quantity counts too.
  const over = total === answer.units ? [] : answer.limits.filter((limit) => limit.units && total > limit.units);
  return {
    code: answer.code, units: answer.units, total, words,
    suggested: answer.modifiers.filter(({ modifier }) => !given.includes(modifier)).map(({ modifier, reason }) => `${modifier} (${reason})`),
    warnings: [...modifierProblems(given, known), ...over.map((limit) => `${total} units: ${limitWords(limit)}`), ...warnings.filter((one) => !OF_TABLES.test(one))],
    general: warnings.filter((one) => OF_TABLES.test(one)),
  };
}

async function ask(table, line, filters, known) {
  const ndc = cellOf(table, line, "ndc").trim();
  const on = dayOf(table, line).on ?? filters.date_of_service;
  const body = { text: textOf(table, line), code: line.pick, ...(on ? { date_of_service: on } : {}), ...(NDC.test(ndc) ? { ndc } : {}) };
  try {
    const answer = await call("v1/claim-line", { body });
    return claimOf(answer, { quantity: cellOf(table, line, "quantity"), modifiers: cellOf(table, line, "modifier") }, known);
  } catch (error) {
    return { code: line.pick, units: null, total: null, words: error.message, suggested: [], warnings: [], general: [] };
  }
}

// Asks for the claim lines of some lines that have a Level II code; `done(number)` after each.
export async function claimLines(table, numbers, filters, done) {
  const known = await load().catch(() => []);
  const waiting = numbers.filter((number) => /^[A-V]\d{4}$/.test(table.lines[number].pick ?? ""));
  const all = waiting.length;
  const work = async () => {
    for (let number = waiting.shift(); number !== undefined; number = waiting.shift()) {
      const line = table.lines[number];
      const claim = await ask(table, line, filters, known);
      if (claim.code !== line.pick) continue; // another code was picked meanwhile
      line.claim = claim;
      done(number);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return all;
}
