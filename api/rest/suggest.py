"""`POST /v1/suggest` and `POST /v1/suggest/batch`: ranked codes for one text and for several."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import msgspec
from litestar import Request, post
from litestar.params import RawBody, RequestBody
from litestar.response.base import ASGIResponse
from litestar.types import ControllerRouterHandler

from api.http.described import BODY_ERRORS, EXAMPLE, Example, answers, problems
from api.http.limits import BATCH_BODY_BYTES, BATCH_ITEMS, CACHED_ANSWERS
from api.http.parameters import NO_QUERY
from api.http.problems import ClientLeft, field_error, invalid
from api.rest.cache import AnswerCache, CachedAnswer
from api.rest.messages import TAG, BatchRequest, SuggestRequest
from api.rest.micro_batcher import MicroBatcher
from api.service import Query, Service
from api.trail.notes import note_codes, note_texts
from suggest.answer import Answer, Ask

ITEM = msgspec.json.Decoder(SuggestRequest)
ENCODE = msgspec.json.Encoder().encode
ITEMS_AT_ONCE = 50  # of a batch; between two parts a client that left is noticed
EXAMPLE_TEXT = "folding walker with wheels"


Keep = Callable[[Answer], None]


def suggest_routes(service: Service, keep: Keep | None = None) -> list[ControllerRouterHandler]:
    """Route handlers of `/v1/suggest`; `keep` is given each answer that is computed."""
    return [_suggest_route(service, keep), _batch_route(service, keep)]


def _suggest_route(service: Service, keep: Keep | None) -> ControllerRouterHandler:
    cache, batcher = AnswerCache(CACHED_ANSWERS), MicroBatcher(service)

    def example() -> Example:
        answer = service.suggest(EXAMPLE_TEXT, Ask(k=2))
        return Example({"text": EXAMPLE_TEXT, "k": 2}, msgspec.to_builtins(answer))

    @post(
        "/v1/suggest",
        status_code=200,
        tags=[TAG],
        summary="Codes for a text",
        responses=answers(Answer, "Ranked codes") | problems(*BODY_ERRORS),
        opt={EXAMPLE: example, NO_QUERY: True},
    )
    async def suggest(data: RequestBody[SuggestRequest], body: RawBody) -> ASGIResponse:
        """Ranked codes with a calibrated confidence and the reason for each.

        Free text goes in the body, so that no address holds it.
        """
        # In the event loop on purpose: an answer takes less time than handing it to a thread and back.
        today = date.today()
        note_texts((data.text,))
        digest = cache.digest(body, today)
        cached = cache.get(digest)
        if cached is not None:
            service.metrics.repeated.inc()
            note_codes(cached.codes)
            return _json(cached.body)
        answer = await batcher.suggest(data.query(today))
        if answer.error:
            raise invalid("$.text", answer.error)
        if keep is not None:
            keep(answer)
        encoded, codes = ENCODE(answer), len(answer.suggestions)
        cache.put(digest, CachedAnswer(encoded, codes))
        note_codes(codes)
        return _json(encoded)

    return suggest


def _json(body: bytes) -> ASGIResponse:
    """An encoded answer, without the framework's Response: docs/decisions.md names its cost."""
    return ASGIResponse(body=body, media_type="application/json")


def _batch_route(service: Service, keep: Keep | None) -> ControllerRouterHandler:
    request = {"items": [{"text": EXAMPLE_TEXT, "k": 2}, {"text": "cane"}]}
    description = (
        f"Up to {BATCH_ITEMS} items in {BATCH_BODY_BYTES // 1024**2} MB. Answers come in the items' order; "
        "one that cannot be answered has `error`."
    )

    @post(
        "/v1/suggest/batch",
        status_code=200,
        request_max_body_size=BATCH_BODY_BYTES,
        tags=[TAG],
        summary="Codes for several texts",
        description=description,
        response_description="One Answer for each item",
        responses=problems(*BODY_ERRORS),
        opt={EXAMPLE: lambda: Example(request), NO_QUERY: True},
    )
    async def suggest_batch(data: RequestBody[BatchRequest], request: Request[Any, Any, Any]) -> list[Answer]:
        answers: list[Answer] = []
        async with leaving(request) as has_left:
            for start in range(0, len(data.items), ITEMS_AT_ONCE):
                if has_left():
                    raise ClientLeft(detail="the client left")
                # In a thread: so many texts would delay every other request.
                part = data.items[start : start + ITEMS_AT_ONCE]
                answered = await asyncio.to_thread(_answer_items, service, part)
                if keep is not None:
                    for answer in answered:
                        if not answer.error:
                            keep(answer)
                answers += answered
        return answers

    return suggest_batch


@asynccontextmanager
async def leaving(request: Request[Any, Any, Any]) -> AsyncIterator[Callable[[], bool]]:
    """Watch whether the client of a request, whose body was read, has left; gives a function that says so."""

    async def left() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    watching = asyncio.ensure_future(left())
    try:
        yield watching.done
    finally:
        watching.cancel()


def _answer_items(service: Service, raws: Sequence[msgspec.Raw]) -> list[Answer]:
    """One Answer for each item; that of a refused item has `error`."""
    today = date.today()
    items = [_query_or_refusal(raw, today) for raw in raws]
    outcomes = iter(service.suggest_each([item for item in items if isinstance(item, Query)]))
    answers = [next(outcomes) if isinstance(item, Query) else item for item in items]
    note_texts(item.text for item in items if isinstance(item, Query))
    note_codes(sum(len(answer.suggestions) for answer in answers if isinstance(answer, Answer)))
    return [
        answer if isinstance(answer, Answer) else refused_answer(service, str(answer)) for answer in answers
    ]


def _query_or_refusal(raw: msgspec.Raw, today: date) -> Query | str:
    """The query of an item, or which field is wrong and why."""
    try:
        return ITEM.decode(raw).query(today)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        field = field_error(error)
        return f"{field.path}: {field.message}"


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
