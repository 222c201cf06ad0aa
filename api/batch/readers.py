"""Readers of batch files: CSV and JSON Lines, one row after another."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain, islice
from typing import Any, BinaryIO, Protocol

import msgspec

from api.batch.column_names import is_header
from api.batch.encodings import BOM, utf8_lines
from index.errors import HcpcsError

DELIMITERS = ",;\t|"
MAX_FIELD_CHARACTERS = 10_000_000  # csv's own limit of 131,072 would end the run at a single long cell
SHOWN_ROWS = 20  # after the first line, by which it is told whether it names the columns
JSON_OBJECT = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


class BatchError(HcpcsError):
    """A batch file cannot be read or written as asked."""


class InputRow(msgspec.Struct, frozen=True):
    """One row of the input.

    Attributes:
        columns: Column name -> value as it was read.
        error: Why the row cannot be answered; None if it can.
    """

    columns: dict[str, Any]
    error: str | None = None


class CountingLines:
    """Lines of a binary file, counted.

    Attributes:
        bytes_read: Number of bytes in the lines read so far; of rows, for a reader that counts those.
        total: What `bytes_read` will be at the end; 0 if unknown.
    """

    def __init__(self, file: BinaryIO, total: int = 0) -> None:
        self._file = file
        self.bytes_read = 0
        self.total = total

    def __iter__(self) -> Iterator[bytes]:
        for line in self._file:
            self.bytes_read += len(line)
            yield line


class CsvReader:
    """Reads a CSV file: the header when it is made, the rows when they are asked for.

    Attributes:
        columns: Names in the header, in order; none is empty and no two are equal. `column_1` and so on where
            the file has no header.
        has_header: Whether the first line names the columns; else it is the first row.
        delimiter: Comma, semicolon, tab or bar: the one that is most frequent in the header.
        bom: Whether the file begins with a byte order mark, as spreadsheets write it.
        skipped: Number of empty lines so far.

    Raises:
        BatchError: If the file is empty, or its header does not name each column differently.
    """

    def __init__(self, lines: Iterable[bytes], header: bool | None = None, known: Sequence[str] = ()) -> None:
        """Read the header, and as many rows as it takes to tell it from a row.

        Args:
            lines: The file's.
            header: Whether there is one; None to tell by the names, and by the rows below.
            known: Names that the user gave: a first line with one of them is a header.
        """
        iterator = utf8_lines(lines)
        first = next(iterator, b"")
        self.bom = first.startswith(BOM)
        first = first.removeprefix(BOM)
        self.delimiter = max(DELIMITERS, key=decode_line(first).count)
        csv.field_size_limit(MAX_FIELD_CHARACTERS)
        self._reader = csv.reader(_decode_lines(first, iterator), delimiter=self.delimiter)
        self.skipped = 0
        cells = self._next() or []
        self._shown = self._take(SHOWN_ROWS)
        names = tuple(cell.strip() for cell in cells)
        self.has_header = header if header is not None else self._names_columns(cells, known)
        if self.has_header or not any(names):
            self.columns = self._checked(names)
        else:
            self._shown.insert(0, cells)
            self.columns = tuple(f"column_{number}" for number in range(1, len(cells) + 1))

    def _names_columns(self, cells: Sequence[str], known: Sequence[str]) -> bool:
        names = [cell.strip() for cell in cells]
        return any(name in names for name in known) or is_header(cells, [row for row in self._shown if row])

    def _take(self, rows: int) -> list[list[str]]:
        """The next rows, up to one that cannot be read, which is told when it is asked for."""
        taken: list[list[str]] = []
        try:
            taken += islice(self._reader, rows)
        except csv.Error as error:
            self._broken = self._error(error)
        return taken

    _broken: BatchError | None = None

    def _next(self) -> list[str] | None:
        try:
            return next(self._reader, None)
        except csv.Error as error:
            raise self._error(error) from None

    def _error(self, error: csv.Error) -> BatchError:
        said = "it is no text, or has line ends of another kind" if "new-line" in str(error) else error
        return BatchError(f"line {self._reader.line_num} of the CSV file cannot be read: {said}")

    def _checked(self, names: tuple[str, ...]) -> tuple[str, ...]:
        if not any(names):
            raise BatchError("the CSV file has no header line with column names")
        if not all(names):
            raise BatchError("a column of the CSV file has no name; every column needs a name of its own")
        if len(set(names)) < len(names):
            raise BatchError(
                "several columns of the CSV file have the same name; every column needs a name of its own"
            )
        return names

    def __iter__(self) -> Iterator[InputRow]:
        shown, self._shown = self._shown, []
        try:
            for values in chain(shown, self._reader if self._broken is None else ()):
                if values:
                    yield self._row(values)
                else:
                    self.skipped += 1
        except csv.Error as error:
            raise self._error(error) from None
        if self._broken is not None:
            raise self._broken

    def _row(self, values: Sequence[str]) -> InputRow:
        """A row. One with too many fields loses nothing: the surplus is joined into its last column."""
        width = len(self.columns)
        if len(values) == width:
            return InputRow(dict(zip(self.columns, values, strict=True)))
        error = f"the row has {len(values)} fields, the header has {width}"
        if len(values) > width:
            values = [*values[: width - 1], self.delimiter.join(values[width - 1 :])]
        missing = [""] * (width - len(values))
        return InputRow(dict(zip(self.columns, [*values, *missing], strict=True)), error)


class JsonLinesReader:
    """Reads a JSON Lines file. `skipped` is the number of empty lines so far."""

    columns: tuple[str, ...] = ()

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = utf8_lines(lines)
        self.skipped = 0

    def __iter__(self) -> Iterator[InputRow]:
        for number, line in enumerate(self._lines):
            content = line.removeprefix(BOM) if number == 0 else line
            if content.strip():
                yield _json_row(content)
            else:
                self.skipped += 1


class RowReader(Protocol):
    """What every reader has.

    Attributes:
        columns: Names of the columns; empty for JSON Lines, whose rows have their own.
        skipped: Number of empty lines so far.
    """

    columns: tuple[str, ...]
    skipped: int

    def __iter__(self) -> Iterator[InputRow]:
        """The rows."""


def _json_row(line: bytes) -> InputRow:
    """The row of a line. A line that is not a JSON object is kept in the column `input_line`."""
    try:
        return InputRow(JSON_OBJECT.decode(line))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return InputRow({"input_line": decode_line(line).rstrip("\r\n")}, "the line is not a JSON object")


def decode_line(line: bytes) -> str:
    """A line as text: UTF-8, else cp1252, which older spreadsheets write."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def _decode_lines(first: bytes, rest: Iterator[bytes]) -> Iterator[str]:
    yield decode_line(first)
    for line in rest:
        yield decode_line(line)
