"""Cards: at most three suggested codes for each draft order."""

from __future__ import annotations

import asyncio
from time import monotonic
from uuid import uuid4

from api.cds.feedback import REASONS, REASONS_SYSTEM, suggestion_id
from api.cds.messages import HookRequest
from api.cds.orders import Json, Place, places
from api.http.limits import CDS_BUDGET_S, CDS_SUGGESTIONS
from api.service import Service
from index.code_systems import system_of_code
from suggest.answer import Answer, Ask, Suggestion

LEAST_CONFIDENCE = 0.05  # a third suggestion that nobody would take is noise
SUMMARY = 140  # characters, the specification's bound


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
