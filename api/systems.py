"""Addresses of the code systems, as the routes name them; see `index.code_systems`."""

from __future__ import annotations

from index.code_systems import CODE_SYSTEMS, LEVEL_I, LEVEL_II, section_of_code, system_at, system_of_code

LEVEL_2 = LEVEL_II.address
LEVEL_2_SPELLINGS = LEVEL_II.addresses
LEVEL_2_OID = LEVEL_II.oid
CPT = LEVEL_I.address

section_of = section_of_code


def level_of(address: str) -> int | None:
    """2 for HCPCS Level II in any of its spellings, 1 for CPT, None for any other system."""
    system = system_at(address)
    return None if system is None else system.level


def system_of(level: int) -> str:
    """The canonical address of a level."""
    return next(system.address for system in CODE_SYSTEMS if system.level == level)


def level_of_code(code: str) -> int:
    """The level of a code that is known to be one."""
    return system_of_code(code).level
