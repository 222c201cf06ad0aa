"""Cards: at most three suggested codes for each draft order that needs one."""

from __future__ import annotations

import asyncio
from time import monotonic
from uuid import uuid4

from api.cds.feedback import REASONS, REASONS_SYSTEM, suggestion_id
from api.cds.messages import HookRequest
from api.cds.orders import Json, OrderText, order_texts
from api.http.limits import CDS_BUDGET_S, CDS_SUGGESTIONS
from api.service import Service
from api.trail.notes import note_codes, note_texts
from index.code_systems import system_of_code
from suggest.answer import Answer, Ask, LooksLike, Suggestion
from suggest.looks import sentence, short_sentence

MIN_CONFIDENCE = 0.05  # a less likely suggestion only adds noise
MAX_SUMMARY = 140  # characters, a limit of the specification


async def cards_in_time(service: Service, request: HookRequest) -> list[Json]:
    """The cards of a call; an empty list if they are not ready within `CDS_BUDGET_S`."""
    deadline = monotonic() + CDS_BUDGET_S
    work = asyncio.to_thread(cards, service, request, deadline)
    try:
        ready = await asyncio.wait_for(work, CDS_BUDGET_S)
    except TimeoutError:
        ready = None
    if ready is None:
        service.metrics.cds_late.inc()
        return []
    service.metrics.cds_cards.inc(len(ready))
    return ready


def cards(service: Service, request: HookRequest, deadline: float) -> list[Json] | None:
    """One card for each text that has likely codes.

    Args:
        service: Suggests the codes.
        request: The call.
        deadline: Of `time.monotonic`, in seconds; checked before each text.

    Returns:
        The cards, or None if the deadline passed.
    """
    selections = request.context.selections
    selected = None if selections is None else frozenset(selections)
    result = []
    for order in order_texts(request.context.draftOrders, selected):
        if monotonic() > deadline:
            return None
        note_texts((order.text,))
        answer = service.suggest(order.text, Ask(CDS_SUGGESTIONS, order.on))
        likely = [suggestion for suggestion in answer.suggestions if suggestion.confidence >= MIN_CONFIDENCE]
        if likely and not answer.no_good_match and not answer.error:
            note_codes(len(likely))
            result.append(_card(service, order, answer, likely))
        elif answer.looks_like:
            result.append(_other_system_card(order, answer, answer.looks_like))
    return result


def _card(service: Service, order: OrderText, answer: Answer, likely: list[Suggestion]) -> Json:
    """The card of one text; layout: https://cds-hooks.hl7.org/2.0/#card-attributes ."""
    others = f" or {len(likely) - 1} more" if len(likely) > 1 else ""
    summary = f"{order.kind} without a HCPCS code: {likely[0].code}{others}, {likely[0].description}"
    return {
        "uuid": str(uuid4()),
        "summary": _shorten(summary),
        "detail": _detail(answer, likely),
        "indicator": "info",
        "source": _source(answer),
        "suggestions": [_suggestion(service, order, suggestion) for suggestion in likely],
        "selectionBehavior": "at-most-one",
        "overrideReasons": [
            {"code": code, "system": REASONS_SYSTEM, "display": display} for code, display in REASONS.items()
        ],
    }


def _other_system_card(order: OrderText, answer: Answer, found: LooksLike) -> Json:
    """The card of a text without a likely code that seems to belong to another system: information only."""
    return {
        "uuid": str(uuid4()),
        "summary": _shorten(f"{order.kind}: {short_sentence(found)}"),
        "detail": "\n".join([sentence(found), *answer.warnings, "", _note(answer)]),
        "indicator": "info",
        "source": _source(answer),
    }


def _source(answer: Answer) -> Json:
    return {
        "label": f"HCPCS code suggestion, release {answer.release}",
        "topic": {"system": "urn:hcpcs-suggest:topic", "code": "hcpcs-code", "display": "HCPCS code"},
    }


def _detail(answer: Answer, likely: list[Suggestion]) -> str:
    """The suggestions as a Markdown list, then what the answer warns of, then release and notice."""
    lines = [
        f"- **{suggestion.code}** {suggestion.description} "
        f"({suggestion.confidence:.0%} likely, {suggestion.status})"
        for suggestion in likely
    ]
    notes = [sentence(answer.looks_like)] if answer.looks_like else []
    notes += [f"{warning}." for warning in answer.warnings]
    notes += [f"The text does not tell apart {', '.join(group)}." for group in answer.acceptable_together]
    return "\n".join([*lines, "", *notes, _note(answer)])


def _note(answer: Answer) -> str:
    """Release, what a suggestion is not, and the notice that every surface must show."""
    note = f"HCPCS release {answer.release}. A suggestion is not a coverage decision. {answer.notice}"
    return note.strip()


def _suggestion(service: Service, order: OrderText, suggestion: Suggestion) -> Json:
    coding = {
        "system": system_of_code(suggestion.code).address,
        "version": service.release,
        "code": suggestion.code,
        "display": suggestion.description,
    }
    return {
        "label": _shorten(f"{suggestion.code} {suggestion.description}"),
        "uuid": str(suggestion_id(suggestion.code)),
        "isRecommended": suggestion.rank == 1,
        "actions": [
            {
                "type": "update",
                "description": f"Add HCPCS code {suggestion.code} to the {order.kind}",
                "resource": order.with_coding(coding),
            }
        ],
    }


def _shorten(text: str) -> str:
    return text if len(text) < MAX_SUMMARY else text[: MAX_SUMMARY - 2].rstrip() + "…"
