"""A history as a table for researchers: one row for each wording of each code."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import get_type_hints

import msgspec

from index.errors import ArtifactError
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


MEANINGS: Mapping[str, str] = {
    "code": "the code, or a modifier's two characters; a code with two lives has the rows of both",
    "wording": "number of the wording, from 1, oldest first",
    "wordings": "how many wordings the code has",
    "came_earliest": "first day of the code: the earliest possible one; came_latest if it is known",
    "came_latest": "first day of the code: the latest possible one",
    "ended_earliest": "last day of the code: the earliest possible one; empty while there is none",
    "ended_latest": "last day of the code: the latest possible one",
    "since_earliest": "first day of this wording: the earliest possible; empty for the first known wording",
    "since_latest": "first day of this wording: the latest possible one",
    "long_description": "CMS's long descriptor in this wording",
    "short_description": "CMS's short descriptor in this wording",
    "first_release": "the first release at hand that has this wording",
    "last_release": "the last release at hand that has this wording",
    "successors": "CMS's cross-references of an ended code, blanks between",
}
"""The data dictionary: what each column of `HistoryRow` means."""

_TYPES = {"wording": "integer", "wordings": "integer"}


def data_dictionary() -> str:
    """The data dictionary as CSV: column, type, meaning."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("column", "type", "meaning"))
    for column, meaning in MEANINGS.items():
        dated = column.endswith(("_earliest", "_latest"))
        writer.writerow((column, "date" if dated else _TYPES.get(column, "text"), meaning))
    return file.getvalue()


def write_history_parquet(history: History, path: Path) -> None:
    """Write the rows as a Parquet file; each column carries its meaning as metadata.

    Raises:
        ArtifactError: If pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise ArtifactError(
            "Parquet needs the extra `parquet`: pip install -c constraints.txt -e '.[parquet]'; CSV does not"
        ) from None
    kinds = {int: pa.int32(), str: pa.string()}
    fields = [
        pa.field(name, kinds.get(kind, pa.date32()), metadata={"description": MEANINGS[name]})
        for name, kind in get_type_hints(HistoryRow).items()
    ]
    rows = [msgspec.structs.asdict(row) for row in history_rows(history)]
    parquet.write_table(pa.Table.from_pylist(rows, schema=pa.schema(fields)), path, compression="zstd")


def history_csv(history: History) -> str:
    """The rows as CSV; a cell that a spreadsheet would run as a formula gets a leading apostrophe."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HistoryRow.__struct_fields__)
    for row in history_rows(history):
        cells = ["" if cell is None else str(cell) for cell in msgspec.structs.astuple(row)]
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell for cell in cells])
    return file.getvalue()
