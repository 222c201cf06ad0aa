"""Feedback on cards: ids that carry a code, and what is counted."""

from __future__ import annotations

from uuid import UUID, uuid4

from api.cds.messages import Feedback
from api.http.problems import invalid
from api.service import Service

REASONS_SYSTEM = "urn:hcpcs-suggest:override-reason"
REASONS = {
    "wrong-item": "None of these is what was ordered",
    "other-code": "Another HCPCS code is right",
    "coded-elsewhere": "The code is assigned by billing staff",
    "no-code-needed": "This order needs no HCPCS code",
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
