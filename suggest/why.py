"""The reason for a suggestion, in one plain line and in parts."""

from __future__ import annotations

from collections.abc import Sequence

from index.artifact import Artifact
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
    """Gives the reasons for the candidates of one query."""

    def __init__(self, query: Query, artifact: Artifact) -> None:
        self._artifact = artifact
        self._words = len(query.words)
        self._hits = query.hits
        self._known = frozenset(words(query.expanded))
        self._corrections = tuple([f"{one.typed} -> {one.read_as}" for one in query.corrections])
        self._expansions = tuple(
            [change for hit in query.hits if (change := _read_as(query.words[hit.start : hit.stop], hit))]
        )
        changes = (*self._corrections, *self._expansions[:SHOWN_CHANGES])
        self._read = "".join([f"; read {change.replace(' -> ', ' as ')}" for change in changes])

    def whys(self, rows: Sequence[int], closest: Sequence[int]) -> list[Why]:
        """The reason for each candidate.

        Args:
            rows: Their catalogue rows.
            closest: The text of each closest to the query, a position in `Artifact.texts`.
        """
        shared = self._artifact.words.shared(closest, self._known)
        return [self._why(*one) for one in zip(rows, closest, shared, strict=True)]

    def _why(self, row: int, closest: int, shared: tuple[str, ...]) -> Why:
        text = self._artifact.texts[closest]
        term, source, listed = text.text, text.source, ""
        width = 0
        for hit in self._hits:
            if hit.stop - hit.start > width and row in hit.meaning.rows:
                width = hit.stop - hit.start
                pointing = hit.meaning
        if width and width == self._words:
            term, source = pointing.term, pointing.kinds[0]
            shared = tuple(dict.fromkeys([word for word in cut(term) if word in self._known]))
        elif width:
            listed = f"; {pointing.term} is listed for this code ({pointing.kinds[0]})"
        shown = term if len(term) <= SHOWN else term[: SHOWN - 3] + "..."
        summary = f"{source}: {shown}{listed}{self._read}"
        return Why(summary, source, term, shared, self._corrections, self._expansions)


def _read_as(typed_words: Sequence[str], hit: Hit) -> str:
    """What a known term was read as; empty when that is what was typed."""
    typed = " ".join(typed_words)
    means = next((means for means in hit.meaning.means if " ".join(cut(means)) != typed), "")
    return f"{typed} -> {means}" if means else ""
