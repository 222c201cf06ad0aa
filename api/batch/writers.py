"""Writers of batch files: each row's own columns with the encoded answer beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from api.batch.encoders import (
    ENCODE,
    RANK_COLUMNS,
    ROW_COLUMNS,
    AnswerEncoder,
    CsvEncoder,
    Encoded,
    JsonEncoder,
    csv_line,
)
from api.batch.encodings import BOM

if TYPE_CHECKING:
    from api.batch.readers import InputRow

PREFIX = "hcpcs_"  # put before the name of an output field when the input has a field of the same name
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])


class RowWriter(Protocol):
    """What every writer has.

    Attributes:
        encoder: Encodes answers for this file.
        renamed: Output columns that got `PREFIX` because the input has a column of the same name.
        neutralised: Number of cells of the input that a spreadsheet would have run as formulas, and that now
            begin with an apostrophe.
    """

    encoder: AnswerEncoder
    renamed: list[str]
    neutralised: int

    def header(self) -> bytes:
        """What the file begins with."""

    def rows(self, rows: Sequence[InputRow], answers: Sequence[Encoded]) -> bytes:
        """The bytes of the given rows."""


def added_columns(columns: Sequence[str], k: int) -> tuple[list[str], list[str]]:
    """Names of the columns that an answer adds, and those of them that get `PREFIX`."""
    ranked = (f"{part}_{rank}" for rank in range(1, k + 1) for part in RANK_COLUMNS)
    added = [*ranked, *ROW_COLUMNS]
    return [PREFIX + name if name in columns else name for name in added], [
        name for name in added if name in columns
    ]


class CsvWriter:
    """Writes CSV: the input's columns, then `RANK_COLUMNS` for each rank, then `ROW_COLUMNS`.

    Args:
        columns: Names of the input's columns, in order.
        k: Ranks for which there are columns.
        delimiter: Between fields.
        bom: Whether to begin with a byte order mark.
    """

    def __init__(self, columns: Sequence[str], k: int, delimiter: str = ",", bom: bool = False) -> None:
        self._columns = tuple(columns)
        self._added, self.renamed = added_columns(columns, k)
        self._delimiter = delimiter
        self._bom = bom
        self.encoder: AnswerEncoder = CsvEncoder(k, delimiter)
        self.neutralised = 0

    def header(self) -> bytes:
        """The first line."""
        line, self.neutralised = csv_line([*self._columns, *self._added], self._delimiter)
        return (BOM if self._bom else b"") + f"{line}\n".encode(errors="replace")

    def rows(self, rows: Sequence[InputRow], answers: Sequence[Encoded]) -> bytes:
        """The lines of the given rows."""
        return b"".join(
            [self._own(row) + answer.data + b"\n" for row, answer in zip(rows, answers, strict=True)]
        )

    def _own(self, row: InputRow) -> bytes:
        line, changed = csv_line(
            [cell_text(row.columns.get(name)) for name in self._columns], self._delimiter
        )
        self.neutralised += changed
        return (line or '""').encode(errors="replace")


def cell_text(value: Any) -> str:
    """A value of an input row as text."""
    if value is None:
        return ""
    return value if isinstance(value, str) else ENCODE(value).decode().strip('"')


class JsonLinesWriter:
    """Writes JSON Lines: the row's own fields, then those of the Answer; fields are renamed row by row."""

    def __init__(self) -> None:
        self.encoder: AnswerEncoder = JsonEncoder()
        self.neutralised = 0  # JSON has no formulas
        self.renamed: list[str] = []

    def header(self) -> bytes:
        """Empty: JSON Lines have no header."""
        return b""

    def rows(self, rows: Sequence[InputRow], answers: Sequence[Encoded]) -> bytes:
        """The lines of the given rows."""
        return b"".join([_json_line(row, answer) for row, answer in zip(rows, answers, strict=True)])


def _json_line(row: InputRow, answer: Encoded) -> bytes:
    fields: dict[str, Any] = dict(row.columns)
    for name, value in _FIELDS.decode(answer.data).items():
        if name not in fields:
            fields[name] = value
        elif ENCODE(fields[name]) != bytes(value):  # the row's own field stays as it was
            fields[PREFIX + name] = value
    return ENCODE(fields) + b"\n"
