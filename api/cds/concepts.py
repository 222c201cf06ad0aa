"""The coded elements of an order: where they are, their text, and whether they have a billing code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from api.cds.resources import ElementPath, Json, dicts, string
from index.code_systems import CODE_SYSTEMS, LEVEL_II, system_of_code

BILLING_OPTIONS = "http://hl7.org/fhir/us/davinci-crd/StructureDefinition/ext-billing-options"
"""Extension of the Da Vinci CRD guide: codes that could be billed for a clinical code, beside it."""

BILLING_SYSTEMS = frozenset().union(*(system.addresses for system in CODE_SYSTEMS)) | {
    "http://www.ada.org/cdt",
    "http://www.cms.gov/Medicare/Coding/ICD10",  # procedures (ICD-10-PCS)
    "urn:oid:2.16.840.1.113883.6.12",  # CPT
    "urn:oid:2.16.840.1.113883.6.13",  # CDT
    "urn:oid:2.16.840.1.113883.6.4",  # ICD-10-PCS
}
"""Code systems that say what is billed: a concept with one of their codes is coded already."""

# Resource type -> paths of the elements that hold a CodeableConcept; one on the way to it may be a list.
CONCEPT_PATHS: dict[str, tuple[tuple[str, ...], ...]] = {
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
# Resource type -> its elements that refer to what is ordered instead.
REFERENCES = {
    "DeviceRequest": "codeReference",
    "MedicationRequest": "medicationReference",
    "SupplyRequest": "itemReference",
}
# Type of what is referred to -> the element that says what it is.
REFERRED = {"Medication": "code", "Device": "type", "Substance": "code"}
# Concept of a NutritionOrder -> the free text beside it.
PRODUCT_NAMES = {
    "baseFormulaType": "baseFormulaProductName",
    "additiveType": "additiveProductName",
    "type": "productName",
}
AT_ROOT = frozenset({"NutritionOrder", "Device"})  # the guide puts the extension on the resource there

_SEMANTIC_TAG = re.compile(r"\s*\((?:procedure|product|physical object|substance|medicinal product)\)$", re.I)


def parents(resource: Json, names: tuple[str, ...]) -> Iterator[tuple[ElementPath, Json]]:
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


def concept_text(concept: Json) -> str:
    """The concept's text, else the first display of its codings, else an empty string.

    A terminology's tag at the end, such as "(procedure)" of SNOMED CT, is left out.
    """
    displays = (string(coding.get("display")) for coding in dicts(concept.get("coding")))
    text = string(concept.get("text")) or next((display for display in displays if display), "")
    return _SEMANTIC_TAG.sub("", text)


def is_coded(concept: Json) -> bool:
    """Whether a concept has a billing code: as a coding, or in the extension of the CRD guide."""
    options = (
        extension.get("valueCodeableConcept")
        for extension in dicts(concept.get("extension"))
        if extension.get("url") == BILLING_OPTIONS
    )
    return _has_billing_code(concept) or any(
        isinstance(option, dict) and _has_billing_code(option) for option in options
    )


def _has_billing_code(concept: Json) -> bool:
    return any(string(coding.get("system")) in BILLING_SYSTEMS for coding in dicts(concept.get("coding")))


def billing_option(code: str, display: str) -> Json:
    """The extension that names a code as one that could be billed, with the guide's address of the system."""
    system = system_of_code(code)
    address = LEVEL_II.other_addresses[0] if system is LEVEL_II else system.address
    coding = {"system": address, "code": code, "display": display}
    return {"url": BILLING_OPTIONS, "valueCodeableConcept": {"coding": [coding]}}


def with_code(resource: Json, path: ElementPath, text: str, coding: Json) -> Json:
    """A copy of a resource that names a code for the concept at a path.

    The code stands in the extension of the CRD guide, as what could be billed. It also becomes the coding of
    a concept that has none; codings of other systems keep the concept for themselves.

    Args:
        resource: Only the elements along the path are copied; all others are shared with the copy.
        path: From the resource to the concept.
        text: Of the order, for a concept without one.
        coding: System, version, code and display.
    """
    option = billing_option(coding["code"], coding["display"])
    at_root = _holder_type(resource, path) in AT_ROOT
    changed: Json = _changed(resource, path, coding, text, None if at_root else option)
    if not at_root:
        return changed
    if path[0] == "contained":
        inner = changed["contained"][path[1]]
        extended: Json = _replaced(changed, path[:2], _extended(inner, option))
        return extended
    return _extended(changed, option)


def _holder_type(resource: Json, path: ElementPath) -> str:
    holder = resource["contained"][path[1]] if path[0] == "contained" else resource
    return string(holder.get("resourceType"))


def _extended(value: Json, extension: Json) -> Json:
    return {**value, "extension": [*dicts(value.get("extension")), extension]}


def _replaced(value: Any, path: ElementPath, new: Any) -> Any:
    """A copy in which the element at a path is another."""
    if not path:
        return new
    key = path[0]
    if isinstance(key, int):
        return [*value[:key], _replaced(value[key], path[1:], new), *value[key + 1 :]]
    return {**value, key: _replaced(value.get(key), path[1:], new)}


def _changed(resource: Json, path: ElementPath, coding: Json, text: str, option: Json | None) -> Any:
    value: Any = resource
    for key in path:
        value = value[key] if isinstance(key, int) else value.get(key)
    concept = value if isinstance(value, dict) else {}
    if not dicts(concept.get("coding")):
        concept = {"text": text, **concept, "coding": [coding]}
    return _replaced(resource, path, _extended(concept, option) if option else concept)
