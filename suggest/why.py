"""The reason for a suggestion, in one plain line and in parts."""

from __future__ import annotations

from index.texts import Text
from index.words import cut, words
from suggest.answer import Why
from suggest.expansion import Hit
from suggest.query import Query

SHOWN = 90  # characters of a matched term that the summary shows
SHOWN_CHANGES = 3  # expansions that the summary shows; `Why.expansions` has all


def why_code(code: str) -> Why:
    """The reason for a code that stands in the text."""
    return Why(f"the text names {code}", "code", code, (code,))


class Reasons:
    """Gives the reason for each candidate of one query."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._known = set(words(query.expanded))
        self._corrections = tuple(f"{one.typed} -> {one.read_as}" for one in query.corrections)
        self._expansions = tuple(change for hit in query.hits if (change := self._read_as(hit)))
        changes = (*self._corrections, *self._expansions[:SHOWN_CHANGES])
        self._read = [f"read {change.replace(' -> ', ' as ')}" for change in changes]

    def why(self, row: int, closest: Text) -> Why:
        """The reason for a candidate.

        Args:
            row: Its catalogue row.
            closest: Its text closest to the query.
        """
        hits = [hit for hit in self._query.hits if row in hit.meaning.rows]
        pointing = max(hits, key=lambda hit: hit.stop - hit.start, default=None)
        term, source = closest.text, closest.source
        listed = []
        if pointing is not None and pointing.stop - pointing.start == len(self._query.words):
            term, source = pointing.meaning.term, pointing.meaning.kinds[0]
        elif pointing is not None:
            listed = [f"{pointing.meaning.term} is listed for this code ({pointing.meaning.kinds[0]})"]
        shared = tuple(dict.fromkeys([word for word in cut(term) if word in self._known]))
        shown = term if len(term) <= SHOWN else term[: SHOWN - 3] + "..."
        summary = "; ".join([f"{source}: {shown}", *listed, *self._read])
        return Why(summary, source, term, shared, self._corrections, self._expansions)

    def _read_as(self, hit: Hit) -> str:
        """What a known term was read as; empty when that is what was typed."""
        typed = " ".join(self._query.words[hit.start : hit.stop])
        means = next((means for means in hit.meaning.means if " ".join(cut(means)) != typed), "")
        return f"{typed} -> {means}" if means else ""
