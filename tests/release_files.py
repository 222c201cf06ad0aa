"""Releases made for tests: every descriptor in them is invented."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence

from openpyxl import Workbook

from index.release.fields import FIELDS

WIDTH = 320

TITLES = ["HCPC", "SEQNUM", "RECID", "LONG DESCRIPTION"] + [
    field.title if field.times == 1 else f"{field.title}{i + 1}"
    for field in FIELDS
    for i in range(field.times)
]


def head(code: str, text: str, *, width: int = WIDTH, **columns: str | Sequence[str]) -> str:
    """The first line of a code, or of a modifier when `code` has two characters."""
    kind = "7" if len(code) == 2 else "3"
    line = f"{code:>5}00100{kind}{text:<80}"
    for field in FIELDS:
        values = columns.get(field.name, _DEFAULTS.get(field.name, ""))
        values = [values] if isinstance(values, str) else list(values)
        values += [""] * (field.times - len(values))
        assert len(line) <= field.start - 1
        line = line.ljust(field.start - 1) + "".join(f"{value:<{field.width}}" for value in values)
    return line.ljust(width)


_DEFAULTS: Mapping[str, str] = {"effective_from": "20200101", "action_date": "20200101", "action": "N"}


def more(code: str, number: int, text: str, *, width: int = WIDTH) -> str:
    """A continuation: line `number` (2 and up) of a code or modifier."""
    kind = "8" if len(code) == 2 else "4"
    return f"{code:>5}{number * 100:05}{kind}{text:<80}".ljust(width)


def fixed_width(lines: Iterable[str]) -> bytes:
    """The lines as CMS ends and encodes them."""
    return "".join(f"{line}\r\n" for line in lines).encode("cp1252")


SMALL = (
    head("Z1", "Invented modifier of the left paw", short_description="Left paw", coverage="C"),
    head("A0001", "Invented bandage,", short_description="Bandage", pricing=["34", "46"], coverage="D"),
    more("A0001", 2, "for a large dog"),
    head("E0002", "Invented crutch, not otherwise specified", short_description="Crutch nos"),
    head(
        "K0003",
        "Invented kennel",
        cross_references=["E0002", "A0001"],
        effective_to="20241231",
        action="D",
        action_date="20250101",
    ),
)


def xlsx(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """A workbook with these sheets."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def book_row(
    code: str, text: str, *, kind: str = "3", sequence: str = "0010", **columns: object
) -> list[object]:
    """A row under `TITLES`."""
    row: list[object] = [f"{code:>5}", sequence, kind, text]
    for field in FIELDS:
        values = columns.get(field.name, _DEFAULTS.get(field.name) if kind in "37" else None)
        values = list(values) if isinstance(values, list) else [values]
        row += values + [None] * (field.times - len(values))
    return row


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip of these files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()
