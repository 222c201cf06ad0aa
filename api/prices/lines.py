"""A line of a price file, and which of its codes are HCPCS Level II."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from suggest.audit.rows import read_code

HCPCS, CPT = "HCPCS", "CPT"
TYPES = frozenset({
    "CPT", "HCPCS", "ICD", "DRG", "MS-DRG", "R-DRG", "S-DRG", "APS-DRG", "AP-DRG", "APR-DRG", "TRIS-DRG",
    "APC", "NDC", "HIPPS", "LOCAL", "EAPG", "CDT", "RC", "CDM", "CMG", "MS-LTC-DRG",
})  # fmt: skip
"""Types of codes in CMS's data dictionary, versions 2 and 3."""
OTHER_TYPE, NO_CODE, UNREADABLE = "other types", "no code", "unreadable"
_OTHER = {"cpt": CPT, "dental": "CDT", "unreadable": UNREADABLE}
_WORD = re.compile(r"[A-Z]+")


class PriceCode(NamedTuple):
    """A code as the file writes it, and its type in capitals; the type is empty where the file names none."""

    code: str
    type: str


class PriceLine(NamedTuple):
    """A line of a price file.

    Attributes:
        row: Row of the CSV file or item of the JSON file, from 1.
        text: Description.
        codes: All its codes.
        error: Why the row cannot be read; empty if it can.
    """

    row: int
    text: str
    codes: Sequence[PriceCode] = ()
    error: str = ""


def level_ii_codes(codes: Sequence[PriceCode]) -> tuple[str, ...]:
    """The Level II codes among the codes of a line, each once, without modifiers.

    Hospitals write `HCPCS` or `CPT` for codes of either level, so the form of the code decides; a code of any
    other type may look like one and is none.
    """
    found = (read_code(one.code)[0] for one in codes if _may_be_hcpcs(one.type))
    return tuple(dict.fromkeys(code for code in found if code))


def told_type(codes: Sequence[PriceCode]) -> str:
    """What a line without a Level II code is counted under: the type of its first code."""
    for code, type_ in codes:
        if not _may_be_hcpcs(type_):
            return type_ if type_ in TYPES else OTHER_TYPE
        return _OTHER.get(read_code(code)[2], UNREADABLE)
    return NO_CODE


def _may_be_hcpcs(type_: str) -> bool:
    return not type_ or not {HCPCS, CPT}.isdisjoint(_WORD.findall(type_))
