"""Cards: at most three suggested codes for each order that needs one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from itertools import islice
from time import monotonic

from api.cds.card_parts import base, choice, coding_of, detail, other_system_card, shorten
from api.cds.discovery import card_limit, wants_cards
from api.cds.feedback import suggestion_id
from api.cds.lenses import LensCode, lens_order
from api.cds.messages import HookRequest
from api.cds.offers import Offer, crosswalked, suggested
from api.cds.orders import VISION, OrderText, occurrence, order_texts, orders_of, resources_of
from api.cds.resources import Json, Resources, string
from api.http.limits import CDS_BUDGET_S, CDS_ORDER_CARDS, CDS_OTHER_SYSTEM
from api.service import Service
from api.trail.notes import note_codes, note_texts
from suggest.answer import Answer

UNTOLD = frozenset({"ndc", "not-medical"})
"""Systems of which no card speaks: every order of a drug looks like an NDC, no order is nothing medical."""


class TooLate(Exception):
    """The deadline of a call passed."""


class CardMaker:
    """Makes the cards of calls.

    Args:
        service: Suggests the codes.
        lenses: The codes of spectacle lenses.
    """

    def __init__(self, service: Service, lenses: tuple[LensCode, ...]) -> None:
        self._service = service
        self._lenses = lenses

    async def in_time(self, request: HookRequest) -> list[Json]:
        """The cards of a call; an empty list if they are not ready within `CDS_BUDGET_S`."""
        deadline = monotonic() + CDS_BUDGET_S
        work = asyncio.to_thread(self.cards, request, deadline)
        metrics = self._service.metrics
        try:
            ready = await asyncio.wait_for(work, CDS_BUDGET_S)
        except TimeoutError:
            ready = None
        if ready is None:
            metrics.cds_late.inc()
            return []
        metrics.cds_cards.inc(len(ready))
        return ready

    def cards(self, request: HookRequest, deadline: float) -> list[Json] | None:
        """The cards of a call, in the order of what is ordered.

        Args:
            request: The call.
            deadline: Of `time.monotonic`, in seconds; checked before each text.

        Returns:
            The cards, or None if the deadline passed.
        """
        if not wants_cards(request):
            return []
        try:
            return list(islice(self._each(request, deadline), card_limit(request)))
        except TooLate:
            return None

    def _each(self, request: HookRequest, deadline: float) -> Iterator[Json]:
        resources = resources_of(request)
        for order in orders_of(request, resources):
            yield from islice(self._of_order(order, resources, deadline), CDS_ORDER_CARDS)

    def _of_order(self, order: Json, resources: Resources, deadline: float) -> Iterator[Json]:
        if order["resourceType"] == VISION:
            yield from self._lens_cards(order)
        for text in order_texts(order, resources):
            if monotonic() > deadline:
                raise TooLate
            card = self._card(text)
            if card is not None:
                yield card

    def _card(self, order: OrderText) -> Json | None:
        """The card of one concept; None if there is nothing likely to say."""
        given = crosswalked(self._service, order)
        if given:
            note_codes(len(given))
            return self._coded(order, None, given)
        if not order.text:
            return None
        note_texts((order.text,))
        answer, offers = suggested(self._service, order)
        if offers:
            note_codes(len(offers))
            return self._coded(order, answer, offers)
        other = answer.looks_like
        if (
            other is None
            or other.system in UNTOLD
            or order.kind == "MedicationRequest"  # a drug is of no other system that an order has
            or other.probability < CDS_OTHER_SYSTEM
            or answer.error
        ):
            return None
        return other_system_card(order, answer, other)

    def _coded(self, order: OrderText, answer: Answer | None, offers: list[Offer]) -> Json:
        """The card of a concept with its codes; layout: https://cds-hooks.hl7.org/2.0/#card-attributes ."""
        others = f" or {len(offers) - 1} more" if len(offers) > 1 else ""
        first = offers[0]
        return {
            **base(order.reference, self._service.release),
            "summary": shorten(
                f"{order.kind} without a HCPCS code: {first.code}{others}, {first.description}"
            ),
            "detail": detail(self._service, answer, offers),
            "suggestions": [self._suggestion(order, offer, offer is first) for offer in offers],
            **choice(),
        }

    def _suggestion(self, order: OrderText, offer: Offer, first: bool) -> Json:
        changed = order.with_coding(coding_of(offer, self._service.release))
        what = order.kind if order.holder is order.order else string(order.holder.get("resourceType"))
        action = f"Add HCPCS code {offer.code} to the {what}"
        suggestion = {
            "label": shorten(f"{offer.code} {offer.description}"),
            "uuid": str(suggestion_id(offer.code)),
            "isRecommended": first,
        }
        if changed is None:  # what is referred to is not a draft: the code is named, nothing is changed
            return suggestion
        return {**suggestion, "actions": [{"type": "update", "description": action, "resource": changed}]}

    def _lens_cards(self, prescription: Json) -> Iterator[Json]:
        """One card for the spectacle lenses of a prescription: they are accepted together."""
        on = occurrence(prescription) or date.today()
        found = lens_order(prescription, self._lenses, on)
        if not found.lenses:
            return
        offers = [offer for _, offer in found.lenses]
        note_codes(len(offers))
        codings = [coding_of(offer, self._service.release) for offer in offers]
        codes = " and ".join(dict.fromkeys(offer.code for offer in offers))
        identifier = string(prescription.get("id"))
        yield {
            **base(f"{VISION}/{identifier}" if identifier else "", self._service.release),
            "summary": shorten(f"{VISION} without a HCPCS code: {codes}, {offers[0].description}"),
            "detail": detail(self._service, None, offers),
            "suggestions": [
                {
                    "label": shorten(f"{codes} for {len(offers)} lens{'es' * (len(offers) > 1)}"),
                    "uuid": str(suggestion_id(offers[0].code)),
                    "isRecommended": True,
                    "actions": [
                        {
                            "type": "update",
                            "description": f"Add HCPCS code {codes} to the {VISION}",
                            "resource": found.changed(prescription, codings),
                        }
                    ],
                }
            ],
            **choice(),
        }
