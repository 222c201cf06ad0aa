"""What an answer says of the text as a whole: codes of other systems, mended names."""

from __future__ import annotations

from collections.abc import Sequence

from index.code_systems import LEVEL_II
from index.store.catalogue import Catalogue
from suggest.answer import LooksLike, OtherSystem, Suggestion
from suggest.looks import NAMED_PROBABILITY, OTHERS, code_warning, looks_like
from suggest.ranking import Ranking
from suggest.reader import Query

ALWAYS_OTHERS = frozenset({"cpt", "cdt"})
"""A text with a code of these is about that code; one with a diagnosis may be an order with its reason."""


class Findings:
    """Says what the texts of one index name. Safe to use from several threads."""

    def __init__(self, catalogue: Catalogue, release: str) -> None:
        """Take the records of an index, and the release's name."""
        self._catalogue = catalogue
        self._release = release

    def of_other_system(self, query: Query) -> OtherSystem | None:
        """The other system of which the text is a code; None where a code stands beside a description."""
        for name, _ in query.other_codes:
            if name in ALWAYS_OTHERS or not query.words:
                return next((system for system in OTHERS if system == name), None)
        return None

    def looks_like(
        self, query: Query, ranking: Ranking, refused: bool, suggestions: Sequence[Suggestion]
    ) -> LooksLike | None:
        """The other system that a text seems to belong to.

        Args:
            query: The text, read; it names no code of this index.
            ranking: Its candidates.
            refused: Whether it probably has no code.
            suggestions: The codes that are suggested for it.
        """
        system = self.of_other_system(query)
        if system is not None:
            return LooksLike(system, NAMED_PROBABILITY)
        if not len(ranking.systems) or query.prefixes or query.modifiers:
            return None
        found = looks_like(ranking.systems, ranking.answerable, refused)
        if found and not refused and suggestions and suggestions[0].confidence >= found.probability:
            return None
        return found

    def warnings(self, query: Query) -> tuple[str, ...]:
        """Sentences, without a full stop, on codes that the text names and on words that were mended."""
        if not (query.other_codes or query.codes or query.renamed):
            return ()
        sentences = [code_warning(system, code) for system, code in query.other_codes]
        sentences += [
            f"{code} is not a code of release {self._release}"
            for code in query.codes
            if LEVEL_II.matches(code) and self._catalogue.position(code) is None
        ]
        sentences += [
            f"{change.typed} was read as the name {change.read_as}; check that this is what was meant"
            for change in query.renamed
        ]
        return tuple(sentences)
