"""CDS Hooks 2.0: discovery, one service for `order-select` and `order-sign`, feedback.

Specification: https://cds-hooks.hl7.org/2.0/
"""

from __future__ import annotations

import asyncio
import logging

import msgspec
from litestar import Response, get, post
from litestar.params import RequestBody
from litestar.types import ControllerRouterHandler

from api.cds.cards import cards, cards_in_time
from api.cds.feedback import count_feedback, keep_feedback, shown_cards
from api.cds.messages import Feedback, HookRequest
from api.cds.orders import Json
from api.feedback.database import FeedbackError
from api.feedback.store import FeedbackStore
from api.http.bodies import json_response
from api.http.described import BODY_ERRORS, EXAMPLE, Example, problems
from api.http.keys import OPEN
from api.http.problems import Refused
from api.service import Service

log = logging.getLogger("hcpcs.cds")

TAG = "CDS Hooks 2.0"
SERVICE = "hcpcs-suggest"
HOOKS = ("order-select", "order-sign")
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
    """Route handlers of `/cds-services`; feedback goes to `picks` where it is kept."""
    return [_discovery_route(), _call_route(service, picks), _feedback_route(service, picks)]


def _discovery_route() -> ControllerRouterHandler:
    services = {"services": [_described(hook) for hook in HOOKS]}

    @get(
        "/cds-services",
        tags=[TAG],
        summary="Discovery",
        response_description="The services",
        opt={OPEN: True},
        sync_to_thread=False,
    )
    def cds_discovery() -> Json:
        """The one service, for order-select and order-sign."""
        return services

    return cds_discovery


def _call_route(service: Service, picks: FeedbackStore | None) -> ControllerRouterHandler:
    @post(
        f"/cds-services/{SERVICE}",
        status_code=200,
        tags=[TAG],
        summary="Codes for draft orders",
        response_description="Cards",
        responses=problems(*BODY_ERRORS),
        opt={EXAMPLE: lambda: Example(EXAMPLE_CALL, {"cards": _example_cards(service)})},
    )
    async def cds_call(data: RequestBody[HookRequest]) -> Response[Json]:
        """A card with at most three suggestions for each draft that has text but no HCPCS code.

        No card for a draft without a likely code, and none at all if they are not ready in time.
        """
        found = await cards_in_time(service, data)
        if picks is not None and found:
            try:
                await asyncio.to_thread(picks.add_shown, *shown_cards(service, found))
            except FeedbackError as error:
                log.error("cards were not kept: %s", error)
        return json_response(ENCODE({"cards": found}))

    return cds_call


def _feedback_route(service: Service, picks: FeedbackStore | None) -> ControllerRouterHandler:
    def example() -> Example:
        accepted = [{"id": card["suggestions"][0]["uuid"]} for card in _example_cards(service)[:1]]
        feedback = {"card": EXAMPLE_INSTANCE, "outcome": "accepted", "acceptedSuggestions": accepted}
        return Example({"feedback": [feedback]})

    @post(
        f"/cds-services/{SERVICE}/feedback",
        status_code=200,
        tags=[TAG],
        summary="Feedback on cards",
        response_description="Nothing",
        responses=problems(*BODY_ERRORS),
        opt={EXAMPLE: example},
    )
    async def cds_feedback(data: RequestBody[Feedback]) -> Json:
        """Outcomes and accepted codes are counted, and kept where the site says so; comments are not."""
        count_feedback(service, data)
        if picks is not None:
            try:
                await asyncio.to_thread(keep_feedback, service, picks, data)
            except FeedbackError as error:
                raise Refused(503, str(error)) from None
        return {}

    return cds_feedback


def _example_cards(service: Service) -> list[Json]:
    call = msgspec.convert(EXAMPLE_CALL, HookRequest)
    return cards(service, call, float("inf")) or []


def _described(hook: str) -> Json:
    return {
        "hook": hook,
        "id": SERVICE,
        "title": "HCPCS codes for orders in plain words",
        "description": (
            "Suggests up to three HCPCS codes for draft DeviceRequest, ServiceRequest, MedicationRequest, "
            "SupplyRequest and NutritionOrder resources that have text but no HCPCS code."
        ),
        "usageRequirements": "None: the draft orders of the hook's context are enough.",
    }
