"""`ValueSet/$expand` and `ValueSet/$validate-code` on implicit value sets.

Operations: https://hl7.org/fhir/R4/valueset-operations.html

The value sets, on any spelling of the system: `SYSTEM?fhir_vs` (all of it), `SYSTEM?fhir_vs=section/E`
(one section), `SYSTEM?fhir_vs=active/2026-01-01` (usable on a date), and the last two joined:
`SYSTEM?fhir_vs=section/E/active/2026-01-01`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import msgspec

from api.fhir.codesystem import codings, validated
from api.fhir.concepts import CONFIDENCE, NO_GOOD_MATCH, SCORE, check_version, designations, system_address
from api.fhir.parameters import Inputs, Resource
from api.http.limits import MAX_K, TEXT_CHARACTERS
from api.http.problems import Refused
from api.service import Service
from index.code_systems import CodeSystem, system_at
from index.records import Record
from suggest.answer import Ask, Filters, Suggestion

EXPAND = (
    "url",
    "valueSetVersion",
    "filter",
    "count",
    "offset",
    "activeOnly",
    "date",
    "includeDesignations",
    "system-version",
)
# What these ask for is so already: our expansions are flat, have no abstract codes and no definition.
EXPAND_HARMLESS = ("excludeNested", "excludeNotForUI", "excludePostCoordinated", "includeDefinition")
VALIDATE = (
    "url",
    "valueSetVersion",
    "code",
    "system",
    "systemVersion",
    "display",
    "coding",
    "codeableConcept",
    "date",
    "abstract",
)
IMPLICIT = re.compile(
    r"(?P<system>[^?|]+)\?fhir_vs(?:=(?:section/(?P<section>[A-Z]))?/?(?:active/(?P<active>\d{4}-\d\d-\d\d))?)?"
    r"(?:\|(?P<version>.+))?"
)
NAMES = "SYSTEM?fhir_vs, SYSTEM?fhir_vs=section/E, SYSTEM?fhir_vs=active/2026-01-01"


class ImplicitValueSet(msgspec.Struct, frozen=True):
    """A value set that its address defines.

    Attributes:
        url: As given, without a version.
        system: Its code system.
        section: Only codes of this section; None for all.
        active_on: Only codes usable on this date; None for all.
    """

    url: str
    system: CodeSystem
    section: str | None
    active_on: date | None

    def holds(self, record: Record) -> bool:
        """Whether a record is a member."""
        return (
            record.level == self.system.level
            and (self.section is None or record.section == self.section)
            and (self.active_on is None or record.status(self.active_on) == "active")
        )


def value_set(service: Service, url: str, version: str | None) -> ImplicitValueSet:
    """Read a value set's address.

    Raises:
        Refused: 404 if it is not one of ours or of another release.
    """
    match = IMPLICIT.fullmatch(url)
    system = system_at(match["system"]) if match else None
    if match is None or system is None:
        raise Refused(404, f"this value set is not held; there are: {NAMES}")
    try:
        active_on = date.fromisoformat(match["active"]) if match["active"] else None
    except ValueError:
        raise Refused(400, "the date in the value set's address is not a day of the calendar") from None
    check_version(service, version or match["version"])
    return ImplicitValueSet(url.partition("|")[0], system, match["section"], active_on)


def expand(service: Service, inputs: Inputs) -> Resource:
    """List a value set; with `filter`, its best matches, best first.

    Raises:
        Refused: 404 for an unknown value set or version; 400 for wrong inputs.
    """
    members = value_set(service, inputs.required_text("url"), inputs.text("valueSetVersion"))
    for given in inputs.all("system-version"):
        check_version(service, str(given).partition("|")[2])
    text = inputs.text("filter")
    if text and len(text) > TEXT_CHARACTERS:
        raise Refused(400, f"the parameter 'filter' may have {TEXT_CHARACTERS} characters", issue="too-long")
    on = members.active_on or inputs.day("date")
    active_only = inputs.flag("activeOnly")
    if text and text.strip():
        return _ranked(service, members, inputs, text, on, active_only)
    records = [
        record
        for record in service.catalogue.records
        if members.holds(record) and (not active_only or record.status(on) == "active")
    ]
    page = _page(inputs, records)
    contains = [_concept(record, on, inputs.flag("includeDesignations")) for record in page]
    return _resource(service, members, inputs, on, len(records), contains)


def _ranked(
    service: Service, members: ImplicitValueSet, inputs: Inputs, text: str, on: date, active_only: bool
) -> Resource:
    filters = Filters(
        level=members.system.level,
        sections=(members.section,) if members.section else (),
        include_terminated=not active_only,
    )
    answer = service.suggest(text, Ask(MAX_K, on, filters))
    found = [
        (suggestion, record)
        for suggestion in answer.suggestions
        if (record := service.catalogue.get(suggestion.code)) is not None and members.holds(record)
    ]
    show = inputs.flag("includeDesignations")
    contains = [
        {**_concept(record, on, show), "extension": _marks(suggestion)}
        for suggestion, record in _page(inputs, found)
    ]
    resource = _resource(service, members, inputs, on, len(found), contains)
    resource["expansion"]["parameter"].append({"name": "ranked-at-most", "valueInteger": MAX_K})
    if answer.no_good_match:
        resource["expansion"]["extension"] = [{"url": NO_GOOD_MATCH, "valueBoolean": True}]
    return resource


def _marks(suggestion: Suggestion) -> list[Resource]:
    return [
        {"url": SCORE, "valueDecimal": round(suggestion.score, 6)},
        {"url": CONFIDENCE, "valueDecimal": round(suggestion.confidence, 6)},
    ]


def _page(inputs: Inputs, found: Sequence[Any]) -> Sequence[Any]:
    offset = inputs.number("offset") or 0
    count = inputs.number("count")
    return found[offset:] if count is None else found[offset : offset + count]


def _concept(record: Record, on: date, show_designations: bool) -> Resource:
    concept: Resource = {
        "system": system_address(record),
        "code": record.code,
        "display": record.long_description,
    }
    if record.status(on) != "active":
        concept["inactive"] = True
    if show_designations and (found := designations(record)):
        concept["designation"] = found
    return concept


def _resource(
    service: Service,
    members: ImplicitValueSet,
    inputs: Inputs,
    on: date,
    total: int,
    contains: Sequence[Resource],
) -> Resource:
    """The ValueSet around an expansion; the filter's text is not repeated in it."""
    expansion: Resource = {
        "identifier": f"urn:uuid:{uuid4()}",
        "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
        "total": total,
        "offset": inputs.number("offset") or 0,
        "parameter": [
            {"name": "version", "valueUri": f"{_system(members)}|{service.release}"},
            {"name": "model", "valueString": service.model},
            {"name": "date", "valueDateTime": on.isoformat()},
            {"name": "activeOnly", "valueBoolean": inputs.flag("activeOnly")},
        ],
    }
    count = inputs.number("count")
    if count is not None:
        expansion["parameter"].append({"name": "count", "valueInteger": count})
    if contains:  # FHIR has no empty lists
        expansion["contains"] = list(contains)
    return {
        "resourceType": "ValueSet",
        "url": members.url,
        "version": service.release,
        "status": "active",
        **({"description": service.notice} if service.notice else {}),
        "expansion": expansion,
    }


def _system(members: ImplicitValueSet) -> str:
    return members.url.partition("?")[0]


def validate_code(service: Service, inputs: Inputs) -> Resource:
    """Whether a code is in a value set, and its display the right one."""
    members = value_set(service, inputs.required_text("url"), inputs.text("valueSetVersion"))
    found = codings(inputs, inputs.text("system"), inputs.text("systemVersion"))
    return validated(service, found, inputs.day("date"), members.holds)
