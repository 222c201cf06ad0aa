"""What a call asks about: selections, references, and the texts of orders."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from api.cds.messages import HookRequest
from api.cds.orders import OrderText, order_texts, orders_of, resources_of
from api.cds.resources import Selection

MEDICATION = {"resourceType": "Medication", "id": "m1", "code": {"text": "ceftriaxone"}}
DEVICE = {"resourceType": "Device", "id": "d1", "type": {"text": "walker"}}


def hook(name: str = "order-sign", prefetch: Any = None, **context: Any) -> HookRequest:
    body = {"hook": name, "hookInstance": str(uuid4()), "context": context, "prefetch": prefetch}
    return msgspec.convert(body, HookRequest)


def bundle(*resources: dict[str, Any], base: str = "") -> dict[str, Any]:
    entries = [
        {"resource": one} | ({"fullUrl": f"{base}{one['resourceType']}/{one['id']}"} if base else {})
        for one in resources
    ]
    return {"resourceType": "Bundle", "entry": entries}


def texts(request: HookRequest) -> list[OrderText]:
    resources = resources_of(request)
    return [text for order in orders_of(request, resources) for text in order_texts(order, resources)]


@pytest.mark.parametrize(
    ("reference", "means"),
    [
        ("ServiceRequest/1", True),
        ("https://ehr.example.org/fhir/ServiceRequest/1", True),
        ("ServiceRequest/1/_history/3", True),
        ("urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", True),
        ("1", True),
        (" ServiceRequest/1 ", True),
        ("DeviceRequest/1", False),
        ("https://ehr.example.org/fhir/ServiceRequest/11", False),
        ("ServiceRequest/", False),
        ("", False),
    ],
)
def test_a_selection_is_written_in_many_ways(reference: str, means: bool) -> None:
    """As reference, absolute address, the entry's full address or the id alone."""
    full = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"

    assert ((full, {"resourceType": "ServiceRequest", "id": "1"}) in Selection([reference])) is means


def test_an_id_may_be_the_uuid() -> None:
    """`urn:uuid:` before the id means the resource, with and without a full address."""
    assert ("", {"resourceType": "ServiceRequest", "id": "abc"}) in Selection(["urn:uuid:abc"])
    assert ("", {"resourceType": "ServiceRequest"}) not in Selection(["urn:uuid:", "", "ServiceRequest/"])


def test_a_reference_is_followed_into_the_order() -> None:
    """A contained Medication is changed inside its order."""
    order = {
        "resourceType": "MedicationRequest",
        "id": "1",
        "contained": [DEVICE, MEDICATION],
        "medicationReference": {"reference": "#m1"},
    }
    (text,) = texts(hook(draftOrders=bundle(order)))
    changed = text.with_coding({"system": "s", "code": "J0696", "display": "d"})

    assert (text.text, text.kind, text.changes) == ("ceftriaxone", "MedicationRequest", True)
    assert changed is not None
    assert changed["contained"][0] is DEVICE
    assert changed["contained"][1]["code"]["coding"] == [{"system": "s", "code": "J0696", "display": "d"}]
    assert "coding" not in MEDICATION["code"]


def test_a_reference_is_followed_to_what_was_prefetched() -> None:
    """A prefetched Medication or Device says what is ordered, but is not the session's to change."""
    orders = bundle(
        {
            "resourceType": "MedicationRequest",
            "id": "1",
            "medicationReference": {"reference": "Medication/m1"},
        },
        {
            "resourceType": "DeviceRequest",
            "id": "2",
            "codeReference": {"reference": "https://e.org/r4/Device/d1"},
        },
    )
    for prefetch in (
        {"medications": bundle(MEDICATION), "device": DEVICE, "coverage": None},
        {"all": bundle(MEDICATION, DEVICE, base="https://e.org/r4/")},
    ):
        found = texts(hook(draftOrders=orders, prefetch=prefetch))
        assert [(each.text, each.reference) for each in found] == [
            ("ceftriaxone", "MedicationRequest/1"),
            ("walker", "DeviceRequest/2"),
        ]
        assert [each.with_coding({"code": "J0696", "display": ""}) for each in found] == [None, None]


def test_a_reference_among_the_drafts_is_changed_there() -> None:
    """The update is of the Device that came with the drafts; the extension is at its root."""
    order = {"resourceType": "DeviceRequest", "id": "1", "codeReference": {"reference": "urn:uuid:d1"}}
    (text,) = texts(hook(draftOrders=bundle(order, DEVICE)))
    changed = text.with_coding({"system": "s", "code": "E0143", "display": "d"})

    assert changed is not None
    assert (changed["resourceType"], changed["type"]["coding"][0]["code"]) == ("Device", "E0143")
    assert changed["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] == "E0143"


def test_words_beside_a_reference_stand_for_what_is_missing() -> None:
    """The display of a reference that leads nowhere is read; without one there is nothing."""
    told = {"reference": "Medication/x", "display": "ceftriaxone"}
    references: list[Any] = [told, {"reference": "Medication/x"}, {"reference": "#x"}, "Medication/x"]
    orders: list[dict[str, Any]] = [
        {"resourceType": "MedicationRequest", "id": str(at), "medicationReference": reference}
        for at, reference in enumerate(references)
    ]

    assert [each.text for each in texts(hook(draftOrders=bundle(*orders)))] == ["ceftriaxone"]


def test_dispatched_orders_are_those_that_were_prefetched() -> None:
    """By reference in any form; the first version of the hook names one order."""
    orders = bundle(
        {"resourceType": "DeviceRequest", "id": "1", "codeCodeableConcept": {"text": "walker"}},
        {"resourceType": "DeviceRequest", "id": "2", "codeCodeableConcept": {"text": "cane"}},
    )
    prefetch = {"deviceRequests": orders}

    def found(**context: Any) -> list[str]:
        return [each.text for each in texts(hook("order-dispatch", prefetch=prefetch, **context))]

    assert found(dispatchedOrders=["DeviceRequest/2", "DeviceRequest/3"]) == ["cane"]
    assert found(dispatchedOrders=["https://e.org/DeviceRequest/1", "2"]) == ["walker", "cane"]
    assert found(order="DeviceRequest/1") == ["walker"]


def test_a_terminologys_tag_is_no_word_of_the_order() -> None:
    """SNOMED CT's kind of concept at the end of a display is left out, and the period's start is the day."""
    order = {
        "resourceType": "ServiceRequest",
        "id": "1",
        "code": {"coding": [{"system": "http://snomed.info/sct", "display": "Echocardiography (procedure)"}]},
        "occurrencePeriod": {"start": "2026-02-03T08:00:00Z"},
    }
    (text,) = texts(hook(draftOrders=bundle(order)))

    assert (text.text, text.on) == ("Echocardiography", date(2026, 2, 3))
