// The parameters of a link: filters, date of service and the chosen code, never the typed text.

const CODE = /^([A-CE-HJ-MP-V]\d{4}|\d{5}|\d{4}[FTUAM])$/;
const SECTION = /^[A-CE-HJ-MP-V]$/;

export function isDay(value) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value ?? "")) return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}

// Reads a query string and ignores invalid values.
export function readAddress(query) {
  const given = new URLSearchParams(query);
  const sections = (given.get("sections") ?? "").toUpperCase().split(",");
  const code = (given.get("code") ?? "").toUpperCase();
  return {
    on: isDay(given.get("on")) ? given.get("on") : "",
    level: ["1", "2"].includes(given.get("level")) ? given.get("level") : "",
    sections: [...new Set(sections.filter((section) => SECTION.test(section)))].sort(),
    ended: given.get("ended") === "1",
    code: CODE.test(code) ? code : "",
  };
}

export function addressOf({ on, level, sections, ended, code }) {
  const parts = new URLSearchParams();
  if (on) parts.set("on", on);
  if (level) parts.set("level", level);
  if (sections.length) parts.set("sections", sections.join(","));
  if (ended) parts.set("ended", "1");
  if (code) parts.set("code", code);
  const query = parts.toString().replaceAll("%2C", ",");
  return query ? `?${query}` : "";
}
