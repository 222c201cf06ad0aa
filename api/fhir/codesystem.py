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
    """Everything known of one code.

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
    wanted = frozenset(str(name) for name in inputs.all("property"))
    return parameters(
        part("name", valueString=NAME if record.level == 2 else "CPT"),
        part("version", valueString=service.release),
        part("display", valueString=record.long_description),
        *(_designation(found) for found in designations(record)),
        *property_parts(service, record, inputs.day("date"), wanted),
    )


def _designation(found: Resource) -> Resource:
    return {
        "name": "designation",
        "part": [
            part("language", valueCode=found["language"]),
            part("use", valueCoding=found["use"]),
            part("value", valueString=found["value"]),
        ],
    }


def validate_code(service: Service, inputs: Inputs) -> Resource:
    """Whether a code is in the code system, and its display the right one."""
    url = inputs.text("url")
    return validated(service, codings(inputs, url, inputs.text("version")), inputs.day("date"))


def codings(inputs: Inputs, system: str | None, version: str | None) -> list[Coding]:
    """The codings to check: of `codeableConcept`, or `coding`, or `code` with its system.

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
    service: Service, found: Sequence[Coding], on: date, holds: Callable[[Record], bool] | None = None
) -> Resource:
    """The answer of both `$validate-code` operations: the first coding that holds, or why none does.

    Args:
        service: What is loaded.
        found: Codings of which one must hold.
        on: The date for the hint that a code has ended or not begun.
        holds: Whether the value set holds a record; None for the whole code system.
    """
    reasons = []
    for coding in found:
        record = find(service, coding)
        if not isinstance(record, str) and holds is not None and not holds(record):
            record = "the code is not in this value set"
        reason = record if isinstance(record, str) else _display_error(record, coding.display)
        if reason is None and isinstance(record, Record):
            return _valid(record, on)
        reasons.append(reason or "")
    return parameters(part("result", valueBoolean=False), part("message", valueString="; ".join(reasons)))


def _valid(record: Record, on: date) -> Resource:
    status = record.status(on)
    hint = None
    if status == "terminated":
        hint = f"the code ended on {record.effective_to}"
        hint += f"; CMS names {', '.join(record.successors)} in its place" if record.successors else ""
    elif status == "future":
        hint = f"the code begins on {record.effective_from}"
    return parameters(
        part("result", valueBoolean=True),
        part("message", valueString=hint) if hint else None,
        part("display", valueString=record.long_description),
    )


def _display_error(record: Record, display: str | None) -> str | None:
    """The long and the short description are right displays, in any letter case and spacing."""
    if display is None or _folded(display) in {
        _folded(record.long_description),
        _folded(record.short_description),
    }:
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
