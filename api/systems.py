"""Canonical addresses of the code systems, and the spellings under which they are accepted."""

from __future__ import annotations

HCPCS_SYSTEM = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
HCPCS_OID = "urn:oid:2.16.840.1.113883.6.285"
HCPCS_SPELLINGS = frozenset(
    {HCPCS_SYSTEM, "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", HCPCS_OID}
)
CPT_SYSTEM = "http://www.ama-assn.org/go/cpt"


def level_of(system: str) -> int | None:
    """Level of a system's address: 2 for HCPCS Level II in any spelling, 1 for CPT, None for any other."""
    if system in HCPCS_SPELLINGS:
        return 2
    return 1 if system == CPT_SYSTEM else None


def system_of(level: int) -> str:
    """Canonical address of a level's code system."""
    return HCPCS_SYSTEM if level == 2 else CPT_SYSTEM


def level_of_code(code: str) -> int:
    """Level of a valid code, as `Record.level`: only Level II begins with a letter."""
    return 2 if code[0].isalpha() else 1


def section_of(code: str) -> str:
    """Section of a valid code, as `Record.section`: its first letter, or `CPT`."""
    return code[0] if code[0].isalpha() else "CPT"
