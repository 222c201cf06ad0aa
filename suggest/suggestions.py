"""Suggestions for the codes of one index: the fields of the record, joined with score and reason."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import msgspec

from index.records import Record, Status
from index.store.catalogue import Catalogue
from index.successors import Proposal
from suggest.answer import Suggestion, Why
from suggest.ranking import Ranking
from suggest.reader import Query
from suggest.reasons import why_begun, why_code, why_instead, why_invalid, why_modified, why_package
from suggest.scope import Scope, passes

MAX_CACHED_DATES = 2  # dates of service for which the records' fields are cached
NAMED_SCORE = 100.0  # of a code that the text contains; above all scores of the ranker
NAMED_CONFIDENCE = 0.99  # of a code that the text contains
INSTEAD_CONFIDENCE = 0.9  # of the code that CMS names instead of one that the text contains
INVALID_SCORE = -NAMED_SCORE  # of a code that the text contains and that is not valid on the day


class Named(NamedTuple):
    """Suggestions for the codes that a text contains.

    Attributes:
        leading: The valid ones, and for each other the codes to use instead; at most as many as asked for.
        invalid: Those that have ended or not begun, with confidence 0; their rank is not set.
        together: A code for each code of the text that has one: they are right at the same time.
    """

    leading: list[Suggestion]
    invalid: list[Suggestion]
    together: tuple[str, ...]


NOT_NAMED = Named([], [], ())
"""Of a text without codes."""


class Suggestions:
    """Makes suggestions. Safe to use from several threads."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Take the records of an index."""
        self._catalogue = catalogue
        self._templates = lru_cache(MAX_CACHED_DATES)(_no_templates)

    def named(self, query: Query, scope: Scope) -> Named:
        """Suggestions for the codes that a text contains, and for those to use instead.

        Args:
            query: The text, read.
            scope: How the text is asked.
        """
        modifiers = query.modifiers
        packages = {one.code: one for one in query.packages}
        leading: dict[int, Suggestion] = {}
        invalid: list[Suggestion] = []
        groups: list[str] = []
        for code in query.codes:
            row = self._catalogue.row_on(code, scope.on)
            if row is None or not passes(self._catalogue.records[row], scope.filters):
                continue
            template = self._template(row, scope.on)
            if template.status == "active":
                if code in packages:
                    why = why_package(packages[code])
                else:
                    why = why_modified(code, modifiers) if modifiers else why_code(code)
                leading[row] = _filled(template, len(leading) + 1, NAMED_SCORE, NAMED_CONFIDENCE, why)
                groups.append(code)
                continue
            invalid.append(_filled(template, 0, INVALID_SCORE, 0.0, why_invalid(template)))
            instead = self._instead(template, scope)
            for other, suggestion in instead:
                leading.setdefault(other, msgspec.structs.replace(suggestion, rank=len(leading) + 1))
            groups += [suggestion.code for _, suggestion in instead[:1]]
        return Named(list(leading.values())[: scope.k], invalid, tuple(dict.fromkeys(groups)))

    def _instead(self, ended: Suggestion, scope: Scope) -> list[tuple[int, Suggestion]]:
        """Row and suggestion of each code to use instead of one that is not valid on the day.

        They share the confidence of a replacement: nothing tells them apart.
        """
        found = self._catalogue.instead_of(ended.code, scope.on)
        suggestions = []
        for one in found:
            row = self._catalogue.row_on(one.code, scope.on)
            if row is not None and passes(self._catalogue.records[row], scope.filters):
                share = int(INSTEAD_CONFIDENCE * one.probability / len(found) * 1e4) / 1e4
                why = why_instead(ended, one)
                suggestions.append((row, _filled(self._template(row, scope.on), 0, NAMED_SCORE, share, why)))
        return suggestions

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
        rows, scores, confidences = ranking.rows, ranking.scores, ranking.confidences
        return [
            _filled(
                templates.get(rows[i]) or self._template(rows[i], on), rank, scores[i], confidences[i], why
            )
            for rank, (i, why) in enumerate(zip(positions, whys, strict=True), first_rank)
        ]

    def _template(self, row: int, on: date) -> Suggestion:
        """What every suggestion of a code for a date of service has in common."""
        record = self._catalogue.records[row]
        template = suggestion_of(record, self._catalogue.status(row, on), proposed=self._proposed(record))
        self._templates(on)[row] = template
        return template

    def _proposed(self, record: Record) -> tuple[Proposal, ...]:
        proposal = self._catalogue.proposals.get(record.code)
        return () if proposal is None else (proposal,)


def suggestion_of(
    record: Record,
    status: Status,
    why: Why | None = None,
    *,
    rank: int = 0,
    score: float = 0.0,
    confidence: float = 0.0,
    proposed: tuple[Proposal, ...] = (),
) -> Suggestion:
    """A suggestion with the fields of a record; `why` is that the text names the code unless given."""
    return Suggestion(
        rank=rank,
        code=record.code,
        description=record.long_description,
        short_description=record.short_description,
        score=score,
        confidence=confidence,
        status=status,
        effective_from=record.effective_from,
        effective_to=record.effective_to,
        successors=record.successors,
        is_noc=record.is_noc,
        section=record.section,
        why=why or why_code(record.code),
        proposed=proposed,
        level=record.level,
    )


def valid_first(suggestions: Sequence[Suggestion]) -> list[Suggestion]:
    """Suggestions in two parts: those valid on the day, then the others with confidence 0; ranked anew."""
    valid = [one for one in suggestions if one.status == "active"]
    others = [one for one in suggestions if one.status != "active"]
    replace = msgspec.structs.replace
    return [replace(one, rank=rank) for rank, one in enumerate(valid, 1)] + [
        replace(one, rank=rank, confidence=0.0) for rank, one in enumerate(others, len(valid) + 1)
    ]


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
        template.proposed,
        template.level,
    )


def _no_templates(on: date) -> dict[int, Suggestion]:
    """The templates of a date of service, by catalogue row: empty at first."""
    return {}
