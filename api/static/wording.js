// Formats numbers, dates and matches for coders. Pure functions.

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September",
  "October", "November", "December"];

const BELIEF = [
  [0.85, "Very likely"],
  [0.6, "Likely"],
  [0.3, "Possible"],
  [0.1, "Less likely"],
  [0, "Unlikely"],
];

export function beliefWords(confidence) {
  return BELIEF.find(([minimum]) => confidence >= minimum)[1];
}

export function percent(confidence) {
  if (confidence > 0.99) return "over 99%"; // never shown as certain
  return confidence < 0.01 ? "under 1%" : `${Math.round(confidence * 100)}%`;
}

export function day(iso) {
  const [year, month, date] = iso.split("-").map(Number);
  return `${MONTHS[month - 1].slice(0, 3)} ${date}, ${year}`;
}

// Status and dates in one phrase; dates that the release does not have are left out.
export function statusWords({ status, effective_from: from, effective_to: to }) {
  if (status === "terminated") return to ? `Ended ${day(to)}` : "Ended";
  if (status === "future") return from ? `Starts ${day(from)}` : "Not yet in use";
  const since = from ? `In use since ${day(from)}` : "In use";
  return to ? `${since}, ends ${day(to)}` : since;
}

const SMALL_WORDS = new Set(["a", "an", "and", "any", "by", "for", "in", "of", "on", "or", "per", "the", "to", "with"]);

function stem(word) {
  const plain = word.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  if (plain.length < 4) return plain;
  return plain.replace(/ies$/, "y").replace(/(x|ss|ch|sh)es$/, "$1").replace(/([^su])s$/, "$1").replace(/^(.{4,})(?:ing|ed)$/, "$1");
}

export function wordsToMark(typed, why) {
  const read = [...why.corrections, ...why.expansions].map((change) => change.split("->").at(-1));
  const found = [...why.words, typed, ...read].join(" ").match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(found.map(stem).filter((word) => !SMALL_WORDS.has(word) && (word.length > 1 || /\d/.test(word))));
}

// Splits the text into pieces: [piece, whether it matches].
export function marked(text, words) {
  return text
    .split(/([\p{L}\p{N}]+)/u)
    .filter((piece) => piece)
    .map((piece) => [piece, words.has(stem(piece))]);
}

// Reads a release's name on a given day: its words, its age in months, and how many newer quarters have begun.
export function releaseAge(name, today) {
  const [, year, month] = /^(\d{4})-(\d{2})$/.exec(name)?.map(Number) ?? [];
  if (!year || month > 12) return { words: name, months: null, behind: 0 };
  const months = (today.getFullYear() - year) * 12 + today.getMonth() + 1 - month;
  const quarter = (y, m) => y * 4 + Math.floor((m - 1) / 3);
  const behind = Math.max(0, quarter(today.getFullYear(), today.getMonth() + 1) - quarter(year, month));
  return { words: `${MONTHS[month - 1]} ${year} release`, months, behind };
}

export function ageWords({ months, behind }) {
  if (months === null) return "";
  if (months < 0) return "takes effect later";
  const age = months === 0 ? "this month's" : months === 1 ? "1 month old" : `${months} months old`;
  if (!behind) return `${age}, the current quarter`;
  return `${age}, ${behind === 1 ? "a newer quarter has" : `${behind} newer quarters have`} begun`;
}

const CHANGES = {
  A: "Added",
  B: "Long description and administrative data changed",
  C: "Long description reworded",
  D: "Ended",
  F: "Administrative data changed",
  N: "No change",
  P: "Payment data changed",
  R: "Brought back into use",
  S: "Short description reworded",
  T: "Type of service or BETOS changed",
};

// Says what changed in the release's own quarter.
export function changeWords({ action, action_date: on }, release) {
  if (!action && !on) return "This catalogue does not say what changed.";
  const what = CHANGES[action] ?? `Changed (${action || "no reason given"})`;
  const quarter = releaseAge(release, new Date()).words.replace(" release", "");
  const fresh = on && on >= `${release}-01` && /^\d{4}-\d{2}$/.test(release);
  if (fresh) return action === "N" ? `No change in ${quarter}.` : `${what} on ${day(on)}, in the ${quarter} release.`;
  const last = on ? ` The last one took effect on ${day(on)}.` : "";
  return action === "N" ? `No change in ${quarter}.${last}` : `${what}${on ? ` on ${day(on)}` : ""}; nothing newer in ${quarter}.`;
}

export function count(number, noun, plural = `${noun}s`) {
  return `${number.toLocaleString("en-US")} ${number === 1 ? noun : plural}`;
}
