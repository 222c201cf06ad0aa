"""Suggestions for the codes of one index: the fields of the record, joined with score and reason."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from index.store.catalogue import Catalogue
from suggest.answer import Suggestion, Why
from suggest.ranking import Ranking
from suggest.reasons import why_begun, why_code, why_modified
from suggest.scope import Scope, passes

MAX_CACHED_DATES = 2  # dates of service for which the records' fields are cached
NAMED_SCORE = 100.0  # of a code that the text contains; above all scores of the ranker
NAMED_CONFIDENCE = 0.99  # of a code that the text contains


class Suggestions:
    """Makes suggestions. Safe to use from several threads."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Take the records of an index."""
        self._catalogue = catalogue
        self._templates = lru_cache(MAX_CACHED_DATES)(_no_templates)

    def named(self, codes: Sequence[str], scope: Scope, modifiers: Sequence[str] = ()) -> list[Suggestion]:
        """Suggestions for the codes that a text contains, at most `scope.k`.

        Ended and future codes are among them: a user who types a code is told its status and successor.

        Args:
            codes: The codes, upper case.
            scope: How the text is asked.
            modifiers: Modifiers of the release that the text contains too.
        """
        suggestions: list[Suggestion] = []
        for code in codes:
            row = self._catalogue.position(code)
            if row is None or not passes(self._catalogue.records[row], scope.filters):
                continue
            template = self._template(row, scope.on)
            rank = len(suggestions) + 1
            why = why_modified(code, modifiers) if modifiers else why_code(code)
            suggestions.append(_filled(template, rank, NAMED_SCORE, NAMED_CONFIDENCE, why))
        return suggestions[: scope.k]

    def begun(self, prefixes: Sequence[str], scope: Scope) -> list[Suggestion]:
        """Suggestions for the allowed codes that begin as a text does, in order, at most `scope.k`.

        Nothing tells them apart, so that each has the same share of the confidence of a named code.
        """
        codes = self._catalogue.codes
        found: list[tuple[int, str]] = []
        for prefix in prefixes:
            row = bisect_left(codes, prefix)
            while row < len(codes) and codes[row].startswith(prefix):
                if scope.allowed[row]:
                    found.append((row, prefix))
                row += 1
        share = int(NAMED_CONFIDENCE / max(1, len(found)) * 1e4) / 1e4
        return [
            _filled(self._template(row, scope.on), rank, NAMED_SCORE, share, why_begun(codes[row], prefix))
            for rank, (row, prefix) in enumerate(found[: scope.k], 1)
        ]

    def ranked(
        self, ranking: Ranking, positions: Sequence[int], whys: Sequence[Why], first_rank: int, on: date
    ) -> list[Suggestion]:
        """Suggestions for candidates.

        Args:
            ranking: The candidates of a text.
            positions: Which candidates, as positions in `ranking`.
            whys: The reason for each of them.
            first_rank: Rank of the first one.
            on: Date of service.
        """
        templates = self._templates(on)
        return [
            _filled(
                templates.get(ranking.rows[i]) or self._template(ranking.rows[i], on),
                rank,
                ranking.scores[i],
                ranking.confidences[i],
                why,
            )
            for rank, (i, why) in enumerate(zip(positions, whys, strict=True), first_rank)
        ]

    def _template(self, row: int, on: date) -> Suggestion:
        """What every suggestion of a code for a date of service has in common."""
        record = self._catalogue.records[row]
        template = Suggestion(
            rank=0,
            code=record.code,
            description=record.long_description,
            short_description=record.short_description,
            score=0.0,
            confidence=0.0,
            status=record.status(on),
            effective_from=record.effective_from,
            effective_to=record.effective_to,
            successors=record.successors,
            is_noc=record.is_noc,
            section=record.section,
            why=why_code(record.code),
            level=record.level,
        )
        self._templates(on)[row] = template
        return template


def _filled(template: Suggestion, rank: int, score: float, confidence: float, why: Why) -> Suggestion:
    """A suggestion from its template. Positional arguments are faster than `msgspec.structs.replace`."""
    return Suggestion(
        rank,
        template.code,
        template.description,
        template.short_description,
        score,
        confidence,
        template.status,
        template.effective_from,
        template.effective_to,
        template.successors,
        template.is_noc,
        template.section,
        why,
        template.level,
    )


def _no_templates(on: date) -> dict[int, Suggestion]:
    """The templates of a date of service, by catalogue row: empty at first."""
    return {}
