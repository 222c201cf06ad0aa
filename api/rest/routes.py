"""REST v1: suggest, batch, look-up, browse, releases."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response.base import ASGIResponse
from litestar.types import ControllerRouterHandler

from api.http.bodies import decoded, json_response, read_body, require_json
from api.http.limits import BATCH_BODY_BYTES, BROWSE_DEFAULT, BROWSE_MAX, CACHED_ANSWERS
from api.http.problems import Refused, field_error, invalid
from api.rest.cache import AnswerCache
from api.rest.messages import (
    BatchRequest,
    CodeDetail,
    CodeLine,
    CodePage,
    CodeSet,
    FieldInWords,
    Releases,
    SuggestRequest,
)
from api.rest.micro_batcher import MicroBatcher
from api.service import Asked, Service
from api.systems import CPT, LEVEL_2, section_of
from index.code_systems import LEVEL_I, LEVEL_II
from index.errors import HcpcsError
from index.records import Record
from index.release.labels import explain
from suggest.answer import Answer

SUGGEST = msgspec.json.Decoder(SuggestRequest)
BATCH = msgspec.json.Decoder(BatchRequest)
ENCODE = msgspec.json.Encoder().encode
NEIGHBOURS = 5  # on each side, in a code's details


def rest_routes(service: Service) -> list[ControllerRouterHandler]:
    """Route handlers of `/v1`."""
    return [*_suggest_routes(service), *_code_routes(service), _releases_route(service)]


def _suggest_routes(service: Service) -> list[ControllerRouterHandler]:
    cache, gathering = AnswerCache(CACHED_ANSWERS), MicroBatcher(service)

    @post("/v1/suggest", status_code=200)
    async def suggest(request: Request[Any, Any, Any]) -> ASGIResponse:
        # In the event loop on purpose: an answer takes less time than handing it to a thread and back.
        require_json(request)
        body = await read_body(request)
        today = date.today()
        digest = cache.digest(body, today)
        kept = cache.get(digest)
        if kept is not None:
            service.metrics.repeated.inc()
            return json_response(kept)
        answer = await gathering.suggest(_asked(decoded(SUGGEST, body), today))
        if answer.error:
            raise invalid("$.text", answer.error)
        encoded = ENCODE(answer)
        # Kept after it is sent: whoever asked need not wait for the enciphering.
        asyncio.get_running_loop().call_soon(cache.put, digest, encoded)
        return json_response(encoded)

    @post("/v1/suggest/batch", status_code=200, request_max_body_size=BATCH_BODY_BYTES)
    async def suggest_batch(request: Request[Any, Any, Any]) -> ASGIResponse:
        require_json(request)
        batch = decoded(BATCH, await read_body(request))
        # In a thread: two hundred texts would keep every other caller waiting.
        return json_response(await asyncio.to_thread(_batch, service, batch))

    return [suggest, suggest_batch]


def _batch(service: Service, batch: BatchRequest) -> bytes:
    """Answer each item; one that is refused becomes an Answer with `error`."""
    items = [_item(service, raw) for raw in batch.items]
    found = iter(service.suggest_each([item for item in items if isinstance(item, Asked)]))
    outcomes = [next(found) if isinstance(item, Asked) else item for item in items]
    return ENCODE(
        [refused_answer(service, str(one)) if isinstance(one, HcpcsError) else one for one in outcomes]
    )


def _item(service: Service, raw: msgspec.Raw) -> Asked | Answer:
    try:
        return _asked(SUGGEST.decode(raw), date.today())
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        field = field_error(error)
        return refused_answer(service, f"{field.path}: {field.message}")


def _asked(query: SuggestRequest, today: date) -> Asked:
    return Asked(query.text, query.k, query.date_of_service or today, query.filters())


def refused_answer(service: Service, error: str) -> Answer:
    """An Answer without suggestions that says why; the text is left out as it was not accepted."""
    return Answer(
        text="",
        date_of_service=date.today(),
        release=service.release,
        model=service.model,
        no_good_match=True,
        did_you_mean=(),
        total_considered=0,
        suggestions=(),
        notice=service.notice,
        error=error,
    )


def _code_routes(service: Service) -> list[ControllerRouterHandler]:
    @get("/v1/codes/{code:str}", sync_to_thread=False)
    def read_code(
        code: FromPath[str], on: FromQuery[date | None] = None, modifiers: FromQuery[bool] = False
    ) -> ASGIResponse:
        record = service.catalogue.get(code.strip().upper())
        if record is None:
            raise Refused(404, unknown_code(service, code))
        return json_response(ENCODE(code_detail(service, record, on or date.today(), modifiers)))

    @get("/v1/codes", sync_to_thread=False)
    def browse(
        section: FromQuery[str | None] = None,
        prefix: FromQuery[str | None] = None,
        cursor: FromQuery[str | None] = None,
        on: FromQuery[date | None] = None,
        include_terminated: FromQuery[bool] = False,
        limit: Annotated[int, QueryParameter(ge=1, le=BROWSE_MAX)] = BROWSE_DEFAULT,
    ) -> ASGIResponse:
        day = on or date.today()
        found = [
            record
            for record in service.catalogue.records
            if (section is None or section_of(record.code) == section.upper())
            and (prefix is None or record.code.startswith(prefix.upper()))
            and (include_terminated or record.status(day) != "terminated")
        ]
        return json_response(ENCODE(_page(service, found, (cursor or "").upper(), limit, day)))

    return [read_code, browse]


def unknown_code(service: Service, code: str) -> str:
    """Why a code has no record: not a code at all, or not in this release; never repeats it."""
    word = code.strip().upper()
    if LEVEL_I.matches(word):
        return "CPT (Level I) codes are held only by an index built with a licence holder's own CPT file"
    if LEVEL_II.matches(word):
        return f"release {service.release} has no such code"
    return "a HCPCS Level II code is one letter (A-V without D, I, N and O) and four digits"


def _page(service: Service, found: list[Record], cursor: str, limit: int, day: date) -> CodePage:
    """The codes after the cursor: the cursor is the last code of the page before."""
    rest = [record for record in found if record.code > cursor]
    return CodePage(
        release=service.release,
        model=service.model,
        notice=service.notice,
        on=day,
        total=len(found),
        codes=tuple(CodeLine.of(record, day) for record in rest[:limit]),
        next_cursor=rest[limit - 1].code if len(rest) > limit else None,
    )


def code_detail(service: Service, record: Record, on: date, modifiers: bool = False) -> CodeDetail:
    """Everything known of a record on a date."""
    neighbours = service.catalogue.neighbours(record.code, NEIGHBOURS)
    return CodeDetail(
        release=service.release,
        model=service.model,
        notice=service.notice,
        on=on,
        code=record.code,
        description=record.long_description,
        short_description=record.short_description,
        status=record.status(on),
        level=record.level,
        section=record.section,
        effective_from=record.effective_from,
        effective_to=record.effective_to,
        is_noc=record.is_noc,
        successors=record.successors,
        predecessors=service.predecessors.get(record.code, ()),
        neighbours=tuple(CodeLine.of(neighbour, on) for neighbour in neighbours),
        modifiers=tuple(service.catalogue.modifiers) if modifiers else (),
        record=record,
        explained=tuple(FieldInWords(label, words) for label, words in explain(record)),
    )


def _releases_route(service: Service) -> ControllerRouterHandler:
    body = ENCODE(releases(service))

    @get("/v1/releases", sync_to_thread=False)
    def read_releases() -> ASGIResponse:
        return json_response(body)

    return read_releases


def releases(service: Service) -> Releases:
    """Which code sets and models are loaded."""
    today = date.today()
    sets = []
    for system, level in ((LEVEL_2, 2), (CPT, 1)):
        records = [record for record in service.catalogue.records if record.level == level]
        if records:
            active = sum(record.status(today) == "active" for record in records)
            count = len(service.catalogue.modifiers) if level == 2 else 0
            sets.append(CodeSet(system, service.release, len(records), active, count))
    return Releases(
        release=service.release,
        model=service.model,
        notice=service.notice,
        code_sets=tuple(sets),
        manifest=service.manifest,
    )
