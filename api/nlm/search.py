"""The search of the NLM call: what is called as typed, suggested codes, the others with every typed word."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from datetime import date
from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray

from api.http.limits import MAX_K
from api.nlm.columns import WORD, Column, Rows
from api.nlm.fields import FIELDS, as_text
from api.nlm.heads import HEAD, Heads
from api.nlm.request import NlmRequest
from api.service import Service
from api.trail.notes import note_codes, note_texts
from index.code_systems import LEVEL_II
from index.records import Record
from suggest.answer import Ask, Filters
from suggest.thresholds import load_thresholds

CODE_PREFIX = re.compile(r"[A-Za-z]\d{1,4}|\d{2,5}[A-Za-z]?")
DESCRIPTION_FIELDS = frozenset({"display", "short_desc", "long_desc"})
SEARCHED_FIELDS = DESCRIPTION_FIELDS | {"code"}
DAILY_FIELDS = ("obsolete",)  # have another value on another day
# A suggestion with less confidence is shown only if it contains every typed word, as in the public API.
MIN_CONFIDENCE = 0.02
SURE = (0.85, 0.6)  # confidence of one typed word, which may be half a word, and of several
TYPE_AHEAD_WORDS = 2  # a longer text is a description, which the suggester ranks better


class Columns:
    """The column of each field on a day."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records
        self._columns = {name: self._column(name, date.min) for name in FIELDS}
        self._day = date.min

    def on(self, day: date) -> Mapping[str, Column]:
        """Columns by field; those that depend on the day are made again for another day."""
        if day != self._day:
            self._columns |= {name: self._column(name, day) for name in DAILY_FIELDS}
            self._day = day
        return self._columns

    def _column(self, name: str, on: date) -> Column:
        return Column(as_text(FIELDS[name](record, on)) for record in self._records)


class NlmSearch:
    """Answers NLM calls.

    Args:
        service: Its records are arranged by field and word when the search is made.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._records = [one for one in service.catalogue.records if one.level == LEVEL_II.level]
        self._rows = {record.code: row for row, record in enumerate(self._records)}
        self._columns = Columns(self._records)
        self._heads = Heads(self._records)
        common = load_thresholds().code_popularity
        self._popularity = np.array([common.get(record.code, 0) for record in self._records])
        self._first_days = np.array([_ordinal(each.effective_from, date.min) for each in self._records])
        self._last_days = np.array([_ordinal(each.effective_to, date.max) for each in self._records])
        self._is_noc = np.array([record.is_noc for record in self._records], dtype=bool)

    def answer(self, request: NlmRequest) -> bytes:
        """The encoded array: total, codes, extra fields by name, display rows."""
        on = date.today()
        matches = self._matches(request, on)
        if request.terms:
            note_texts((request.terms,))
        page = matches[request.offset : request.offset + request.count]
        note_codes(len(page))
        extra = {name: [FIELDS[field](record, on) for record in page] for field, name in request.extra}
        codes = [as_text(FIELDS[request.code](record, on)) for record in page]
        rows = [[as_text(FIELDS[name](record, on)) for name in request.display] for record in page]
        return msgspec.json.encode((len(matches), codes, extra or None, rows))

    def _matches(self, request: NlmRequest, on: date) -> list[Record]:
        records = self._ranked(request.terms, request.search, on) if request.terms else list(self._records)
        if request.condition is None:
            return records
        keep = request.condition(self._columns.on(on))
        return [record for record in records if keep[self._rows[record.code]]]

    def _ranked(self, terms: str, search: Sequence[str], on: date) -> list[Record]:
        """Records that fit the typed words, best first.

        Codes that begin as typed; or what is called by the one or two typed words, suggested ones, and the
        other literal matches, what is called so before what only mentions it.
        """
        rows = self._literal(terms, search, on)
        best: list[Record] = []
        if CODE_PREFIX.fullmatch(terms) and "code" in search:
            literal = [self._records[row] for row in rows]
            best = [record for record in literal if record.code.startswith(terms.upper())]
        elif not DESCRIPTION_FIELDS.isdisjoint(search):
            best, literal = self._by_description(terms, rows, on)
        else:
            literal = [self._records[row] for row in rows]
        return list({record.code: record for record in (*best, *literal)}.values())

    def _by_description(
        self, terms: str, rows: NDArray[np.int64], on: date
    ) -> tuple[list[Record], list[Record]]:
        """(Records to show first, literal matches in order)."""
        suggested, confidence = self._suggested(terms, {self._records[row].code for row in rows})
        words = WORD.findall(terms.lower())
        if not len(rows) or not words:
            return suggested, []
        rank = np.full(len(self._records), len(suggested))
        rank[[self._rows[record.code] for record in suggested]] = np.arange(len(suggested))
        places = self._heads.places(words)[rows]
        day = on.toordinal()
        ended = (self._last_days[rows] < day) & (self._first_days[rows] <= day)
        # From the last key to the first: place, ended, suggested, common, not for what has no other code.
        order = np.lexsort((rows, self._is_noc[rows], -self._popularity[rows], rank[rows], ended, places))
        ordered = [self._records[row] for row in rows[order]]
        type_ahead = len(words) <= TYPE_AHEAD_WORDS and confidence < SURE[len(words) > 1]
        called = int(np.count_nonzero((places == HEAD) & ~ended)) if type_ahead else 0
        return [*ordered[:called], *suggested], ordered

    def _suggested(self, terms: str, literal: Container[str]) -> tuple[list[Record], float]:
        """Records of the suggested codes, best first, and the confidence of the first; none if none fits."""
        filters = Filters(LEVEL_II.level, include_terminated=True)
        answer = self._service.suggest(terms, Ask(MAX_K, filters=filters))
        if answer.error or answer.no_good_match:
            return [], 0.0
        codes = [
            suggestion.code
            for suggestion in answer.suggestions
            if suggestion.confidence >= MIN_CONFIDENCE or suggestion.code in literal
        ]
        records = (self._service.catalogue.get(code) for code in codes)
        return [record for record in records if record is not None], answer.suggestions[0].confidence

    def _literal(self, terms: str, search: Sequence[str], on: date) -> NDArray[np.int64]:
        """Rows of the records with a match for each typed word, in code order.

        A match is a word in one of the searched fields that begins with the typed word.
        """
        columns = [self._columns.on(on)[name] for name in dict.fromkeys(search) if name in SEARCHED_FIELDS]
        prefixes = _longest(WORD.findall(terms.lower()))
        if not prefixes or not columns:
            return np.zeros(0, dtype=np.int64)
        matches: Rows = np.ones(len(self._records), dtype=bool)
        for prefix in prefixes:
            matches &= np.logical_or.reduce([column.prefix(prefix) for column in columns])
            if not matches.any():
                break
        return np.flatnonzero(matches)


def _ordinal(day: date | None, otherwise: date) -> int:
    return (day or otherwise).toordinal()


def _longest(words: Sequence[str]) -> list[str]:
    """The words that are not the beginning of another: those hold wherever the others do."""
    ordered = [*sorted(set(words)), ""]
    return [word for word, after in pairwise(ordered) if not after.startswith(word)]
