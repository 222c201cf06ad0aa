"""`CodeSystem/$lookup`, `CodeSystem/$validate-code` and the code system's own resource.

Operations: https://hl7.org/fhir/R4/codesystem-operations.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from api.fhir.concepts import PROPERTIES, designations, find, property_parts
from api.fhir.parameters import Coding, Inputs, Resource, parameters, part
from api.http.problems import Refused
from api.service import Service
from index.code_systems import LEVEL_II
from index.records import Record

NAME = "HCPCSLevelII"
TITLE = "Healthcare Common Procedure Coding System (HCPCS) Level II"
CODE_SYSTEM_ID = "hcpcs-level-ii"
LOOKUP = ("code", "system", "version", "coding", "date", "property")
VALIDATE = ("url", "code", "version", "display", "coding", "codeableConcept", "date", "abstract")


def lookup(service: Service, inputs: Inputs) -> Resource:
    """The answer of `$lookup`: everything known about one code.

    Raises:
        Refused: 404 for an unknown code, system or version; 400 for wrong inputs.
    """
    coding = inputs.coding("coding") or Coding(
        system=inputs.required_text("system"),
        version=inputs.text("version"),
        code=inputs.required_text("code"),
    )
    record = find(service, coding)
    if isinstance(record, str):
        raise Refused(404, record)
    on = inputs.day("date")
    record = service.catalogue.record_on(record.code, on) or record
    names = frozenset(str(name) for name in inputs.all("property"))
    return parameters(
        part("name", valueString=NAME if record.level == 2 else "CPT"),
        part("version", valueString=service.release),
        part("display", valueString=record.long_description),
        *(_designation_part(designation) for designation in designations(record)),
        *property_parts(service, record, on, names),
    )


def _designation_part(designation: Resource) -> Resource:
    return {
        "name": "designation",
        "part": [
            part("language", valueCode=designation["language"]),
            part("use", valueCoding=designation["use"]),
            part("value", valueString=designation["value"]),
        ],
    }


def validate_code(service: Service, inputs: Inputs) -> Resource:
    """The answer of `$validate-code`: whether a code is in the code system and its display is right."""
    url = inputs.text("url")
    return validated(service, codings(inputs, url, inputs.text("version")), inputs.day("date"))


def codings(inputs: Inputs, system: str | None, version: str | None) -> list[Coding]:
    """The codings to check: those of `codeableConcept`, else `coding`, else `code` with its system.

    Raises:
        Refused: 400 if there is none.
    """
    concept = inputs.concept("codeableConcept")
    if concept is not None:
        if not concept.coding:
            raise Refused(400, "the codeableConcept has no coding to check", issue="required")
        return list(concept.coding)
    coding = inputs.coding("coding")
    if coding is None:
        if not system:
            raise Refused(400, "the parameter 'url' or 'system' is needed with 'code'", issue="required")
        coding = Coding(system, version, inputs.required_text("code"), inputs.text("display"))
    return [coding]


def validated(
    service: Service, candidates: Sequence[Coding], on: date, contains: Callable[[Record], bool] | None = None
) -> Resource:
    """The answer of both `$validate-code` operations: the first valid coding, or why none is valid.

    Args:
        service: Holds the codes.
        candidates: Codings, of which one must be valid.
        on: The date for the hint that a code has ended or not begun.
        contains: Whether the value set contains a record; None for the whole code system.
    """
    reasons = []
    for coding in candidates:
        record = _valid_record(service, coding, contains)
        if isinstance(record, Record):
            return _valid(service, record, on)
        reasons.append(record)
    return parameters(part("result", valueBoolean=False), part("message", valueString="; ".join(reasons)))


def _valid_record(
    service: Service, coding: Coding, contains: Callable[[Record], bool] | None
) -> Record | str:
    """The record of a valid coding, or why it is not valid."""
    record = find(service, coding)
    if isinstance(record, str):
        return record
    if contains is not None and not contains(record):
        return "the code is not in this value set"
    return _display_error(record, coding.display) or record


def _valid(service: Service, record: Record, on: date) -> Resource:
    """The answer for a valid code, with a hint if it may not be used on the date."""
    status = record.status(on)
    hint = None
    if status == "terminated":
        hint = f"the code ended on {record.effective_to}"
        if record.successors:
            hint += f"; CMS names {', '.join(record.successors)} in its place"
        for one in service.catalogue.instead_of(record.code, on):
            if one.named_by == "proposed":
                hint += f"; {one.code} is proposed in its place ({one.probability:.0%} likely)"
    elif status == "future":
        hint = f"the code begins on {record.effective_from}"
    return parameters(
        part("result", valueBoolean=True),
        part("message", valueString=hint) if hint else None,
        part("display", valueString=record.long_description),
    )


def _display_error(record: Record, display: str | None) -> str | None:
    """Why a display is wrong; None for the long or short description, in any letter case and spacing."""
    descriptions = (record.long_description, record.short_description)
    if display is None or _folded(display) in map(_folded, descriptions):
        return None
    return f"the display is not the one of {record.code}, which is: {record.long_description}"


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def code_system(service: Service) -> Resource:
    """The code system's resource, without its codes."""
    count = sum(record.level == 2 for record in service.catalogue.records)
    return {
        "resourceType": "CodeSystem",
        "id": CODE_SYSTEM_ID,
        "url": LEVEL_II.address,
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": LEVEL_II.oid}],
        "version": service.release,
        "name": NAME,
        "title": TITLE,
        "status": "active",
        "publisher": "Centers for Medicare & Medicaid Services",
        **({"description": service.notice} if service.notice else {}),
        "caseSensitive": True,
        "valueSet": f"{LEVEL_II.address}?fhir_vs",
        "content": "not-present",
        "count": count,
        "property": [
            {"code": prop.code, "description": prop.description, "type": prop.type} for prop in PROPERTIES
        ],
    }
