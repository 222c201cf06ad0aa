"""The reason for a suggestion, in one plain line and in parts."""

from __future__ import annotations

from collections.abc import Sequence

from index.store.artifact import Artifact
from index.store.texts import LONG, Text
from index.text.words import cut, words
from suggest.answer import Why
from suggest.expansion import Hit
from suggest.reader import Query

MAX_TERM_CHARS = 90  # of a matched term in the summary
MAX_EXPANSIONS = 3  # in the summary; `Why.expansions` has all
NO_TEXT = Text(-1, LONG, "")  # of a code whose descriptor has no word


def why_code(code: str) -> Why:
    """The reason for a code that stands in the text."""
    return Why(f"the text names {code}", "code", code, (code,))


class Reasons:
    """Gives the reasons for the candidates of one query."""

    def __init__(self, query: Query, artifact: Artifact) -> None:
        self._artifact_words, self._texts = artifact.words, artifact.texts
        self._query_words = frozenset(words(query.expanded))
        self._n_typed = len(query.words)
        self._hits = sorted(
            [hit for hit in query.hits if hit.meaning.rows], key=lambda hit: hit.start - hit.stop
        )
        self._corrections = tuple([f"{change.typed} -> {change.read_as}" for change in query.corrections])
        self._expansions = tuple([change for hit in query.hits if (change := _expansion(query.words, hit))])
        changes = (*self._corrections, *self._expansions[:MAX_EXPANSIONS])
        self._read = "".join([f"; read {change.replace(' -> ', ' as ')}" for change in changes])

    def whys(self, rows: Sequence[int], closest: Sequence[int]) -> list[Why]:
        """The reason for each candidate.

        Args:
            rows: Their catalogue rows.
            closest: The text of each closest to the query, a position in `Artifact.texts`; -1 for a code
                without one.
        """
        shared = self._artifact_words.shared(closest, self._query_words)
        texts = [self._texts[position] if position >= 0 else NO_TEXT for position in closest]
        return list(map(self._why, rows, texts, shared))

    def _why(self, row: int, text: Text, shared: tuple[str, ...]) -> Why:
        term, source, listed = text.text, text.source, ""
        for hit in self._hits:  # the longest first
            if row in hit.meaning.rows:
                if hit.stop - hit.start == self._n_typed:
                    term, source = hit.meaning.term, hit.meaning.kinds[0]
                    shared = tuple(dict.fromkeys([word for word in cut(term) if word in self._query_words]))
                else:
                    listed = f"; {hit.meaning.term} is listed for this code ({hit.meaning.kinds[0]})"
                break
        shown = term if len(term) <= MAX_TERM_CHARS else term[: MAX_TERM_CHARS - 3] + "..."
        summary = f"{source}: {shown}{listed}{self._read}"
        return Why(summary, source, term, shared, self._corrections, self._expansions)


def _expansion(typed_words: Sequence[str], hit: Hit) -> str:
    """What a known term was read as; empty when that is what was typed."""
    typed = " ".join(typed_words[hit.start : hit.stop])
    for means in hit.meaning.means:
        if " ".join(cut(means)) != typed:
            return f"{typed} -> {means}" if means else ""
    return ""
