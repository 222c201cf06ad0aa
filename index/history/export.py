"""A history as a table for researchers: one row for each wording of each code."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date

import msgspec

from index.history.spans import CodeHistory, History, Interval

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class HistoryRow(msgspec.Struct, frozen=True):
    """One wording of a code or modifier.

    Of each pair of days the first is the earliest and the second the latest possible one, both inclusive;
    equal where it is known, None where no release at hand bounds it. `docs/data.md` has the data dictionary.
    """

    code: str
    wording: int  # from 1, oldest first
    wordings: int  # how many the code has
    came_earliest: date | None
    came_latest: date | None
    ended_earliest: date | None
    ended_latest: date | None
    since_earliest: date | None
    since_latest: date | None
    long_description: str
    short_description: str
    first_release: str
    last_release: str
    successors: str  # CMS's cross-references, blanks between


def history_rows(history: History) -> Iterator[HistoryRow]:
    """The rows of all codes, then of all modifiers."""
    for each in (*history.codes, *history.modifiers):
        yield from _rows(each)


def _rows(each: CodeHistory) -> Iterator[HistoryRow]:
    for number, wording in enumerate(each.wordings, 1):
        yield HistoryRow(
            each.code,
            number,
            len(each.wordings),
            *_days(each.came),
            *_days(each.ended),
            *_days(wording.since),
            wording.long_description,
            wording.short_description,
            wording.releases[0],
            wording.releases[-1],
            " ".join(each.record.successors),
        )


def _days(interval: Interval | None) -> tuple[date | None, date | None]:
    return (None, None) if interval is None else (interval.earliest, interval.latest)


def history_csv(history: History) -> str:
    """The rows as CSV; a cell that a spreadsheet would run as a formula gets a leading apostrophe."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HistoryRow.__struct_fields__)
    for row in history_rows(history):
        cells = ["" if cell is None else str(cell) for cell in msgspec.structs.astuple(row)]
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell for cell in cells])
    return file.getvalue()
