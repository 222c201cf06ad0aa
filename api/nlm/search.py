"""The search of the NLM call: suggested codes first, then the other codes that contain every typed word."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

import msgspec
import numpy as np

from api.http.limits import MAX_K
from api.nlm.columns import WORD, Column, Rows
from api.nlm.fields import FIELDS, as_text
from api.nlm.request import NlmRequest
from api.service import Service
from api.trail.notes import note_codes, note_texts
from index.code_systems import LEVEL_II
from index.records import Record
from suggest.answer import Ask, Filters

CODE_PREFIX = re.compile(r"[A-Za-z]\d{1,4}|\d{2,5}[A-Za-z]?")
DESCRIPTION_FIELDS = frozenset({"display", "short_desc", "long_desc"})
SEARCHED_FIELDS = DESCRIPTION_FIELDS | {"code"}
DAILY_FIELDS = ("obsolete",)  # have another value on another day
# A suggestion with less confidence is shown only if it contains every typed word, as in the public API.
MIN_CONFIDENCE = 0.02


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
        """Codes that begin as typed, or suggested ones, best first; then the other literal matches."""
        literal = {record.code: record for record in self._literal(terms, search, on)}
        best: list[Record] = []
        if CODE_PREFIX.fullmatch(terms) and "code" in search:
            best = [record for record in literal.values() if record.code.startswith(terms.upper())]
        elif not DESCRIPTION_FIELDS.isdisjoint(search):
            best = self._suggested(terms, literal)
        return list(({record.code: record for record in best} | literal).values())

    def _suggested(self, terms: str, literal: Mapping[str, Record]) -> list[Record]:
        """Records of the suggested codes, best first; none if no suggestion is likely."""
        answer = self._service.suggest(
            terms, Ask(MAX_K, filters=Filters(LEVEL_II.level, include_terminated=True))
        )
        if answer.error or answer.no_good_match:
            return []
        codes = [
            suggestion.code
            for suggestion in answer.suggestions
            if suggestion.confidence >= MIN_CONFIDENCE or suggestion.code in literal
        ]
        records = (self._service.catalogue.get(code) for code in codes)
        return [record for record in records if record is not None]

    def _literal(self, terms: str, search: Sequence[str], on: date) -> list[Record]:
        """Records with a match for each typed word, in code order.

        A match is a word in one of the searched fields that begins with the typed word.
        """
        columns = [self._columns.on(on)[name] for name in dict.fromkeys(search) if name in SEARCHED_FIELDS]
        prefixes = _longest(WORD.findall(terms.lower()))
        if not prefixes or not columns:
            return []
        matches: Rows = np.ones(len(self._records), dtype=bool)
        for prefix in prefixes:
            matches &= np.logical_or.reduce([column.prefix(prefix) for column in columns])
            if not matches.any():
                break
        return [self._records[row] for row in np.flatnonzero(matches).tolist()]


def _longest(words: Sequence[str]) -> list[str]:
    """The words that are not the beginning of another: those hold wherever the others do."""
    ordered = [*sorted(set(words)), ""]
    return [word for word, after in pairwise(ordered) if not after.startswith(word)]
