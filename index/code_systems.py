"""The code systems that an index can hold: level, form of a code and addresses, in one place.

A second system of either level, or a third level, is a value here. `docs/data.md` says whose the codes are.
"""

from __future__ import annotations

import re

import msgspec

DENTAL = re.compile(r"D\d{4}")
"""CDT codes are the American Dental Association's and are never read."""

MODIFIER = re.compile(r"[A-Z0-9]{2}")


class CodeSystem(msgspec.Struct, frozen=True):
    """One level of HCPCS.

    Attributes:
        level: 1 or 2, as filters and answers number it.
        name: For tables and FHIR.
        pattern: Regular expression of a whole code, upper case.
        address: Canonical address (FHIR `system`).
        other_addresses: Addresses that are accepted too.
        oid: The same as an object identifier; empty where there is none.
    """

    level: int
    name: str
    pattern: str
    address: str
    other_addresses: tuple[str, ...] = ()
    oid: str = ""

    @property
    def addresses(self) -> frozenset[str]:
        """Every accepted address."""
        return frozenset({self.address, *self.other_addresses, *filter(None, [self.oid])})

    def matches(self, text: str) -> bool:
        """Whether a text has the form of a code of this system."""
        return re.fullmatch(self.pattern, text) is not None


SECTION = "[A-CE-HJ-MP-V]"
"""Pattern of the first letter of a Level II code, upper case."""

LEVEL_II = CodeSystem(
    level=2,
    name="HCPCS Level II",
    pattern=rf"{SECTION}\d{{4}}",
    address="http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    other_addresses=("https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",),
    oid="urn:oid:2.16.840.1.113883.6.285",
)
LEVEL_I = CodeSystem(
    level=1,
    name="CPT",
    pattern=r"\d{5}|\d{4}[FTUAM]",
    address="http://www.ama-assn.org/go/cpt",
)
CODE_SYSTEMS = (LEVEL_II, LEVEL_I)


def system_of_code(code: str) -> CodeSystem:
    """The system of a code that is known to be one: Level II begins with a letter, Level I with a digit."""
    return LEVEL_II if code[:1].isalpha() else LEVEL_I


def section_of_code(code: str) -> str:
    """The first letter of a Level II code; `CPT` for Level I."""
    system = system_of_code(code)
    return code[0] if system is LEVEL_II else system.name


def system_at(address: str) -> CodeSystem | None:
    """The system of an address in any of its accepted forms, or None."""
    return next((system for system in CODE_SYSTEMS if address in system.addresses), None)
