"""Draft orders of a CDS Hooks call: where their words stand, and how a coding is added.

Resource layouts: https://hl7.org/fhir/R4/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec

from index.code_systems import LEVEL_II

Json = dict[str, Any]
# Elements that hold a CodeableConcept; the last name may be that of a list.
PLACES = {
    "DeviceRequest": (("codeCodeableConcept",),),
    "ServiceRequest": (("code",),),
    "MedicationRequest": (("medicationCodeableConcept",),),
    "SupplyRequest": (("itemCodeableConcept",),),
    "NutritionOrder": (
        ("enteralFormula", "baseFormulaType"),
        ("enteralFormula", "additiveType"),
        ("supplement", "type"),
    ),
}
# Free text beside a concept of a NutritionOrder.
PRODUCT_NAMES = {
    "baseFormulaType": "baseFormulaProductName",
    "additiveType": "additiveProductName",
    "type": "productName",
}
DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Place(msgspec.Struct, frozen=True):
    """One concept of a draft that has words but no HCPCS code.

    Attributes:
        resource: The draft.
        path: Keys and list positions from the draft to the concept.
        text: The words.
        on: Day on which the order is to be carried out; None for today.
    """

    resource: Json
    path: tuple[str | int, ...]
    text: str
    on: date | None

    @property
    def kind(self) -> str:
        """Resource type of the draft."""
        return str(self.resource["resourceType"])

    def with_coding(self, coding: Json) -> Json:
        """The draft with the coding added to this concept; the draft itself stays as it is."""
        changed: Json = _changed(self.resource, self.path, coding, self.text)
        return changed


def _changed(value: Any, path: tuple[str | int, ...], coding: Json, text: str) -> Any:
    """A copy along the path only: what lies beside it is shared, as it is encoded at once."""
    if not path:
        concept = value if isinstance(value, dict) else {}
        return {"text": text, **concept, "coding": [*_dicts(concept.get("coding")), coding]}
    key = path[0]
    if isinstance(key, int):
        inner = _changed(value[key], path[1:], coding, text)
        return [*value[:key], inner, *value[key + 1 :]]
    return {**value, key: _changed(value.get(key), path[1:], coding, text)}


def places(bundle: Json, selections: frozenset[str] | None) -> Iterator[Place]:
    """The places of a draft-order bundle that want a code.

    Args:
        bundle: The hook context's `draftOrders`.
        selections: References such as `DeviceRequest/1` that were selected; None for all.
    """
    for entry in _dicts(bundle.get("entry")):
        resource = entry.get("resource")
        if not isinstance(resource, dict) or _string(resource.get("resourceType")) not in PLACES:
            continue
        reference = f"{resource['resourceType']}/{resource.get('id', '')}"
        if selections is None or reference in selections:
            yield from _places_of(resource)


def _places_of(resource: Json) -> Iterator[Place]:
    for names in PLACES[resource["resourceType"]]:
        for path, holder in _holders(resource, names[:-1]):
            concept = holder.get(names[-1])
            concept = concept if isinstance(concept, dict) else {}
            text = _words(concept) or _string(holder.get(PRODUCT_NAMES.get(names[-1], "")))
            if text and not _has_code(concept):
                yield Place(resource, (*path, names[-1]), text, _day(resource))


def _holders(resource: Json, names: tuple[str, ...]) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    """The objects that hold the concept: the resource, or a part of it, or each of several parts."""
    if not names:
        yield (), resource
        return
    inner = resource.get(names[0])
    if isinstance(inner, dict):
        yield (names[0],), inner
    for position, one in enumerate(inner if isinstance(inner, list) else []):
        if isinstance(one, dict):
            yield (names[0], position), one


def _words(concept: Json) -> str:
    """The concept's text, else the first display of its codings."""
    displays = (_string(coding.get("display")) for coding in _dicts(concept.get("coding")))
    return _string(concept.get("text")) or next((display for display in displays if display), "")


def _has_code(concept: Json) -> bool:
    return any(
        _string(coding.get("system")) in LEVEL_II.addresses for coding in _dicts(concept.get("coding"))
    )


def _day(resource: Json) -> date | None:
    period = resource.get("occurrencePeriod")
    start = period.get("start") if isinstance(period, dict) else None
    found = DAY.match(_string(resource.get("occurrenceDateTime")) or _string(start))
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None


def _dicts(value: Any) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _string(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
