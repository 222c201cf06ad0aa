"""What FHIR says of a record: its properties, designations and place in a system."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec

from api.fhir.parameters import Coding, Resource
from api.http.problems import Refused
from api.service import Service
from api.systems import level_of, level_of_code, system_of
from index.code_systems import LEVEL_I
from index.records import Record

EXTENSION = "urn:hcpcs-suggest:fhir:"
SCORE = f"{EXTENSION}score"
CONFIDENCE = f"{EXTENSION}confidence"
NO_GOOD_MATCH = f"{EXTENSION}no-good-match"

SHORT = {"system": "urn:hcpcs-suggest:fhir:designation-use", "code": "short", "display": "Short description"}


class Property(msgspec.Struct, frozen=True):
    """A property of the code system: its FHIR type and how to read it from a record."""

    code: str
    type: str  # "code", "string", "boolean", "dateTime" or "integer"
    description: str
    read: Callable[[Service, Record, date], Any]  # a value, several, or nothing


def _field(name: str) -> Callable[[Service, Record, date], Any]:
    return lambda service, record, on: getattr(record, name)


PROPERTIES = (
    Property(
        "status", "code", "active, terminated or future on the date asked for", lambda s, r, on: r.status(on)
    ),
    Property("inactive", "boolean", "Not to be used on that date", lambda s, r, on: r.status(on) != "active"),
    Property("effectiveFrom", "dateTime", "First day of use", _field("effective_from")),
    Property("effectiveTo", "dateTime", "Last day of use", _field("effective_to")),
    Property("level", "integer", "1 for CPT, 2 for HCPCS Level II", _field("level")),
    Property("section", "string", "First letter of the code, or CPT", _field("section")),
    Property("notOtherwiseClassified", "boolean", "A code for what has no other", _field("is_noc")),
    Property("successor", "code", "Named by CMS in place of an ended code", _field("successors")),
    Property(
        "predecessor",
        "code",
        "Ended code for which CMS names this one",
        lambda s, r, on: s.predecessors.get(r.code),
    ),
    Property("action", "code", "CMS action code", _field("action")),
    Property("actionDate", "dateTime", "Day on which the action took effect", _field("action_date")),
    Property("coverage", "code", "CMS coverage code", _field("coverage")),
    Property("pricing", "code", "CMS pricing indicator", _field("pricing")),
    Property("multiplePricing", "code", "CMS multiple pricing indicator", _field("multiple_pricing")),
    Property("betos", "code", "Berenson-Eggers type of service", _field("betos")),
    Property("typeOfService", "code", "CMS type of service", _field("types_of_service")),
    Property("statute", "string", "Statute named by CMS", _field("statute")),
)
VALUE_TYPES = {prop.code: f"value{prop.type[0].upper()}{prop.type[1:]}" for prop in PROPERTIES}


def property_parts(service: Service, record: Record, on: date, wanted: frozenset[str]) -> list[Resource]:
    """The `property` parts of `$lookup`, all of them when none is named."""
    parts = []
    for prop in PROPERTIES:
        if wanted and prop.code not in wanted:
            continue
        found = prop.read(service, record, on)
        for value in found if isinstance(found, tuple) else (found,):
            if value is None or value == "":
                continue
            shown = value.isoformat() if isinstance(value, date) else value
            inner = [
                {"name": "code", "valueCode": prop.code},
                {"name": "value", VALUE_TYPES[prop.code]: shown},
            ]
            parts.append({"name": "property", "part": inner})
    return parts


def designations(record: Record) -> list[Resource]:
    """The short description as a designation; nothing when there is none."""
    if not record.short_description:
        return []
    return [{"language": "en", "use": SHORT, "value": record.short_description}]


def find(service: Service, coding: Coding) -> Record | str:
    """The record of a coding, or why there is none.

    Raises:
        Refused: 404 if the system or its version is not held.
    """
    level = level_of(coding.system or "")
    if level is None:
        raise Refused(404, "this code system is not held: the system is not HCPCS Level II or CPT")
    check_version(service, coding.version)
    record = service.catalogue.get(coding.code or "")
    if record is not None and record.level == level:
        return record
    if level == 1 or LEVEL_I.matches(coding.code or ""):
        return "no such CPT code is held; CPT needs an index built with a licence holder's own file"
    if service.catalogue.get((coding.code or "").strip().upper()) is not None:
        return "there is no such code as written: codes are upper case, without blanks"
    return f"release {service.release} of the code system has no such code"


def check_version(service: Service, version: str | None) -> None:
    """Refuse a version that is not the loaded release.

    Raises:
        Refused: 404.
    """
    if version and version != service.release:
        raise Refused(404, f"this version of the code system is not held; the one held is {service.release}")


def system_name(record: Record) -> str:
    """The canonical address of a record's code system."""
    return system_of(level_of_code(record.code))
