"""Draft orders of a CDS Hooks call: finding their texts, and adding a coding.

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
ElementPath = tuple[str | int, ...]  # keys and list positions from a resource to an element

# Resource type -> paths of the elements that hold a CodeableConcept; one on the way to it may be a list.
CONCEPT_PATHS = {
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
# Concept of a NutritionOrder -> the free text beside it.
PRODUCT_NAMES = {
    "baseFormulaType": "baseFormulaProductName",
    "additiveType": "additiveProductName",
    "type": "productName",
}
DATE_START = re.compile(r"\d{4}-\d\d-\d\d")


class OrderText(msgspec.Struct, frozen=True):
    """One concept of a draft order that has a text but no HCPCS code.

    Attributes:
        resource: The draft.
        path: From the draft to the concept.
        text: What is ordered.
        on: Day on which the order is to be carried out; None for today.
    """

    resource: Json
    path: ElementPath
    text: str
    on: date | None

    @property
    def kind(self) -> str:
        """Resource type of the draft."""
        return str(self.resource["resourceType"])

    def with_coding(self, coding: Json) -> Json:
        """A copy of the draft with the coding added to this concept."""
        changed: Json = _with_coding(self.resource, self.path, coding, self.text)
        return changed


def _with_coding(value: Any, path: ElementPath, coding: Json, text: str) -> Any:
    """Copies only the elements along the path; all others are shared with the original."""
    if not path:
        concept = value if isinstance(value, dict) else {}
        return {"text": text, **concept, "coding": [*_dicts(concept.get("coding")), coding]}
    key = path[0]
    if isinstance(key, int):
        inner = _with_coding(value[key], path[1:], coding, text)
        return [*value[:key], inner, *value[key + 1 :]]
    return {**value, key: _with_coding(value.get(key), path[1:], coding, text)}


def order_texts(bundle: Json, selections: frozenset[str] | None) -> Iterator[OrderText]:
    """The texts of a draft-order bundle that have no HCPCS code.

    Args:
        bundle: The hook context's `draftOrders`.
        selections: References such as `DeviceRequest/1` that were selected; None for all.
    """
    for entry in _dicts(bundle.get("entry")):
        resource = entry.get("resource")
        if not isinstance(resource, dict) or _string(resource.get("resourceType")) not in CONCEPT_PATHS:
            continue
        reference = f"{resource['resourceType']}/{resource.get('id', '')}"
        if selections is None or reference in selections:
            yield from _texts_of(resource)


def _texts_of(resource: Json) -> Iterator[OrderText]:
    for *parent_names, name in CONCEPT_PATHS[resource["resourceType"]]:
        for path, parent in _parents(resource, tuple(parent_names)):
            concept = parent.get(name)
            concept = concept if isinstance(concept, dict) else {}
            text = _concept_text(concept) or _string(parent.get(PRODUCT_NAMES.get(name, "")))
            if text and not _has_hcpcs_code(concept):
                yield OrderText(resource, (*path, name), text, _occurrence(resource))


def _parents(resource: Json, names: tuple[str, ...]) -> Iterator[tuple[ElementPath, Json]]:
    """Objects that hold the concept, each with its path: the resource, a part of it, or items of a list."""
    if not names:
        yield (), resource
        return
    part = resource.get(names[0])
    if isinstance(part, dict):
        yield (names[0],), part
    for position, item in enumerate(part if isinstance(part, list) else []):
        if isinstance(item, dict):
            yield (names[0], position), item


def _concept_text(concept: Json) -> str:
    """The concept's text, else the first display of its codings, else an empty string."""
    displays = (_string(coding.get("display")) for coding in _dicts(concept.get("coding")))
    return _string(concept.get("text")) or next((display for display in displays if display), "")


def _has_hcpcs_code(concept: Json) -> bool:
    systems = {_string(coding.get("system")) for coding in _dicts(concept.get("coding"))}
    return not systems.isdisjoint(LEVEL_II.addresses)


def _occurrence(resource: Json) -> date | None:
    """First day on which the order is to be carried out; None if there is no valid one."""
    period = resource.get("occurrencePeriod")
    start = period.get("start") if isinstance(period, dict) else None
    match = DATE_START.match(_string(resource.get("occurrenceDateTime")) or _string(start))
    try:
        return date.fromisoformat(match[0]) if match else None
    except ValueError:
        return None


def _dicts(value: Any) -> list[Json]:
    """The objects in a JSON list; empty if the value is not a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _string(value: Any) -> str:
    """A JSON string without surrounding blanks; empty if the value is not a string."""
    return value.strip() if isinstance(value, str) else ""
