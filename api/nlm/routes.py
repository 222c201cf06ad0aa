"""The NLM Clinical Tables call, so that a form switches to this service by changing its address.

Parameters, defaults and the array answer: https://clinicaltables.nlm.nih.gov/apidoc/hcpcs/v3/doc.html
What differs, and why, is in `docs/api.md`: free words are ranked by the suggester.
"""

from __future__ import annotations

import asyncio
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from litestar import Request, Response, Router, get
from litestar.types import ControllerRouterHandler

from api.http.bodies import json_response
from api.http.described import EXAMPLE, Example, problems, query_parameter
from api.http.limits import MAX_K, NLM_DEFAULT, NLM_MAX, TEXT_CHARACTERS
from api.http.problems import invalid
from api.nlm.fields import FIELDS, shown
from api.nlm.query import QuerySyntaxError, Test, parse_query
from api.service import Service
from index.records import Record
from suggest.answer import Ask, Filters

DISPLAY = "code,display"
SEARCH = "code,short_desc,long_desc"
CODE_PREFIX = re.compile(r"[A-Za-z]\d{1,4}|\d{2,5}[A-Za-z]?")
WORD = re.compile(r"[a-z0-9]+")
# Below this confidence a suggestion is left out unless it holds every typed word, as the public API asks.
LEAST_CONFIDENCE = 0.02
# For the OpenAPI document; `read_request` reads them, as an empty value means something else than none.
PARAMETERS = {
    "terms": query_parameter("What was typed; several words must all match."),
    "maxList": query_parameter(f"Rows asked for; {NLM_MAX} when given empty.", int, NLM_DEFAULT),
    "count": query_parameter(f"Page size, {NLM_MAX} at most.", int, NLM_DEFAULT),
    "offset": query_parameter("Rows left out at the start.", int, 0),
    "df": query_parameter("Fields of the display rows.", default=DISPLAY),
    "sf": query_parameter("Fields to search.", default=SEARCH),
    "cf": query_parameter("Field of the codes.", default="code"),
    "ef": query_parameter(f"Extra fields, `field:alias`; of {', '.join(FIELDS)}."),
    "q": query_parameter("Constraint in query string syntax, for example `is_noc:false AND code:E*`."),
}


class NlmRequest(msgspec.Struct, frozen=True):
    """One call, checked.

    Attributes:
        terms: What was typed.
        count: Rows asked for.
        offset: Rows left out at the start.
        display: Fields of each display row.
        search: Fields that must hold the typed words.
        code: The field that stands in the list of codes.
        extra: (field, name in the answer) of each extra list.
        keep: The test of `q`, or None.
    """

    terms: str
    count: int
    offset: int
    display: tuple[str, ...]
    search: tuple[str, ...]
    code: str
    extra: tuple[tuple[str, str], ...]
    keep: Test | None


def nlm_routes(service: Service) -> list[ControllerRouterHandler]:
    """Route handler of the search call."""
    search = NlmSearch(service)

    def example() -> Example:
        request = read_request({"terms": "folding walker with wheels", "maxList": "2"})
        return Example(answer=msgspec.json.decode(search.answer(request)))

    @get(
        "/search",
        tags=["NLM Clinical Tables"],
        summary="The Clinical Tables search call",
        response_description="An array: total, codes, extra fields by name or null, display rows",
        responses=problems(401, 422),
        opt={EXAMPLE: example},
    )
    async def nlm_search(request: Request[Any, Any, Any]) -> Response[list[Any]]:
        """As the National Library of Medicine's HCPCS table: a form switches by changing its address."""
        parsed = read_request(request.query_params)
        if parsed.keep and not parsed.terms:  # tests every code: too long to keep other callers waiting
            return json_response(await asyncio.to_thread(search.answer, parsed))
        return json_response(search.answer(parsed))

    return [Router("/api/hcpcs/v3", route_handlers=[nlm_search], parameters=PARAMETERS)]


def read_request(query: Mapping[str, str]) -> NlmRequest:
    """Check the parameters; unknown ones are ignored, as the public API does.

    Raises:
        Refused: 422 with the parameter's name.
    """
    terms = query.get("terms", "")
    if len(terms) > TEXT_CHARACTERS:
        raise invalid("query.terms", f"at most {TEXT_CHARACTERS} characters are read")
    most = _number(query, "maxList", NLM_DEFAULT, empty=NLM_MAX)
    extra = tuple(_extra(part) for part in _parts(query.get("ef", "")))
    request = NlmRequest(
        terms=terms.strip(),
        count=min(_number(query, "count", most, empty=NLM_DEFAULT), NLM_MAX),
        offset=_number(query, "offset", 0, empty=0),
        display=_fields("df", query.get("df", DISPLAY)),
        search=_fields("sf", query.get("sf", "")) or _fields("sf", SEARCH),
        code=(_fields("cf", query.get("cf", "")) or ("code",))[0],
        extra=extra,
        keep=_keep(query.get("q", "")),
    )
    _fields("ef", ",".join(field for field, _ in extra))
    return request


def _number(query: Mapping[str, str], name: str, default: int, empty: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not text.strip():
        return empty
    if not re.fullmatch(r"\d{1,9}", text.strip()):
        raise invalid(f"query.{name}", "must be a whole number, 0 or more")
    return int(text)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _extra(part: str) -> tuple[str, str]:
    field, _, alias = part.partition(":")
    return field.strip(), alias.strip() or field.strip()


def _fields(parameter: str, text: str) -> tuple[str, ...]:
    names = tuple(_parts(text))
    if any(name not in FIELDS for name in names):
        raise invalid(f"query.{parameter}", f"the fields are {', '.join(FIELDS)}")
    return names


def _keep(text: str) -> Test | None:
    if not text.strip():
        return None
    try:
        return parse_query(text)
    except QuerySyntaxError as error:
        raise invalid("query.q", str(error)) from None


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


class WordIndex:
    """Which texts hold a word that begins in some way.

    Args:
        texts: Row i is text i.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        rows: dict[str, set[int]] = {}
        for row, text in enumerate(texts):
            for word in WORD.findall(text.lower()):
                rows.setdefault(word, set()).add(row)
        self._rows = rows
        self._words = sorted(rows)

    def rows(self, start: str) -> set[int]:
        """Rows of the texts that hold a word beginning with `start`."""
        first = bisect_left(self._words, start)
        last = bisect_left(self._words, start + "\x7f")  # words are ASCII letters and digits
        return set().union(*(self._rows[word] for word in self._words[first:last]))
