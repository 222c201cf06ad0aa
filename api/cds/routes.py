"""CDS Hooks 2.0: discovery, one service for `order-select` and `order-sign`, feedback.

Specification: https://cds-hooks.hl7.org/2.0/
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import msgspec
from litestar import Response, get, post
from litestar.params import RequestBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from api.cds.orders import Json, Place, places
from api.http.bodies import json_response
from api.http.described import BODY_ERRORS, EXAMPLE, Example, problems
from api.http.keys import OPEN
from api.http.limits import CDS_BUDGET_S, CDS_SUGGESTIONS
from api.http.problems import invalid
from api.service import Service
from index.code_systems import system_of_code
from suggest.answer import Answer, Ask, Suggestion

TAG = "CDS Hooks 2.0"
SERVICE = "hcpcs-suggest"
HOOKS = ("order-select", "order-sign")
REASONS_SYSTEM = "urn:hcpcs-suggest:override-reason"
REASONS = {
    "wrong-item": "None of these is what was ordered",
    "other-code": "Another HCPCS code is right",
    "coded-elsewhere": "The code is assigned by billing staff",
    "no-code-needed": "This order needs no HCPCS code",
}
LEAST_CONFIDENCE = 0.05  # a third suggestion that nobody would take is noise
SUMMARY = 140  # characters, the specification's bound

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


class HookContext(msgspec.Struct, frozen=True):
    """What both hooks tell; `selections` comes with `order-select` only."""

    draftOrders: dict[str, Any]
    selections: tuple[str, ...] | None = None


class HookRequest(msgspec.Struct, frozen=True):
    """A call of the service; what else the specification allows in it is not used."""

    hook: Literal["order-select", "order-sign"]
    hookInstance: UUID
    context: HookContext


class AcceptedSuggestion(msgspec.Struct, frozen=True):
    """A suggestion that was taken, by the `uuid` it came with."""

    id: UUID


class Reason(msgspec.Struct, frozen=True):
    """An override reason by code."""

    code: str
    system: str | None = None


class OverrideReason(msgspec.Struct, frozen=True):
    """Why a card was not followed; the user's comment is neither kept nor logged."""

    reason: Reason | None = None
    userComment: str | None = None


class CardFeedback(msgspec.Struct, frozen=True):
    """What became of one card."""

    card: UUID
    outcome: Literal["accepted", "overridden"]
    outcomeTimestamp: str | None = None
    acceptedSuggestions: tuple[AcceptedSuggestion, ...] = ()
    overrideReason: OverrideReason | None = None


class Feedback(msgspec.Struct, frozen=True):
    """What became of several cards."""

    feedback: Annotated[tuple[CardFeedback, ...], Meta(min_length=1, max_length=100)]


def cds_routes(service: Service) -> list[ControllerRouterHandler]:
    """Route handlers of `/cds-services`."""
    return [_discovery_route(), _call_route(service), _feedback_route(service)]


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


def _call_route(service: Service) -> ControllerRouterHandler:
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

        None when there is nothing good to say, or no time left.
        """
        return json_response(ENCODE({"cards": await cards_in_time(service, data)}))

    return cds_call


def _feedback_route(service: Service) -> ControllerRouterHandler:
    def example() -> Example:
        accepted = [{"id": card["suggestions"][0]["uuid"]} for card in _example_cards(service)[:1]]
        feedback = {"card": EXAMPLE_INSTANCE, "outcome": "accepted", "acceptedSuggestions": accepted}
        return Example({"feedback": [feedback]})

    @post(
        f"/cds-services/{SERVICE}/feedback",
        status_code=200,
        tags=[TAG],
        summary="What became of cards",
        response_description="Nothing",
        responses=problems(*BODY_ERRORS),
        opt={EXAMPLE: example},
    )
    async def cds_feedback(data: RequestBody[Feedback]) -> Json:
        """Outcomes and accepted codes are counted; comments are not kept."""
        count_feedback(service, data)
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


async def cards_in_time(service: Service, asked: HookRequest) -> list[Json]:
    """The cards, or none when they would come too late to be of use."""
    deadline = monotonic() + CDS_BUDGET_S
    work = asyncio.to_thread(cards, service, asked, deadline)
    try:
        found = await asyncio.wait_for(work, CDS_BUDGET_S)
    except TimeoutError:
        found = None
    if found is None:
        service.metrics.cds_late.inc()
        return []
    service.metrics.cds_cards.inc(len(found))
    return found


def cards(service: Service, asked: HookRequest, deadline: float) -> list[Json] | None:
    """One card for each place that has likely codes; None when the deadline passed (seconds, monotonic)."""
    chosen = asked.context.selections
    found = []
    for place in places(asked.context.draftOrders, None if chosen is None else frozenset(chosen)):
        if monotonic() > deadline:
            return None
        answer = service.suggest(place.text, Ask(CDS_SUGGESTIONS, place.on))
        likely = [one for one in answer.suggestions if one.confidence >= LEAST_CONFIDENCE]
        if likely and not answer.no_good_match and not answer.error:
            found.append(_card(service, place, answer, likely))
    return found


def _card(service: Service, place: Place, answer: Answer, likely: list[Suggestion]) -> Json:
    others = f" or {len(likely) - 1} more" if len(likely) > 1 else ""
    lines = [
        f"- **{one.code}** {one.description} ({one.confidence:.0%} likely, {one.status})" for one in likely
    ]
    words = (
        f"HCPCS release {answer.release}. A suggestion is not a coverage decision. {answer.notice}".strip()
    )
    return {
        "uuid": str(uuid4()),
        "summary": _cut(
            f"{place.kind} without a HCPCS code: {likely[0].code}{others}, {likely[0].description}"
        ),
        "detail": "\n".join([*lines, "", words]),
        "indicator": "info",
        "source": {
            "label": f"HCPCS code suggestion, release {answer.release}",
            "topic": {"system": "urn:hcpcs-suggest:topic", "code": "hcpcs-code", "display": "HCPCS code"},
        },
        "suggestions": [_suggestion(service, place, one) for one in likely],
        "selectionBehavior": "at-most-one",
        "overrideReasons": [
            {"code": code, "system": REASONS_SYSTEM, "display": display} for code, display in REASONS.items()
        ],
    }


def _cut(text: str) -> str:
    return text if len(text) < SUMMARY else text[: SUMMARY - 2].rstrip() + "…"


def _suggestion(service: Service, place: Place, one: Suggestion) -> Json:
    coding = {
        "system": system_of_code(one.code).address,
        "version": service.release,
        "code": one.code,
        "display": one.description,
    }
    return {
        "label": _cut(f"{one.code} {one.description}"),
        "uuid": str(suggestion_id(one.code)),
        "isRecommended": one.rank == 1,
        "actions": [
            {
                "type": "update",
                "description": f"Add HCPCS code {one.code} to the {place.kind}",
                "resource": place.with_coding(coding),
            }
        ],
    }


def suggestion_id(code: str) -> UUID:
    """A new UUID (version 8) that carries the code, so that feedback can be counted without keeping state.

    Bytes 0 to 4 are the code in ASCII; the rest is random but for the version and variant bits.
    """
    raw = bytearray(code.encode("ascii")[:5].ljust(5) + uuid4().bytes[5:])
    raw[6] = raw[6] & 0x0F | 0x80
    raw[8] = raw[8] & 0x3F | 0x80
    return UUID(bytes=bytes(raw))


def code_of(identifier: UUID) -> str:
    """The code that `suggestion_id` put into a UUID; anything for other UUIDs."""
    return identifier.bytes[:5].decode("ascii", "replace")


def count_feedback(service: Service, feedback: Feedback) -> None:
    """Check all of it, then count it: outcomes, accepted codes and reasons, never a comment.

    Raises:
        Refused: 422 if a suggestion is none of ours.
    """
    codes: list[list[str]] = []
    for position, one in enumerate(feedback.feedback):
        accepted = [code_of(suggestion.id) for suggestion in one.acceptedSuggestions]
        if any(service.catalogue.get(code) is None for code in accepted):
            path = f"$.feedback[{position}].acceptedSuggestions"
            raise invalid(path, "names a suggestion that this service did not make")
        codes.append(accepted)
    for one, accepted in zip(feedback.feedback, codes, strict=True):
        for code in accepted or [""]:
            service.metrics.cds_feedback.labels(one.outcome, code).inc()
        if one.outcome == "overridden":
            reason = one.overrideReason.reason if one.overrideReason else None
            known = reason.code if reason and reason.code in REASONS else "other"
            service.metrics.cds_overrides.labels(known).inc()
