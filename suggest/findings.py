"""What an answer says of the text as a whole: codes of other systems, mended names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from index.code_systems import LEVEL_II
from index.records import Record
from index.store.catalogue import Catalogue
from index.successors import Replacement
from index.text.quantities import amounts
from index.text.words import normalise
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

    def warnings(self, query: Query, on: date) -> tuple[str, ...]:
        """Sentences, without a full stop, on codes that the text names and on words that were mended."""
        if not (query.other_codes or query.codes or query.renamed):
            return ()
        sentences = [code_warning(system, code) for system, code in query.other_codes]
        sentences += [warning for code in query.codes if (warning := self._of_code(code, on))]
        sentences += [
            f"{change.typed} was read as the name {change.read_as}; check that this is what was meant"
            for change in query.renamed
        ]
        return tuple(sentences)

    def _of_code(self, code: str, on: date) -> str:
        """Why a code that the text names cannot be used on a day; empty for one that can."""
        row = self._catalogue.row_on(code, on)
        if row is None and self._catalogue.lives(code):
            return self._of_gone(code, on)
        if row is None:
            return f"{code} is not a code of release {self._release}" if LEVEL_II.matches(code) else ""
        status = self._catalogue.status(row, on)
        if status == "active":
            return ""
        record = self._catalogue.records[row]
        instead = self._catalogue.instead_of(code, on)
        if status == "future":
            before = f"; on {on} it was {_codes(instead)}" if instead else ""
            return f"{code} begins on {record.effective_from}{before}"
        ended = record.effective_to or "a day that no release at hand names"
        if not instead:
            return f"{code} ended on {ended}, and no code that replaced it is known"
        return f"{code} ended on {ended}; use {_codes(instead)}{self._units(record, instead, on)}"

    def _of_gone(self, code: str, on: date) -> str:
        """The same for a code that left the file years after its end."""
        ended = self._catalogue.lives(code)[-1].ended
        when = "" if ended is None else f" ended {ended if ended.day is None else f'on {ended}'} and"
        instead = self._catalogue.instead_of(code, on)
        use = f"; use {_codes(instead)}" if instead else ", and no code that replaced it is known"
        return f"{code}{when} is no longer in release {self._release}{use}"

    def _units(self, ended: Record, instead: Sequence[Replacement], on: date) -> str:
        """A reminder where a code counts other units than the one that it replaced."""
        own = set(amounts(normalise(ended.long_description)))
        for one in instead:
            row = self._catalogue.row_on(one.code, on)
            if row is not None:
                other = amounts(normalise(self._catalogue.records[row].long_description))
                if own and other and own.isdisjoint(other):
                    return "; its unit is another one, so count the units again"
        return ""


def _codes(found: Sequence[Replacement]) -> str:
    """Codes with who names them: "J9267 (proposed: CMS names none, 97 % likely)"."""
    codes = " or ".join(one.code for one in found)
    if found[0].named_by == "CMS":
        return f"{codes} (CMS's cross-reference)"
    return f"{codes} (proposed, {found[0].probability:.0%} likely: CMS names none)"
