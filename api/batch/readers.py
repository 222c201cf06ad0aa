"""Rows of a batch file, read one after another: CSV and JSON Lines."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, BinaryIO

import msgspec

from index.errors import HcpcsError

DELIMITERS = ",;\t|"
LARGEST_FIELD = 10_000_000  # characters; csv's own bound of 131,072 would end the run at one odd cell
BOM = b"\xef\xbb\xbf"
OBJECT = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


class BatchError(HcpcsError):
    """A batch file cannot be read or written as asked."""


class Row(msgspec.Struct, frozen=True):
    """One row: its columns as they were, and why it cannot be used, if so."""

    columns: dict[str, Any]
    error: str | None = None


class Lines:
    """Lines of a binary file, counting the bytes handed out."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.bytes_read = 0

    def __iter__(self) -> Iterator[bytes]:
        for line in self._file:
            self.bytes_read += len(line)
            yield line


class CsvTable:
    """A CSV file: its header at once, its rows as they are asked for.

    Attributes:
        columns: Header, in order; names must be there and differ.
        delimiter: Found from the header line: comma, semicolon, tab or bar.
        bom: Whether the file began with a byte order mark, as spreadsheets write it.
        skipped: Empty lines met so far.
    """

    def __init__(self, lines: Iterable[bytes]) -> None:
        iterator = iter(lines)
        first = next(iterator, b"")
        if first.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise BatchError("the CSV file is UTF-16; save it as 'CSV UTF-8'")
        self.bom = first.startswith(BOM)
        first = first.removeprefix(BOM)
        header_line = decoded(first)
        self.delimiter = max(DELIMITERS, key=header_line.count)
        csv.field_size_limit(LARGEST_FIELD)
        self._reader = csv.reader(_texts(first, iterator), delimiter=self.delimiter)
        self.columns = self._header()
        self.skipped = 0

    def _header(self) -> tuple[str, ...]:
        try:
            names = tuple(name.strip() for name in next(self._reader, []))
        except csv.Error as error:
            raise BatchError(f"line 1 of the CSV file cannot be read: {error}") from None
        if not any(names):
            raise BatchError("the CSV file has no header line with column names")
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice or not all(names):
            raise BatchError(
                f"every column of the CSV file needs a name of its own; not so: {twice or ['(empty)']}"
            )
        return names

    def __iter__(self) -> Iterator[Row]:
        try:
            for values in self._reader:
                if values:
                    yield self._row(values)
                else:
                    self.skipped += 1
        except csv.Error as error:
            raise BatchError(
                f"line {self._reader.line_num} of the CSV file cannot be read: {error}"
            ) from None

    def _row(self, values: Sequence[str]) -> Row:
        """A row of another width keeps all that it holds: what is over goes into the last column."""
        width = len(self.columns)
        if len(values) == width:
            return Row(dict(zip(self.columns, values, strict=True)))
        error = f"the row has {len(values)} fields, the header has {width}"
        last = self.delimiter.join(values[width - 1 :])
        padded = (
            [*values[: width - 1], last] if len(values) > width else [*values, *[""] * (width - len(values))]
        )
        return Row(dict(zip(self.columns, padded, strict=True)), error)


def _texts(first: bytes, rest: Iterator[bytes]) -> Iterator[str]:
    yield decoded(first)
    for line in rest:
        yield decoded(line)


def decoded(line: bytes) -> str:
    """A line as text: UTF-8, else the code page that old spreadsheets write."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


class JsonTable:
    """A JSON Lines file. `skipped` counts the empty lines met so far."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = lines
        self.skipped = 0

    def __iter__(self) -> Iterator[Row]:
        for number, line in enumerate(self._lines):
            line = line.removeprefix(BOM) if number == 0 else line
            if line.strip():
                yield _object(line)
            else:
                self.skipped += 1


def _object(line: bytes) -> Row:
    """A line that is no object is kept whole in a column of its own."""
    try:
        return Row(OBJECT.decode(line))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Row({"input_line": decoded(line).rstrip("\r\n")}, "the line is not a JSON object")
