"""The columns of a release and the field of `Record` that each one fills.

Source: CMS's record layout (`HCPC2026_recordlayout.txt`, "HCPCS Contractor Record"), a work of the
U.S. Government. Column numbers are 1-based, as there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from index.records import Modifier, Record


class Field(NamedTuple):
    """A group of columns that fills one field of `Record`.

    `title` is the name in CMS's workbook; a field that occurs several times is numbered there
    (`PRICE1` to `PRICE4`).
    """

    name: str
    title: str
    start: int
    width: int
    times: int = 1


CODE = slice(0, 5)
SEQUENCE = slice(5, 10)
RECORD_CODE = 10
LONG_DESCRIPTION = slice(11, 91)

FIELDS = (
    Field("short_description", "SHORT DESCRIPTION", 92, 28),
    Field("pricing", "PRICE", 120, 2, 4),
    Field("multiple_pricing", "MULT_PI", 128, 1),
    Field("coverage_manual", "CIM", 129, 6, 3),
    Field("carriers_manual", "MCM", 147, 8, 3),
    Field("statute", "STATUTE", 171, 10),
    Field("lab_certifications", "LABCERT", 181, 3, 8),
    Field("cross_references", "XREF", 205, 5, 5),
    Field("coverage", "COV", 230, 1),
    Field("asc_group", "ASC_GRP", 231, 2),
    Field("asc_date", "ASC_DT", 233, 8),
    Field("opps", "OPPS", 241, 3),
    Field("opps_indicator", "OPPS_PI", 244, 1),
    Field("opps_date", "OPPS_DT", 245, 8),
    Field("processing_note", "PROCNOTE", 253, 4),
    Field("betos", "BETOS", 257, 3),
    Field("types_of_service", "TOS", 261, 1, 5),
    Field("anesthesia_units", "ANEST_BU", 266, 3),
    Field("effective_from", "ADD DT", 269, 8),
    Field("action_date", "ACT EFF DT", 277, 8),
    Field("effective_to", "TERM DT", 285, 8),
    Field("action", "ACTION CD", 293, 1),
)

MANY = frozenset(field.name for field in FIELDS if field.times > 1)
LIFE_DATES = frozenset({"effective_from", "effective_to"})
DATES = {
    field.name: field.title
    for field in FIELDS
    if field.name in LIFE_DATES | {"asc_date", "opps_date", "action_date"}
}
"""The date fields and what CMS calls them."""

CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 161)], " ")
"""Control characters and the no-break space, each read as one blank (for `str.translate`)."""

_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")

Cells = Mapping[str, tuple[str, ...]]


class ReleaseRow(NamedTuple):
    """One line of a release, in any file form.

    Attributes:
        line: 1-based line or row in the file.
        key: The code column with its blanks; that of a modifier starts with three.
        sequence: SEQNUM in steps of one (1 is the first line); 0 when the file has none.
        kind: RECID: 3 and 7 start a code and a modifier, 4 and 8 continue them; empty when there is none.
        text: This line's part of the long descriptor, without outer blanks.
        cells: Field name -> values of the filled columns; empty on a continuation line.
    """

    line: int
    key: str
    sequence: int
    kind: str
    text: str
    cells: Cells


@lru_cache(1 << 12)
def read_date(text: str) -> date | None:
    """A date as releases write it: `20260101`, `2026-01-01`, `1/1/2026`; blanks and zeros mean none.

    Raises:
        ValueError: If it has none of these forms or is no day of the calendar.
    """
    text = text.strip()
    if not text.strip("0"):
        return None
    if match := _COMPACT.fullmatch(text) or _ISO.fullmatch(text):
        year, month, day = match.groups()
    elif match := _AMERICAN.fullmatch(text):
        month, day, year = match.groups()
    else:
        raise ValueError("not a date")
    return date(int(year), int(month), int(day))


def cell_text(value: object) -> str:
    """A workbook's cell as the text that the fixed-width file would hold.

    Whole floats lose their fraction and dates become YYYYMMDD: workbooks mix both with text.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (datetime, date)):
        return f"{value:%Y%m%d}"
    return str(value).translate(CONTROLS)


def to_record(code: str, text: str, cells: Cells, dates: Mapping[str, date | None]) -> Record:
    """A record from its columns; `dates` holds the date fields, already read."""
    values: dict[str, object] = {
        name: cell if name in MANY else cell[0] for name, cell in cells.items() if name not in DATES
    }
    if "cross_references" in values:
        values["cross_references"] = _upper(cells["cross_references"])
    return Record(code=code, long_description=text, **values, **dates)  # type: ignore[arg-type]


def to_modifier(code: str, text: str, cells: Cells, dates: Mapping[str, date | None]) -> Modifier:
    """A modifier from its columns, without the payment columns, which modifiers do not use."""
    texts = {name: cells[name][0] for name in ("short_description", "action", "coverage") if name in cells}
    days = {name: day for name, day in dates.items() if name not in {"asc_date", "opps_date"}}
    return Modifier(modifier=code, long_description=text, **texts, **days)  # type: ignore[arg-type]


def _upper(codes: Sequence[str]) -> tuple[str, ...]:
    return tuple(code.upper() for code in codes)
