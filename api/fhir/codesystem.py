"""`CodeSystem/$lookup` of our own code systems, and the code system's own resource.

Operations: https://hl7.org/fhir/R4/codesystem-operations.html
"""

from __future__ import annotations

from datetime import date

from api.fhir.concepts import PROPERTIES, designations, find, property_parts
from api.fhir.parameters import Coding, Inputs, Resource, parameters, part
from api.http.problems import Refused
from api.service import Service
from index.code_systems import LEVEL_II

NAME = "HCPCSLevelII"
TITLE = "Healthcare Common Procedure Coding System (HCPCS) Level II"
CODE_SYSTEM_ID = "hcpcs-level-ii"
LOOKUP = ("code", "system", "version", "coding", "date", "property")


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
    names = frozenset(inputs.texts("property"))
    names = frozenset() if "*" in names else names  # every property, as without names
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


def ended_hint(service: Service, code: str, on: date) -> str | None:
    """What is to be said of a code that may not be used on a day: when it ended, and what replaced it."""
    record = service.catalogue.get(code)
    if record is None:
        return None
    status = record.status(on)
    if status == "future":
        return f"the code begins on {record.effective_from}"
    if status != "terminated":
        return None
    hint = f"the code ended on {record.effective_to}"
    if record.successors:
        hint += f"; CMS names {', '.join(record.successors)} in its place"
    for one in service.catalogue.instead_of(record.code, on):
        if one.named_by == "proposed":
            hint += f"; {one.code} is proposed in its place ({one.probability:.0%} likely)"
    return hint


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
