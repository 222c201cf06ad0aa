"""The search of the NLM call: suggested codes first, then those that hold every typed word."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from api.http.limits import MAX_K
from api.nlm.fields import FIELDS, shown
from api.nlm.request import NlmRequest
from api.nlm.word_index import WORD, WordIndex
from api.service import Service
from index.records import Record
from suggest.answer import Ask, Filters

CODE_PREFIX = re.compile(r"[A-Za-z]\d{1,4}|\d{2,5}[A-Za-z]?")
# Below this confidence a suggestion is left out unless it holds every typed word, as the public API asks.
LEAST_CONFIDENCE = 0.02


class NlmSearch:
    """Finds and lays out the rows of one call."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._records = service.catalogue.records
        self._words = {
            name: WordIndex(shown(FIELDS[name](record, date.min)) for record in self._records)
            for name in ("code", "display", "short_desc", "long_desc")
        }

    def answer(self, request: NlmRequest) -> bytes:
        """The encoded array: total, codes, extra fields by name, display rows."""
        on = date.today()
        found = self._found(request, on)
        page = found[request.offset : request.offset + request.count]
        extra = {name: [FIELDS[field](record, on) for record in page] for field, name in request.extra}
        codes = [shown(FIELDS[request.code](record, on)) for record in page]
        rows = [[shown(FIELDS[name](record, on)) for name in request.display] for record in page]
        return msgspec.json.encode((len(found), codes, extra or None, rows))

    def _found(self, request: NlmRequest, on: date) -> list[Record]:
        found = self._ranked(request.terms, request.search) if request.terms else list(self._records)
        if request.keep is None:
            return found
        return [record for record in found if request.keep(record, on)]

    def _ranked(self, terms: str, search: Sequence[str]) -> list[Record]:
        """Suggested codes first, then the others that hold every typed word, in code order."""
        literal = {record.code: record for record in self._literal(terms, search)}
        first: list[Record] = []
        if CODE_PREFIX.fullmatch(terms) and "code" in search:
            first = [record for record in literal.values() if record.code.startswith(terms.upper())]
        elif {"display", "short_desc", "long_desc"} & set(search):
            first = self._suggested(terms, literal)
        ranked = {record.code: record for record in first}
        return list((ranked | {code: r for code, r in literal.items() if code not in ranked}).values())

    def _suggested(self, terms: str, literal: Mapping[str, Record]) -> list[Record]:
        answer = self._service.suggest(terms, Ask(MAX_K, filters=Filters(include_terminated=True)))
        if answer.error or answer.no_good_match:
            return []
        records = []
        for suggestion in answer.suggestions:
            record = self._service.catalogue.get(suggestion.code)
            good = suggestion.confidence >= LEAST_CONFIDENCE or suggestion.code in literal
            if record is not None and good:
                records.append(record)
        return records

    def _literal(self, terms: str, search: Sequence[str]) -> list[Record]:
        """Records of which the searched fields hold, for each typed word, a word that begins so."""
        starts = WORD.findall(terms.lower())
        indexes = [self._words[name] for name in search if name in self._words]
        if not starts or not indexes:
            return []
        found = [set().union(*(index.rows(start) for index in indexes)) for start in starts]
        return [self._records[row] for row in sorted(set.intersection(*found))]
