"""The search of the NLM call: suggested codes first, then the other codes that contain every typed word."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from api.http.limits import MAX_K
from api.nlm.fields import FIELDS, as_text
from api.nlm.request import NlmRequest
from api.nlm.word_index import WORD, WordIndex
from api.service import Service
from index.code_systems import LEVEL_II
from index.records import Record
from suggest.answer import Ask, Filters

CODE_PREFIX = re.compile(r"[A-Za-z]\d{1,4}|\d{2,5}[A-Za-z]?")
DESCRIPTION_FIELDS = frozenset({"display", "short_desc", "long_desc"})
# A suggestion with less confidence is shown only if it contains every typed word, as in the public API.
MIN_CONFIDENCE = 0.02


class NlmSearch:
    """Answers NLM calls.

    Args:
        service: Its records are indexed by word when the search is made.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._records = [one for one in service.catalogue.records if one.level == LEVEL_II.level]
        self._word_indexes = {
            name: WordIndex(as_text(FIELDS[name](record, date.min)) for record in self._records)
            for name in ("code", *sorted(DESCRIPTION_FIELDS))
        }

    def answer(self, request: NlmRequest) -> bytes:
        """The encoded array: total, codes, extra fields by name, display rows."""
        on = date.today()
        matches = self._matches(request, on)
        page = matches[request.offset : request.offset + request.count]
        extra = {name: [FIELDS[field](record, on) for record in page] for field, name in request.extra}
        codes = [as_text(FIELDS[request.code](record, on)) for record in page]
        rows = [[as_text(FIELDS[name](record, on)) for name in request.display] for record in page]
        return msgspec.json.encode((len(matches), codes, extra or None, rows))

    def _matches(self, request: NlmRequest, on: date) -> list[Record]:
        records = self._ranked(request.terms, request.search) if request.terms else list(self._records)
        if request.condition is None:
            return records
        return [record for record in records if request.condition(record, on)]

    def _ranked(self, terms: str, search: Sequence[str]) -> list[Record]:
        """Codes that begin as typed, or suggested ones, best first; then the other literal matches."""
        literal = {record.code: record for record in self._literal(terms, search)}
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

    def _literal(self, terms: str, search: Sequence[str]) -> list[Record]:
        """Records with a match for each typed word, in code order.

        A match is a word in one of the searched fields that begins with the typed word.
        """
        prefixes = WORD.findall(terms.lower())
        indexes = [self._word_indexes[name] for name in search if name in self._word_indexes]
        if not prefixes or not indexes:
            return []
        rows = [set().union(*(index.rows(prefix) for index in indexes)) for prefix in prefixes]
        return [self._records[row] for row in sorted(set.intersection(*rows))]
