"""Answers laid out as rows of a batch file: CSV columns or JSON fields beside the row's own."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

import msgspec

from api.batch.readers import BOM, Row
from suggest.answer import Answer

# What a spreadsheet would run as a formula, in ASCII and in full width.
FORMULA = re.compile("[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?%?")
ENCODE = msgspec.json.Encoder(decimal_format="number").encode
OWN = "hcpcs_"  # put before a field of ours where the row has one of that name


class Result(msgspec.Struct, frozen=True):
    """A row with its answer, or with the reason why there is none."""

    row: Row
    answer: Answer | None
    error: str | None


class CsvOutput:
    """Writes CSV: the input's columns, then `code_1`, `confidence_1`, `description_1`, ..., the two verdicts.

    Attributes:
        neutralised: Cells that would have run as formulas and now begin with an apostrophe.
        renamed: Our columns that had to be renamed because the input has one of that name.
    """

    def __init__(self, columns: Sequence[str], k: int, delimiter: str = ",", bom: bool = False) -> None:
        ours = [
            *(f"{part}_{rank}" for rank in range(1, k + 1) for part in ("code", "confidence", "description")),
            "no_good_match",
            "error",
        ]
        self.renamed = [name for name in ours if name in columns]
        self._columns = tuple(columns)
        self._header = [*columns, *(OWN + name if name in columns else name for name in ours)]
        self._k = k
        self._delimiter = delimiter
        self._bom = bom
        self.neutralised = 0

    def header(self) -> bytes:
        """The first line."""
        return (BOM if self._bom else b"") + self._encode([self._header])

    def rows(self, results: Sequence[Result]) -> bytes:
        """Lines of some rows."""
        return self._encode([self._cells(result) for result in results])

    def _cells(self, result: Result) -> list[str]:
        cells = [_text(result.row.columns.get(name)) for name in self._columns]
        found = result.answer.suggestions if result.answer else ()
        for rank in range(self._k):
            one = found[rank] if rank < len(found) else None
            cells += [one.code, f"{one.confidence:.4f}", one.description] if one else ["", "", ""]
        cells.append("" if result.answer is None else str(result.answer.no_good_match).lower())
        return [*cells, result.error or ""]

    def _encode(self, rows: Sequence[Sequence[str]]) -> bytes:
        out = io.StringIO()
        writer = csv.writer(out, delimiter=self._delimiter, lineterminator="\n")
        writer.writerows([[self._safe(cell) for cell in cells] for cells in rows])
        return out.getvalue().encode("utf-8", errors="replace")

    def _safe(self, cell: str) -> str:
        """A cell that a spreadsheet takes as text; numbers with a sign stay numbers."""
        if FORMULA.match(cell) and not NUMBER.fullmatch(cell):
            self.neutralised += 1
            return f"'{cell}"
        return cell


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else ENCODE(value).decode()


class JsonOutput:
    """Writes JSON Lines: the row's own fields, then the Answer's."""

    def __init__(self) -> None:
        self.neutralised = 0
        self.renamed: list[str] = []

    def header(self) -> bytes:
        """JSON Lines have none."""
        return b""

    def rows(self, results: Sequence[Result]) -> bytes:
        """Lines of some rows."""
        return b"".join(ENCODE(self._fields(result)) + b"\n" for result in results)

    def _fields(self, result: Result) -> dict[str, Any]:
        fields = dict(result.row.columns)
        if result.answer is None:
            ours: dict[str, Any] = {"suggestions": (), "error": result.error}
        else:
            ours = msgspec.structs.asdict(result.answer) | {"error": result.error}
        for name, value in ours.items():
            if name not in fields:
                fields[name] = value
            elif fields[name] != value:  # the row's own field stays as it was
                fields[OWN + name] = value
        return fields
