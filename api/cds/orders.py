"""Orders of a CDS Hooks call: finding what is ordered in words and has no billing code yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec

from api.cds.concepts import (
    CONCEPT_PATHS,
    PRODUCT_NAMES,
    REFERENCES,
    REFERRED,
    concept_text,
    is_coded,
    parents,
    with_code,
)
from api.cds.lens_words import contact_text
from api.cds.messages import DISPATCH, HookRequest
from api.cds.resources import (
    ElementPath,
    Entry,
    Json,
    Resources,
    Selection,
    contained,
    dicts,
    entries,
    prefetched_entries,
    string,
)

DATE_START = re.compile(r"\d{4}-\d\d-\d\d")
VISION = "VisionPrescription"
ORDER_TYPES = frozenset({*CONCEPT_PATHS, VISION})


class OrderText(msgspec.Struct, frozen=True):
    """One concept of an order that has no billing code.

    Attributes:
        order: The order.
        holder: The resource that holds the concept: the order, or what it refers to.
        path: From the holder to the concept.
        concept: The concept as sent; empty if there is none.
        text: What is ordered; empty where only codes say it.
        on: Day on which the order is to be carried out; None for today.
        changes: Whether a card may offer a changed holder.
    """

    order: Json
    holder: Json
    path: ElementPath
    concept: Json
    text: str
    on: date | None
    changes: bool = True

    @property
    def kind(self) -> str:
        """Resource type of the order."""
        return str(self.order["resourceType"])

    @property
    def reference(self) -> str:
        """`Type/id` of the order; empty if it has no id."""
        identifier = string(self.order.get("id"))
        return f"{self.kind}/{identifier}" if identifier else ""

    def with_coding(self, coding: Json) -> Json | None:
        """A copy of the holder that names a code; None if it is not this session's to change."""
        return with_code(self.holder, self.path, self.text, coding) if self.changes else None


def resources_of(request: HookRequest) -> Resources:
    """The resources that came with a call."""
    return Resources(entries(request.context.draftOrders), prefetched_entries(request.prefetch))


def orders_of(request: HookRequest, resources: Resources) -> Iterator[Json]:
    """The orders that a call asks about, of the types that can have a code.

    Those selected, or all drafts; on `order-dispatch` those dispatched, as far as they were prefetched.
    """
    context = request.context
    among: tuple[Entry, ...] = resources.drafts
    wanted = context.selections
    if request.hook == DISPATCH:
        among = resources.prefetched
        wanted = context.dispatchedOrders or ((context.order,) if context.order else ())
    selection = None if wanted is None else Selection(wanted)
    for entry in among:
        if string(entry[1].get("resourceType")) not in ORDER_TYPES:
            continue
        if selection is None or entry in selection:
            yield entry[1]


def order_texts(order: Json, resources: Resources) -> Iterator[OrderText]:
    """The concepts of an order that have no billing code, with what is ordered in words."""
    kind = order["resourceType"]
    for *parent_names, name in CONCEPT_PATHS.get(kind, ()):
        for path, parent in parents(order, tuple(parent_names)):
            beside = string(parent.get(PRODUCT_NAMES.get(name, "")))
            yield from _text(order, order, (*path, name), beside)
    for path, lens in parents(order, ("lensSpecification",)) if kind == VISION else ():
        product = lens.get("product")
        concept = product if isinstance(product, dict) else {}
        text = contact_text(lens)
        if text and not is_coded(concept):
            yield OrderText(order, order, (*path, "product"), concept, text, occurrence(order))
    reference = order.get(REFERENCES.get(kind, ""))
    if isinstance(reference, dict):
        yield from _referred_text(order, reference, resources)


def _referred_text(order: Json, reference: Json, resources: Resources) -> Iterator[OrderText]:
    """What a reference of an order means, else the words that stand for it."""
    address, display = string(reference.get("reference")), string(reference.get("display"))
    inner = contained(order, address)
    if inner is not None:
        path, thing = inner
        holder, changes = order, True
    else:
        path, thing = (), resources.find(address) or {}
        holder, changes = thing, resources.is_draft(thing)
    name = REFERRED.get(string(thing.get("resourceType")))
    if name is None:
        if display:
            yield OrderText(order, order, (), {}, display, occurrence(order), changes=False)
        return
    beside = next((string(each.get("name")) for each in dicts(thing.get("deviceName"))), "") or display
    for found in _text(order, holder, (*path, name), beside):
        yield msgspec.structs.replace(found, changes=changes)


def _text(order: Json, holder: Json, path: ElementPath, beside: str) -> Iterator[OrderText]:
    """One concept unless it is coded; `beside` is used where it has no words of its own."""
    value: Any = holder
    for key in path:
        value = value[key] if isinstance(key, int) else value.get(key)
    concept = value if isinstance(value, dict) else {}
    text = concept_text(concept) or beside
    if (text or concept.get("coding")) and not is_coded(concept):
        yield OrderText(order, holder, path, concept, text, occurrence(order))


def occurrence(resource: Json) -> date | None:
    """First day on which the order is to be carried out; None if there is no valid one."""
    period = resource.get("occurrencePeriod")
    start = period.get("start") if isinstance(period, dict) else None
    match = DATE_START.match(string(resource.get("occurrenceDateTime")) or string(start))
    try:
        return date.fromisoformat(match[0]) if match else None
    except ValueError:
        return None
