// Reads dates of service in pasted tables, and finds their column. Pure functions; api/dates.py has the same forms.

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const TIME = /(?:T|,?\s+)\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[ap]\.?m\.?)?\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?$/i;
const NUMBERS = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})$/;
const SERVICE = /\bdos\b|service ?date|date ?of ?service|\b(?:service|svc|serv)\b.*\b(?:date|dt|from|start)\b|\b(?:date|dt)\b.*\b(?:service|svc|serv)\b/;
const LAST_DAY = /\b(?:to|thru|through|end|until|last)\b/;
const OTHER = /birth|\bdob\b|death|paid|payment|post|creat|updat|print|expir|due|receiv|bill|invoice|admi|discharge|entry|entered|report/;

function year(digits) {
  if (digits.length === 4) return Number(digits);
  const now = new Date().getFullYear();
  const full = Math.floor(now / 100) * 100 + Number(digits);
  return full <= now + 10 ? full : full - 100;
}

function parts(text, dayFirst) {
  const ordered = (first, second, y) => (second <= 12 && (first > 12 || dayFirst) ? [y, second, first] : [y, first, second]);
  let match = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/.exec(text);
  if (match) return [match[1], match[3], match[4]].map(Number);
  if (/^\d{8}$/.test(text)) {
    const y = Number(text.slice(0, 4));
    if (y >= 1900 && y <= 2100) return [y, Number(text.slice(4, 6)), Number(text.slice(6))];
    return ordered(Number(text.slice(0, 2)), Number(text.slice(2, 4)), Number(text.slice(4)));
  }
  match = NUMBERS.exec(text);
  if (match) return ordered(Number(match[1]), Number(match[3]), year(match[4]));
  match = /^(\d{1,2})(?:st|nd|rd|th)?[-/ .]*([a-z]{3,9})\.?[-/ .,]*(\d{4}|\d{2})$/i.exec(text);
  if (match) return [year(match[3]), MONTHS.indexOf(match[2].slice(0, 3).toLowerCase()) + 1, Number(match[1])];
  match = /^([a-z]{3,9})\.?[-/ .]*(\d{1,2})(?:st|nd|rd|th)?(?:,\s*|[-/ .]+)(\d{4}|\d{2})$/i.exec(text);
  return match ? [year(match[3]), MONTHS.indexOf(match[1].slice(0, 3).toLowerCase()) + 1, Number(match[2])] : null;
}

// The day as YYYY-MM-DD, or "" when the text is no date.
export function readDay(text, dayFirst = false) {
  const found = parts(text.trim().replace(TIME, ""), dayFirst);
  if (!found) return "";
  const [y, month, number] = found;
  const day = new Date(Date.UTC(y, month - 1, number));
  const real = y >= 1900 && y <= 2100 && day.getUTCMonth() === month - 1 && day.getUTCDate() === number && month > 0;
  return real ? day.toISOString().slice(0, 10) : "";
}

// Whether a column has the day before the month: a first number above 12, and no second one.
export function isDayFirst(cells) {
  const pairs = cells.map((cell) => NUMBERS.exec(cell.trim())).filter(Boolean);
  return pairs.some((pair) => Number(pair[1]) > 12) && !pairs.some((pair) => Number(pair[3]) > 12);
}

// Finds the column with the dates of service: its position (-1 for none), and every column that may be it.
export function dateColumn(rows, headings, textColumn) {
  const width = Math.max(...rows.map((cells) => cells.length));
  const name = (column) => (headings?.[column] ?? "").replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase().replace(/[^a-z]+/g, " ");
  const share = (column) => {
    const cells = rows.map((cells) => cells[column] ?? "").filter(Boolean);
    return cells.length ? cells.filter((cell) => readDay(cell)).length / cells.length : 0;
  };
  const others = [...Array(width).keys()].filter((column) => column !== textColumn);
  const named = others.filter((column) => SERVICE.test(name(column)));
  const first = named.filter((column) => !LAST_DAY.test(name(column)));
  let possible = first.length ? first : named;
  if (!possible.length) possible = others.filter((column) => !OTHER.test(name(column)) && share(column) >= 0.8);
  return { column: possible.length === 1 ? possible[0] : -1, possible };
}
