"""Implicit value sets: those that their address defines.

`SYSTEM?fhir_vs` is the whole code system, `SYSTEM?fhir_vs=section/E` one section,
`SYSTEM?fhir_vs=active/2026-01-01` the codes usable on a date, and
`SYSTEM?fhir_vs=section/E/active/2026-01-01` both; HL7's own address of all codes is held too.
SYSTEM may be any accepted address of the system.
"""

from __future__ import annotations

import re
from datetime import date

import msgspec

from api.fhir.concepts import check_version
from api.http.problems import Refused
from api.service import Service
from index.code_systems import LEVEL_II, CodeSystem, system_at
from index.records import Record

IMPLICIT = re.compile(
    r"(?P<system>[^?|]+)\?fhir_vs(?:=(?:section/(?P<section>[A-Z]))?/?(?:active/(?P<active>\d{4}-\d\d-\d\d))?)?"
    r"(?:\|(?P<version>.+))?"
)
# HL7's own value set of all Level II codes.
HL7_ALL = "http://terminology.hl7.org/ValueSet/v3-HealthCareCommonProcedureCodingSystem"
EXAMPLES = "SYSTEM?fhir_vs, SYSTEM?fhir_vs=section/E, SYSTEM?fhir_vs=active/2026-01-01"


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

    def contains(self, record: Record) -> bool:
        """Whether a record belongs to the value set."""
        return (
            record.level == self.system.level
            and (self.section is None or record.section == self.section)
            and (self.active_on is None or record.status(self.active_on) == "active")
        )


def value_set(service: Service, url: str, version: str | None) -> ImplicitValueSet:
    """The value set of an address.

    Raises:
        Refused: 404 if there is no such value set, or it is of another release; 400 for a wrong date.
    """
    address = url.partition("|")[0]
    if address == HL7_ALL:
        return ImplicitValueSet(address, LEVEL_II, None, None)  # HL7's versions are not CMS's releases
    match = IMPLICIT.fullmatch(url)
    system = system_at(match["system"]) if match else None
    if match is None or system is None:
        raise Refused(404, f"this value set is not held; there are: {EXAMPLES}")
    try:
        active_on = date.fromisoformat(match["active"]) if match["active"] else None
    except ValueError:
        raise Refused(400, "the date in the value set's address is not a day of the calendar") from None
    check_version(service, version or match["version"])
    return ImplicitValueSet(url.partition("|")[0], system, match["section"], active_on)
