"""Writers of batch files: each row's own columns with the answer beside them, as CSV or JSON Lines."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from typing import Any

import msgspec

from api.batch.readers import BOM, InputRow
from suggest.answer import Answer

# What makes a spreadsheet run a cell as a formula: OWASP's list for CSV injection, in ASCII and full width,
# with the bar of DDE calls. Programs that trim cells see the sign behind blanks and invisible characters too.
FORMULA_START = re.compile(
    "[\t\r\n]|[\\s\\x00-\\x1f\\x7f\xad\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]*"
    "[=+\\-@|\uff1d\uff0b\uff0d\uff20\uff5c\ufe62\ufe63\ufe66\ufe6b\u207a\u207b]"
)
NUMBER = re.compile(r" *[+-]?\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?%? *")
ENCODE = msgspec.json.Encoder(decimal_format="number").encode
RANK_COLUMNS = ("code", "confidence", "description", "status")  # for each rank; `status` is that on the date
ROW_COLUMNS = ("no_good_match", "looks_like", "date_of_service", "release", "warnings", "error")
PREFIX = "hcpcs_"  # put before the name of an output field when the input has a field of the same name


class RowResult(msgspec.Struct, frozen=True):
    """A row with its answer.

    Attributes:
        row: The row as it was read.
        answer: None if the row has no usable text or date.
        error: Why the row has no suggestions; None if it could be answered.
    """

    row: InputRow
    answer: Answer | None
    error: str | None


class CsvWriter:
    """Writes CSV: the input's columns, then `RANK_COLUMNS` for each rank, then `ROW_COLUMNS`.

    Args:
        columns: Names of the input's columns, in order.
        k: Ranks for which there are columns.
        delimiter: Between fields.
        bom: Whether to begin with a byte order mark.

    Attributes:
        neutralised: Number of cells that a spreadsheet would have run as formulas and that now begin with
            an apostrophe.
        renamed: Output columns that got `PREFIX` because the input has a column of the same name.
    """

    def __init__(self, columns: Sequence[str], k: int, delimiter: str = ",", bom: bool = False) -> None:
        ranked = (f"{part}_{rank}" for rank in range(1, k + 1) for part in RANK_COLUMNS)
        added = [*ranked, *ROW_COLUMNS]
        self.renamed = [name for name in added if name in columns]
        self._columns = tuple(columns)
        self._header = [*columns, *(PREFIX + name if name in columns else name for name in added)]
        self._k = k
        self._delimiter = delimiter
        self._bom = bom
        self.neutralised = 0

    def header(self) -> bytes:
        """The first line."""
        return (BOM if self._bom else b"") + self._encode([self._header])

    def rows(self, results: Sequence[RowResult]) -> bytes:
        """The lines of the given results."""
        return self._encode([self._cells(result) for result in results])

    def _cells(self, result: RowResult) -> list[str]:
        cells = [_cell(result.row.columns.get(name)) for name in self._columns]
        suggestions = result.answer.suggestions[: self._k] if result.answer else ()
        for suggestion in suggestions:
            confidence = f"{suggestion.confidence:.4f}"
            cells += [suggestion.code, confidence, suggestion.description, suggestion.status]
        cells += [""] * (len(RANK_COLUMNS) * (self._k - len(suggestions)))
        return [*cells, *_row_cells(result.answer), result.error or ""]

    def _encode(self, rows: Sequence[Sequence[str]]) -> bytes:
        lines = _Lines()
        # With "\n" alone, csv would leave a cell with "\r" unquoted, which readers take for a new line.
        writer = csv.writer(lines, delimiter=self._delimiter, lineterminator="\r\n")
        writer.writerows([[self._neutralise(cell) for cell in cells] for cells in rows])
        return "".join(lines.written).encode("utf-8", errors="replace")

    def _neutralise(self, cell: str) -> str:
        """The cell, with an apostrophe before what would be a formula; signed numbers stay as they are."""
        if FORMULA_START.match(cell) and not NUMBER.fullmatch(cell):
            self.neutralised += 1
            return f"'{cell}"
        return cell


def _row_cells(answer: Answer | None) -> list[str]:
    """The cells of `ROW_COLUMNS` without the last, the error; empty without an answer."""
    if answer is None:
        return [""] * (len(ROW_COLUMNS) - 1)
    return [
        str(answer.no_good_match).lower(),
        answer.looks_like.system if answer.looks_like else "",
        str(answer.date_of_service),
        answer.release,
        "; ".join(answer.warnings),
    ]


class _Lines:
    """What csv writes to: lines, which then end in a line feed alone."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, line: str) -> None:
        self.written.append(line.removesuffix("\r\n") + "\n")


def _cell(value: Any) -> str:
    """A value of an input row as text."""
    if value is None:
        return ""
    return value if isinstance(value, str) else ENCODE(value).decode()


class JsonLinesWriter:
    """Writes JSON Lines: the row's own fields, then those of the Answer.

    Attributes:
        neutralised: Always 0: JSON has no formulas.
        renamed: Always empty: fields are renamed row by row.
    """

    def __init__(self) -> None:
        self.neutralised = 0
        self.renamed: list[str] = []

    def header(self) -> bytes:
        """Empty: JSON Lines have no header."""
        return b""

    def rows(self, results: Sequence[RowResult]) -> bytes:
        """The lines of the given results."""
        return b"".join(ENCODE(self._fields(result)) + b"\n" for result in results)

    def _fields(self, result: RowResult) -> dict[str, Any]:
        fields = dict(result.row.columns)
        added: dict[str, Any] = {"suggestions": ()}
        if result.answer is not None:
            added = msgspec.structs.asdict(result.answer)
        for name, value in {**added, "error": result.error}.items():
            if name not in fields:
                fields[name] = value
            elif fields[name] != value:  # the row's own field stays as it was
                fields[PREFIX + name] = value
        return fields


RowWriter = CsvWriter | JsonLinesWriter
