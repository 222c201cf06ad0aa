"""Which column of a file holds the dates of service, found by name and content."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from api.batch.readers import BatchError, InputRow
from api.dates import Order, is_ambiguous, order_of, parse_date

SAMPLE_ROWS = 500  # first rows whose content decides
MIN_READABLE = 0.5  # share of the filled cells of a column named like one of dates of service
MIN_DATES = 0.8  # the same of a column with another name

_WORD = re.compile(r"[a-z]+")
_SERVICE = re.compile(
    r"\bdos\b|\b(?:dates? of )?(?:service|serv|svc|srv|servicing)s?\b.*\b(?:date|dt|day|from|start|begin)\b"
    r"|\b(?:date|dt|day)s?\b.*\b(?:service|serv|svc|srv)\b|\bservicedate\b|\bdateofservice\b|\bsvcdt\b|\bdosfrom\b"
)
_LAST_DAY = re.compile(r"\b(?:to|thru|through|end|until|last|thrudate|enddate|todate)\b")
_OTHER = re.compile(
    r"birth|\bdob\b|death|\bdod\b|paid|payment|post|creat|updat|modif|load|print|expir|due|receiv|sign|bill|submi"
    r"|invoice|admit|admission|discharge|term|retire|chang|entry|entered|report|run|review|effective|eff\b"
)


class DateColumn(msgspec.Struct, frozen=True):
    """Where the dates of service stand.

    Attributes:
        name: The column; None for the date of the whole file.
        order: Of month and day where both are numbers.
        said: What to tell the user of it; empty for nothing.
    """

    name: str | None = None
    order: Order = "month first"
    said: str = ""


def find_date_column(columns: Sequence[str], rows: Sequence[InputRow], text_column: str) -> DateColumn:
    """The column with the dates of service, by its name and its first cells.

    Args:
        columns: Names of the columns.
        rows: The first rows.
        text_column: The column of the texts, which is none.

    Raises:
        BatchError: If several columns may be it.
    """
    others = [name for name in columns if name != text_column]
    named = [name for name in others if _SERVICE.search(_words(name))]
    found = [name for name in named if _share(name, rows) >= MIN_READABLE] or named
    first_days = [name for name in found if not _LAST_DAY.search(_words(name))]
    found = first_days or found
    if not found:
        found = [
            name for name in others if not _OTHER.search(_words(name)) and _share(name, rows) >= MIN_DATES
        ]
    if len(found) > 1:
        raise BatchError(
            f"several columns may hold the dates of service: {', '.join(found)}; say with --date-column"
            " which, or with --on that one date holds for all rows"
        )
    if not found:
        return DateColumn()
    return described(found[0], rows, "found by its name" if named else "found by its content")


def described(name: str, rows: Sequence[InputRow], how: str = "") -> DateColumn:
    """A date column with the order of month and day in it, and a sentence about both."""
    cells = [str(value) for row in rows if (value := row.columns.get(name)) not in (None, "")]
    order, shown = order_of(cells)
    notes = [f"({how})"] if how else []
    if order == "day first":
        notes.append("day before month, as the column shows")
    elif not shown and any(map(is_ambiguous, cells)):
        notes.append("month before day, since nothing in the column shows which is which")
    if not cells:
        notes.append("its first cells are empty")
    said = f"dates of service come from column {name!r} {'; '.join(notes)}" if notes else ""
    return DateColumn(name, order, said)


def _words(name: str) -> str:
    """The words of a column's name, small, also where capitals divide them (`ServiceDate`)."""
    divided = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(_WORD.findall(divided.lower()))


def _share(name: str, rows: Sequence[InputRow]) -> float:
    """The share of a column's filled cells that are dates; 0 for an empty column."""
    cells = [value for row in rows if (value := row.columns.get(name)) not in (None, "")]
    return sum(map(_is_date, cells)) / len(cells) if cells else 0.0


def _is_date(value: Any) -> bool:
    try:
        return parse_date(value) is not None
    except ValueError:
        return False
