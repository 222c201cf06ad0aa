"""A row that has a code, and what an audit finds in it."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

import msgspec

from index.code_systems import DENTAL, LEVEL_I, LEVEL_II, SECTION

FindingKind = Literal["ended", "unknown", "text", "catch-all", "units", "ndc", "same-text"]

TITLES: dict[FindingKind, str] = {
    "ended": "Ended codes",
    "unknown": "Unknown codes",
    "text": "Text and code",
    "catch-all": "Catch-all codes",
    "units": "Units",
    "ndc": "NDC and code",
    "same-text": "Same text",
}
"""A heading for each kind of finding, in the order in which they are shown."""

EXPLANATIONS: dict[FindingKind, str] = {
    "ended": "The code is not in effect on the date of the row.",
    "unknown": "The release has no such code.",
    "text": "The text fits another code well and hardly fits the code of the row.",
    "catch-all": "The code is for what has no code of its own, and a specific code fits the text.",
    "units": "The units exceed CMS's unit limit of the setting, or do not fit the amount in the text.",
    "ndc": "CMS's crosswalk assigns another code to the National Drug Code.",
    "same-text": "Rows with the same text have different codes.",
}

_CODE = re.compile(rf"({SECTION}\d{{4}}|D\d{{4}}|\d{{5}}|\d{{4}}[FTUAM])(?:[\s,;:/-]*([A-Z0-9]{{2}}))*")
_MODIFIER = re.compile(r"[A-Z0-9]{2}")


class AuditRow(msgspec.Struct, frozen=True):
    """A row of a charge master or a claims extract, read.

    Attributes:
        text: What the row is for; empty where it has none.
        code: Level II code, upper case; empty where the row has none.
        other: "cpt" or "dental" for a code of those systems, "unreadable" for no code at all, "" for none.
        modifiers: Two characters each.
        units: Units billed; 1 where the file has no units.
        has_units: Whether the file states them.
        ndc: National Drug Code as written; empty where the row has none.
        on: Date of service.
        price: Dollars of the row, or None.
        error: Why the row cannot be checked; empty if it can.
    """

    text: str
    code: str
    other: str = ""
    modifiers: tuple[str, ...] = ()
    units: float = 1.0
    on: date = date.min
    price: float | None = None
    error: str = ""
    has_units: bool = False
    ndc: str = ""


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong or doubtful.

    Attributes:
        row: Number of the row in the file, from 1, the header not counted.
        kind: See `EXPLANATIONS`.
        code: The row's code.
        text: The row's text.
        reason: A sentence for a person.
        suggested: The code that fits better, or the successor; empty where none is known.
        confidence: Probability, 0 to 1, that the suggested code fits the text; None where that is not known.
        units: Units of the row.
        on: Date of service.
        amount: Dollars at stake: units times the fee of the code where a table states one, else the row's own
            price; None where neither is known.
        basis: Where the amount comes from.
        rows: Number of rows with this text and code, for `same-text`.
    """

    row: int
    kind: FindingKind
    code: str
    text: str
    reason: str
    suggested: str = ""
    confidence: float | None = None
    units: float = 1.0
    on: date = date.min
    amount: float | None = None
    basis: str = ""
    rows: int = 1


def read_code(cell: str) -> tuple[str, tuple[str, ...], str]:
    """The code in a cell, its modifiers, and what else it is: see `AuditRow.other`."""
    text = cell.strip().upper().removesuffix(".0")
    match = _CODE.fullmatch(text)
    if not text or match is None:
        return "", (), "unreadable" if text else ""
    code = match[1]
    if LEVEL_II.matches(code):
        return code, tuple(_MODIFIER.findall(text[len(code) :])), ""
    return "", (), "dental" if DENTAL.fullmatch(code) else "cpt" if LEVEL_I.matches(code) else "unreadable"
