// Messages that are shown above the list or instead of it.

import { $, el } from "./dom.js";
import { day } from "./wording.js";

export function hideMessage() {
  $("message").hidden = true;
  $("message").replaceChildren();
}

function say(kind, title, ...rest) {
  const place = $("message");
  place.className = kind;
  place.replaceChildren(el("h2", {}, title), ...rest);
  place.hidden = false;
}

export function sayError(sentence, again) {
  const button = again ? el("button", { type: "button", onclick: again }, "Try again") : null;
  say("problem", "That did not work", el("p", {}, sentence), ...(button ? [button] : []));
}

function narrowed({ level, sections, on }) {
  const parts = [];
  if (sections.length) parts.push(`section${sections.length > 1 ? "s" : ""} ${sections.join(", ")}`);
  if (level) parts.push(`level ${level === "1" ? "I" : "II"}`);
  if (on) parts.push(`codes valid on ${day(on)}`);
  return parts.join(" and ");
}

// Says that there is no good match and what to try, with a button for each action that the page can do.
export function sayNoMatch(answer, filters, act) {
  const only = narrowed(filters);
  const which = (answer.narrower ?? []).flatMap((words) => [" ", el("button", { type: "button", onclick: () => act.only(words) }, words)]);
  const tips = [
    answer.modifiers.length && el("li", {}, "The text names a modifier, shown below: say also of what."),
    which.length && el("li", {}, "Say which one:", ...which),
    only && el("li", {}, `You are searching only ${only}. `, el("button", { type: "button", onclick: act.clearFilters }, "Search all active codes")),
    !filters.ended && el("li", {}, "The code may have ended. ", el("button", { type: "button", onclick: act.includeEnded }, "Include ended codes")),
    el("li", {}, "Say what the thing is or does (“wheelchair cushion”) rather than its maker or size."),
    el("li", {}, "Write abbreviations out, and one item at a time."),
    !act.hasLevel1 && !answer.looks_like && el("li", {}, "A physician’s service or procedure? Those are CPT codes, which this index does not hold."),
  ];
  const near = answer.suggestions.length ? el("p", {}, "The nearest codes are below. None of them is likely.") : null;
  say("no-match", "No good match", el("p", {}, "What may help:"), el("ul", {}, ...tips.filter(Boolean)), ...(near ? [near] : []));
}
