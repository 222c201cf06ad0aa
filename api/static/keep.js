// Keeps the desk in this browser, only after it was asked for, and erases it on demand and after some days.

const PLACE = "hcpcs-desk";
export const DAYS = 7;

// Storage that is full, or that the browser forbids, keeps nothing; the page works on in memory.
function attempt(run) {
  try {
    return run();
  } catch {
    return null;
  }
}

export const keeping = () => attempt(() => localStorage.getItem(PLACE)) !== null;

export function erase() {
  attempt(() => localStorage.removeItem(PLACE));
}

// Returns whether it was kept.
export function keep(value) {
  const until = Date.now() + DAYS * 24 * 60 * 60 * 1000;
  return attempt(() => localStorage.setItem(PLACE, JSON.stringify({ until, value })) ?? true) === true;
}

// What was kept, or null; what is older than DAYS, or not readable, is erased.
export function kept() {
  const text = attempt(() => localStorage.getItem(PLACE));
  if (text === null) return null;
  const found = attempt(() => JSON.parse(text));
  if (found?.value && found.until > Date.now()) return found.value;
  erase();
  return null;
}
