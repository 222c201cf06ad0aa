"""The parts of a card: what every card has, its words, and the coding that a suggestion names."""

from __future__ import annotations

from uuid import uuid4

from api.cds.feedback import REASONS, REASONS_SYSTEM
from api.cds.offers import Offer
from api.cds.orders import OrderText
from api.cds.resources import Json
from api.service import Service
from index.code_systems import system_of_code
from suggest.answer import Answer, LooksLike
from suggest.looks import sentence, short_sentence

MAX_SUMMARY = 140  # characters, a limit of the specification
TOPIC = {
    "system": "http://terminology.hl7.org/CodeSystem/cdshooks-card-type",
    "code": "claim",
    "display": "Claim Guidance",
}
"""What the cards are about, in the terms of the CRD guide."""


def base(reference: str, release: str) -> Json:
    """What every card has; the guide's extension names the order that it is about."""
    card: Json = {"uuid": str(uuid4()), "indicator": "info", "source": source(release)}
    if reference:
        card["extension"] = {"davinci-crd.associated-resource": [{"reference": reference}]}
    return card


def choice() -> Json:
    """How suggestions are chosen, and why a user may take none."""
    reasons = [
        {"code": code, "system": REASONS_SYSTEM, "display": display} for code, display in REASONS.items()
    ]
    return {"selectionBehavior": "at-most-one", "overrideReasons": reasons}


def other_system_card(order: OrderText, answer: Answer, found: LooksLike) -> Json:
    """The card of a text without a likely code that seems to belong to another system: information only."""
    return {
        **base(order.reference, answer.release),
        "summary": shorten(f"{order.kind}: {short_sentence(found)}"),
        "detail": other_system_detail(answer, found),
    }


def source(release: str) -> Json:
    """Who made a card, and what it is about."""
    return {"label": f"HCPCS code suggestion, release {release}", "topic": TOPIC}


def detail(service: Service, answer: Answer | None, offers: list[Offer]) -> str:
    """The codes as a Markdown list, then what the answer warns of, then release and notice."""
    lines = [f"- **{offer.code}** {offer.description} ({_basis(offer)})" for offer in offers]
    notes: list[str] = []
    if answer is not None:
        notes += [sentence(answer.looks_like)] if answer.looks_like else []
        notes += [f"{warning}." for warning in answer.warnings]
        notes += [f"The text does not tell apart {', '.join(group)}." for group in answer.acceptable_together]
    return "\n".join([*lines, "", *notes, _note(service.release, service.notice)])


def other_system_detail(answer: Answer, found: LooksLike) -> str:
    """What another system seems to be meant, with what the answer warns of."""
    return "\n".join([sentence(found), *answer.warnings, "", _note(answer.release, answer.notice)])


def _basis(offer: Offer) -> str:
    if offer.confidence is None:
        return f"{offer.reason}, {offer.status}"
    return f"{offer.confidence:.0%} likely, {offer.status}"


def _note(release: str, notice: str) -> str:
    """Release, what a suggestion is not, and the notice that every surface must show."""
    return f"HCPCS release {release}. A suggestion is not a coverage decision. {notice}".strip()


def coding_of(offer: Offer, release: str) -> Json:
    """The coding of an offered code."""
    return {
        "system": system_of_code(offer.code).address,
        "version": release,
        "code": offer.code,
        "display": offer.description,
    }


def shorten(text: str) -> str:
    """A text within the specification's limit of a summary."""
    return text if len(text) < MAX_SUMMARY else text[: MAX_SUMMARY - 2].rstrip() + "…"
