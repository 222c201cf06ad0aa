"""A record as a FHIR concept: its properties, designations and code system."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec

from api.fhir.parameters import Coding, Resource
from api.http.problems import Refused
from api.service import Service
from index.code_systems import LEVEL_I, system_at, system_of_code
from index.records import Record

LANGUAGE = "en"
SHORT_DESIGNATION = {
    "system": "urn:hcpcs-suggest:fhir:designation-use",
    "code": "short",
    "display": "Short description",
}


class Property(msgspec.Struct, frozen=True):
    """A property of the code system.

    Attributes:
        code: Its name.
        type: FHIR type: `code`, `string`, `boolean`, `dateTime` or `integer`.
        description: In one phrase, for clients.
        read: Reads it from a record on a date: a value, a tuple of values, or None.
    """

    code: str
    type: str
    description: str
    read: Callable[[Service, Record, date], Any]


def _field(name: str) -> Callable[[Service, Record, date], Any]:
    return lambda service, record, on: getattr(record, name)


PROPERTIES = (
    Property(
        "status",
        "code",
        "active, terminated or future on the date asked for",
        lambda s, r, on: s.catalogue.status_on(r.code, on) or r.status(on),
    ),
    Property("inactive", "boolean", "Not to be used on that date", lambda s, r, on: r.status(on) != "active"),
    Property("effectiveFrom", "dateTime", "First day of use", _field("effective_from")),
    Property("effectiveTo", "dateTime", "Last day of use", _field("effective_to")),
    Property("level", "integer", "1 for CPT, 2 for HCPCS Level II", _field("level")),
    Property("section", "string", "First letter of the code, or CPT", _field("section")),
    Property(
        "notOtherwiseClassified",
        "boolean",
        "A code for items that have no code of their own",
        _field("is_noc"),
    ),
    Property("successor", "code", "Code that CMS names in place of an ended one", _field("successors")),
    Property(
        "proposedSuccessor",
        "code",
        "Code that probably replaced an ended one for which CMS names none",
        lambda s, r, on: tuple(
            one.code for one in s.catalogue.instead_of(r.code, on) if one.named_by == "proposed"
        ),
    ),
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
# Property -> element of a part that holds its value, for example `valueCode`.
VALUE_ELEMENTS = {prop.code: f"value{prop.type[0].upper()}{prop.type[1:]}" for prop in PROPERTIES}


def property_parts(service: Service, record: Record, on: date, names: frozenset[str]) -> list[Resource]:
    """The `property` parts of `$lookup`: those named, or all if `names` is empty."""
    parts = []
    for prop in PROPERTIES:
        if names and prop.code not in names:
            continue
        values = prop.read(service, record, on)
        for value in values if isinstance(values, tuple) else (values,):
            if value is not None and value != "":
                parts.append(_property_part(prop.code, value))
    return parts


def _property_part(code: str, value: Any) -> Resource:
    value = value.isoformat() if isinstance(value, date) else value
    inner = [{"name": "code", "valueCode": code}, {"name": "value", VALUE_ELEMENTS[code]: value}]
    return {"name": "property", "part": inner}


def designations(record: Record) -> list[Resource]:
    """The short description as a designation; an empty list if there is none."""
    if not record.short_description:
        return []
    return [{"language": LANGUAGE, "use": SHORT_DESIGNATION, "value": record.short_description}]


def find(service: Service, coding: Coding) -> Record | str:
    """The record of a coding, or why there is none.

    Raises:
        Refused: 404 if the code system or its version is not held.
    """
    code = coding.code or ""
    system = system_at(coding.system or "")
    if system is None:
        raise Refused(404, "this code system is not held: the system is not HCPCS Level II or CPT")
    check_version(service, coding.version)
    record = service.catalogue.get(code)
    if record is not None and record.level == system.level:
        return record
    if system is LEVEL_I or LEVEL_I.matches(code):
        return "no such CPT code is held; CPT needs an index built with a licence holder's own file"
    if service.catalogue.get(code.strip().upper()) is not None:
        return "there is no such code as written: codes are upper case, without blanks"
    return f"release {service.release} of the code system has no such code"


def check_version(service: Service, version: str | None) -> None:
    """Refuse a version that is not the loaded release.

    Raises:
        Refused: 404.
    """
    if version and version != service.release:
        raise Refused(404, f"this version of the code system is not held; the one held is {service.release}")


def system_address(record: Record) -> str:
    """Canonical address of a record's code system."""
    return system_of_code(record.code).address
