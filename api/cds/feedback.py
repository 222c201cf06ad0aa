"""Feedback on cards: suggestion ids that carry the code, and the counts for the metrics."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

from api.cds.messages import CardFeedback, Feedback
from api.cds.resources import Json
from api.feedback.records import Pick, Shown, ShownCode
from api.feedback.store import FeedbackStore
from api.http.problems import FieldError, Refused, invalid
from api.service import Service

REASONS_SYSTEM = "urn:hcpcs-suggest:override-reason"
REASONS = {
    "wrong-item": "None of these is what was ordered",
    "other-code": "Another HCPCS code is right",
    "coded-elsewhere": "The code is assigned by billing staff",
    "no-code-needed": "This order needs no HCPCS code",
}


def suggestion_id(code: str) -> UUID:
    """A new UUID that carries the code, so that feedback can be counted without stored state.

    Version 8 (RFC 9562): bytes 0 to 4 are the code in ASCII; the other bits are random, except for version
    and variant.
    """
    raw = bytearray(code.encode("ascii")[:5].ljust(5) + uuid4().bytes[5:])
    raw[6] = raw[6] & 0x0F | 0x80
    raw[8] = raw[8] & 0x3F | 0x80
    return UUID(bytes=bytes(raw))


def code_of(identifier: UUID) -> str:
    """The code in a UUID made by `suggestion_id`; of any other UUID, its first five bytes as text."""
    return identifier.bytes[:5].decode("ascii", "replace")


def count_feedback(service: Service, feedback: Feedback) -> None:
    """Count outcomes, accepted codes and override reasons; comments are not read.

    Nothing is counted if any part of the feedback is refused.

    Raises:
        Refused: 404 if an accepted suggestion was not made by this service, 422 if outcome and accepted
            suggestions contradict each other.
    """
    accepted = [_accepted_codes(service, card, n) for n, card in enumerate(feedback.feedback)]
    for card, codes in zip(feedback.feedback, accepted, strict=True):
        for code in codes or [""]:
            service.metrics.cds_feedback.labels(card.outcome, code).inc()
        if card.outcome == "overridden":
            service.metrics.cds_overrides.labels(_reason_code(card)).inc()


def shown_cards(service: Service, cards: Sequence[Json]) -> list[Shown]:
    """What is kept of cards: their codes with positions, not the order's text."""
    return [
        Shown(
            request_id=card["uuid"],
            channel="cds",
            text="",
            codes=tuple(
                ShownCode(n, code_of(UUID(one["uuid"]))) for n, one in enumerate(card["suggestions"], 1)
            ),
            release=service.release,
            model=service.model,
        )
        for card in cards
    ]


def keep_feedback(service: Service, picks: FeedbackStore, feedback: Feedback) -> None:
    """Keep the outcome of each card; the card's own id stands for the request.

    Raises:
        FeedbackError: If the database does not take it.
    """
    for position, card in enumerate(feedback.feedback):
        shown = Shown(
            request_id=str(card.card),
            channel="cds",
            text="",
            codes=(),
            release=service.release,
            model=service.model,
        )
        for code in _accepted_codes(service, card, position) or [""]:
            picks.add_pick(shown, Pick("accepted" if code else "overridden", code))


def _accepted_codes(service: Service, card: CardFeedback, position: int) -> list[str]:
    codes = [code_of(suggestion.id) for suggestion in card.acceptedSuggestions]
    if bool(codes) != (card.outcome == "accepted"):
        raise invalid(
            f"$.feedback[{position}].acceptedSuggestions",
            "must name the accepted suggestions when the outcome is accepted, and only then",
        )
    if any(service.catalogue.get(code) is None for code in codes):
        path, message = f"$.feedback[{position}].acceptedSuggestions", "names a suggestion that is not ours"
        raise Refused(404, f"{path}: {message}", (FieldError(path, message),))
    return codes


def _reason_code(card: CardFeedback) -> str:
    """Code of the override reason; `other` for none or an unknown one."""
    reason = card.overrideReason.reason if card.overrideReason else None
    return reason.code if reason and reason.code in REASONS else "other"
