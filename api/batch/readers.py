"""Readers of batch files: CSV and JSON Lines, one row after another."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, BinaryIO

import msgspec

from index.errors import HcpcsError

DELIMITERS = ",;\t|"
MAX_FIELD_CHARACTERS = 10_000_000  # csv's own limit of 131,072 would end the run at a single long cell
BOM = b"\xef\xbb\xbf"
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
    """Lines of a binary file. `bytes_read` is the number of bytes in the lines read so far."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.bytes_read = 0

    def __iter__(self) -> Iterator[bytes]:
        for line in self._file:
            self.bytes_read += len(line)
            yield line


class CsvReader:
    """Reads a CSV file: the header when it is made, the rows when they are asked for.

    Attributes:
        columns: Names in the header, in order; none is empty and no two are equal.
        delimiter: Comma, semicolon, tab or bar: the one that is most frequent in the header.
        bom: Whether the file begins with a byte order mark, as spreadsheets write it.
        skipped: Number of empty lines so far.

    Raises:
        BatchError: If the file is UTF-16, or its header is missing or does not name each column differently.
    """

    def __init__(self, lines: Iterable[bytes]) -> None:
        iterator = iter(lines)
        first = next(iterator, b"")
        if first.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise BatchError("the CSV file is UTF-16; save it as 'CSV UTF-8'")
        self.bom = first.startswith(BOM)
        first = first.removeprefix(BOM)
        self.delimiter = max(DELIMITERS, key=decode_line(first).count)
        csv.field_size_limit(MAX_FIELD_CHARACTERS)
        self._reader = csv.reader(_decode_lines(first, iterator), delimiter=self.delimiter)
        self.columns = self._header()
        self.skipped = 0

    def _header(self) -> tuple[str, ...]:
        try:
            names = tuple(name.strip() for name in next(self._reader, []))
        except csv.Error as error:
            raise BatchError(f"line 1 of the CSV file cannot be read: {error}") from None
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
        try:
            for values in self._reader:
                if values:
                    yield self._row(values)
                else:
                    self.skipped += 1
        except csv.Error as error:
            line = self._reader.line_num
            raise BatchError(f"line {line} of the CSV file cannot be read: {error}") from None

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

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = lines
        self.skipped = 0

    def __iter__(self) -> Iterator[InputRow]:
        for number, line in enumerate(self._lines):
            content = line.removeprefix(BOM) if number == 0 else line
            if content.strip():
                yield _json_row(content)
            else:
                self.skipped += 1


RowReader = CsvReader | JsonLinesReader


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
