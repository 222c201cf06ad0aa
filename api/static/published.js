// Limits and fees of CMS's tables in words.

const source = ({ table, setting }) => `${setting}, ${table}`;
const dollars = (amount) => `$${amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 3 })}`;

export function limitWords(limit) {
  const units = limit.units ? `at most ${limit.units.toLocaleString("en-US")} units${limit.per ? ` a ${limit.per}` : ""}` : "no units expected";
  return `${units} (${source(limit)})`;
}

function amountWords({ amount, lowest, highest, state }) {
  if (amount !== null) return `${dollars(amount)}${state ? ` in ${state}` : ""}`;
  return lowest === null || lowest === undefined ? "no amount of its own" : `${dollars(lowest)} to ${dollars(highest)} by state`;
}

export function feeWords(fee) {
  return `${[...fee.modifiers, amountWords(fee)].join(" ")}${fee.unit ? ` per ${fee.unit}` : ""} (${source(fee)})`;
}

// A day, or the days between which something happened when no release dates it.
export function daysWords(days, day) {
  if (!days) return "";
  const { earliest, latest } = days;
  if (earliest === latest) return `on ${day(latest)}`;
  if (!earliest || !latest) return latest ? `by ${day(latest)}` : `after ${day(earliest)}`;
  return `between ${day(earliest)} and ${day(latest)}`;
}
