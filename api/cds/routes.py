"""CDS Hooks 2.0: discovery, a service for each hook and one for all, feedback.

Specification: https://cds-hooks.hl7.org/2.0/
"""

from __future__ import annotations

import asyncio
import logging
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import PathParameter, RequestBody
from litestar.types import ControllerRouterHandler

from api.cds.cards import CardMaker
from api.cds.discovery import SERVICE, service_of, services, smart_configuration
from api.cds.feedback import count_feedback, keep_feedback, shown_cards
from api.cds.lenses import lens_codes
from api.cds.messages import HOOKS, Feedback, HookRequest, check_call
from api.cds.resources import Json
from api.feedback.database import FeedbackError
from api.feedback.store import FeedbackStore
from api.http.bodies import json_response
from api.http.described import BODY_ERRORS, EXAMPLE, Example, problems
from api.http.keys import OPEN
from api.http.limits import CDS_BODY_BYTES
from api.http.parameters import check_query
from api.http.problems import Refused
from api.service import Service

log = logging.getLogger("hcpcs.cds")

TAG = "CDS Hooks 2.0"
ServiceId = Annotated[str, PathParameter(description="An id that discovery lists.")]
# Decimals are kept as written: 1.50 in a draft must not come back as 1.5.
ENCODE = msgspec.json.Encoder(decimal_format="number").encode

EXAMPLE_INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
EXAMPLE_ORDER = {
    "resourceType": "DeviceRequest",
    "id": "1",
    "codeCodeableConcept": {"text": "folding walker with wheels"},
}
EXAMPLE_CALL: Json = {
    "hook": "order-sign",
    "hookInstance": EXAMPLE_INSTANCE,
    "context": {"draftOrders": {"resourceType": "Bundle", "entry": [{"resource": EXAMPLE_ORDER}]}},
}


def cds_routes(service: Service, picks: FeedbackStore | None = None) -> list[ControllerRouterHandler]:
    """Route handlers of `/cds-services`: discovery, one service for all hooks, one for each, and feedback.

    Cards and feedback go to `picks` where it is given.
    """
    maker = CardMaker(service, lens_codes(service.catalogue.records))
    kept = _Kept(service, picks)
    return [
        _discovery_route(),
        _smart_route(),
        _call_route(maker, kept),
        _feedback_route(maker, kept),
        _hook_route(maker, kept),
        _hook_feedback_route(kept),
    ]


class _Kept:
    """Counts what becomes of cards, and keeps it where the site says so."""

    def __init__(self, service: Service, picks: FeedbackStore | None) -> None:
        self._service, self._picks = service, picks

    async def cards(self, cards: list[Json]) -> Response[Json]:
        """The answer with some cards, once they are kept; cards that cannot be kept are answered too."""
        if self._picks is not None and cards:
            try:
                await asyncio.to_thread(self._picks.add_shown, *shown_cards(self._service, cards))
            except FeedbackError as error:
                log.error("cards were not kept: %s", error)
        return json_response(ENCODE({"cards": cards}))

    async def feedback(self, feedback: Feedback) -> Json:
        """The answer to feedback, once it is kept.

        Raises:
            Refused: 422 for feedback that contradicts itself or our cards; 503 if it could not be kept.
        """
        count_feedback(self._service, feedback)
        if self._picks is not None:
            try:
                await asyncio.to_thread(keep_feedback, self._service, self._picks, feedback)
            except FeedbackError as error:
                raise Refused(503, str(error)) from None
        return {}


def _discovery_route() -> ControllerRouterHandler:
    listed = {"services": services()}

    @get(
        "/cds-services",
        tags=[TAG],
        summary="Discovery",
        response_description="The services",
        responses=problems(422),
        opt={OPEN: True},
        before_request=check_query,
        sync_to_thread=False,
    )
    def cds_discovery() -> Json:
        """One service each for order-select, order-sign and order-dispatch."""
        return listed

    return cds_discovery


def _smart_route() -> ControllerRouterHandler:
    @get(
        "/.well-known/smart-configuration",
        tags=[TAG],
        summary="SMART configuration",
        response_description="The configuration",
        responses=problems(422),
        opt={OPEN: True},
        before_request=check_query,
        sync_to_thread=False,
    )
    def smart(request: Request[Any, Any, Any]) -> Json:
        """No launch and no token endpoint of its own; the addresses of FHIR and of CDS Hooks."""
        return smart_configuration(str(request.base_url).rstrip("/"))

    return smart


def _call_route(maker: CardMaker, kept: _Kept) -> ControllerRouterHandler:
    @post(
        f"/cds-services/{SERVICE}",
        status_code=200,
        tags=[TAG],
        summary="Codes for orders",
        response_description="Cards",
        responses=problems(*BODY_ERRORS),
        request_max_body_size=CDS_BODY_BYTES,
        opt={EXAMPLE: lambda: Example(EXAMPLE_CALL, {"cards": _example_cards(maker)})},
    )
    async def cds_call(data: RequestBody[HookRequest]) -> Response[Json]:
        """A card with at most three suggestions for each order that has a text but no billing code.

        No card for an order without a likely code of a fitting kind, and none at all if they are not ready in
        time.
        """
        check_call(data, HOOKS)
        return await kept.cards(await maker.in_time(data))

    return cds_call


def _hook_route(maker: CardMaker, kept: _Kept) -> ControllerRouterHandler:
    @post(
        "/cds-services/{service_id:str}",
        status_code=200,
        tags=[TAG],
        summary="Codes for orders of one hook",
        response_description="Cards",
        responses=problems(*BODY_ERRORS, 404),
        request_max_body_size=CDS_BODY_BYTES,
    )
    async def cds_hook_call(service_id: ServiceId, data: RequestBody[HookRequest]) -> Response[Json]:
        """As the service for all hooks, for the one hook that discovery lists under this id."""
        check_call(data, (_hook_of(service_id),))
        return await kept.cards(await maker.in_time(data))

    return cds_hook_call


def _hook_of(service_id: str) -> str:
    """The hook of a listed service.

    Raises:
        Refused: 404 for another id.
    """
    for hook in HOOKS:
        if service_id == service_of(hook):
            return hook
    raise Refused(404, "there is no such service; GET /cds-services lists them")


def _feedback_route(maker: CardMaker, kept: _Kept) -> ControllerRouterHandler:
    def example() -> Example:
        accepted = [{"id": card["suggestions"][0]["uuid"]} for card in _example_cards(maker)[:1]]
        feedback = {
            "card": EXAMPLE_INSTANCE,
            "outcome": "accepted" if accepted else "overridden",
            "acceptedSuggestions": accepted,
            "outcomeTimestamp": "2026-01-15T09:31:00Z",
        }
        return Example({"feedback": [feedback]})

    @post(
        f"/cds-services/{SERVICE}/feedback",
        status_code=200,
        tags=[TAG],
        summary="Feedback on cards",
        response_description="Nothing",
        responses=problems(*BODY_ERRORS, 404),
        opt={EXAMPLE: example},
    )
    async def cds_feedback(data: RequestBody[Feedback]) -> Json:
        """Outcomes and accepted codes are counted, and kept where the site says so; comments are not."""
        return await kept.feedback(data)

    return cds_feedback


def _hook_feedback_route(kept: _Kept) -> ControllerRouterHandler:
    @post(
        "/cds-services/{service_id:str}/feedback",
        status_code=200,
        tags=[TAG],
        summary="Feedback on cards of one hook",
        response_description="Nothing",
        responses=problems(*BODY_ERRORS, 404),
    )
    async def cds_hook_feedback(service_id: ServiceId, data: RequestBody[Feedback]) -> Json:
        """As for the service for all hooks."""
        _hook_of(service_id)
        return await kept.feedback(data)

    return cds_hook_feedback


def _example_cards(maker: CardMaker) -> list[Json]:
    return maker.cards(msgspec.convert(EXAMPLE_CALL, HookRequest), float("inf")) or []
