"""Canonical addresses of the code systems, and the spellings under which they are accepted."""

from __future__ import annotations

LEVEL_2 = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
LEVEL_2_SPELLINGS = frozenset(
    {
        LEVEL_2,
        "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
        "urn:oid:2.16.840.1.113883.6.285",
    }
)
LEVEL_2_OID = "urn:oid:2.16.840.1.113883.6.285"
CPT = "http://www.ama-assn.org/go/cpt"


def level_of(system: str) -> int | None:
    """2 for HCPCS Level II in any of its spellings, 1 for CPT, None for any other system."""
    if system in LEVEL_2_SPELLINGS:
        return 2
    return 1 if system == CPT else None


def system_of(level: int) -> str:
    """The canonical address of a level."""
    return LEVEL_2 if level == 2 else CPT


def level_of_code(code: str) -> int:
    """As `Record.level`, for a code that is known to be one: only Level II begins with a letter."""
    return 2 if code[0].isalpha() else 1


def section_of(code: str) -> str:
    """As `Record.section`, for a code that is known to be one."""
    return code[0] if code[0].isalpha() else "CPT"
