"""From the bytes of a file to grids of cells: delimited text and workbooks, alone or in zip or gzip."""

from __future__ import annotations

import contextlib
import csv
import io
import warnings
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from index.errors import ReleaseFormatError
from index.release.archive import ZIP_MAGIC, Archive
from index.release.fields import cell_text
from index.release.problems import Problems, shown_name
from index.release.source import decode, gunzip

MAX_CELL_CHARACTERS = 131_072
"""Of one cell. The csv module's limit is global to the process, so every reading sets it."""

DELIMITERS = ",\t;|"
_GZIP = b"\x1f\x8b"
_MAX_DEPTH = 2
_TABLE_ENDINGS = (".csv", ".txt", ".tsv", ".xlsx", ".zip", ".gz")
_DELIMITER_LINES = 200

Cells = Sequence[str]


class Grid(NamedTuple):
    """A sheet or a delimited text.

    Attributes:
        name: The file's name, then `!` and the member for each zip around it.
        rows: All rows from the first one, notices and header too.
    """

    name: str
    rows: list[list[str]]


def grids(data: bytes, name: str, problems: Problems, depth: int = 0) -> Iterator[Grid]:
    """Yield the grids of a file; delimited text comes before workbooks, which often hold the same.

    Args:
        data: The bytes of the file.
        name: Its name, without folders.
        problems: Names the file in errors.
        depth: Number of zips around it.

    Raises:
        ReleaseFormatError: If the file is damaged, or is no table.
    """
    if data.startswith(_GZIP):
        data = gunzip(data, problems)
    if not data.startswith(ZIP_MAGIC):
        yield Grid(name, _delimited(decode(data, problems), problems))
        return
    archive = Archive(data, problems)
    if archive.is_workbook:
        yield from _sheets(data, name, problems)
        return
    if depth >= _MAX_DEPTH:
        raise problems.fail("is a zip inside zips; unpack it first")
    members = [info for info in archive.members if info.filename.lower().endswith(_TABLE_ENDINGS)]
    for member in sorted(members, key=lambda info: info.filename.lower().endswith(".xlsx")):
        inner = problems.within(member.filename)
        yield from grids(archive.read(member), f"{name}!{shown_name(member.filename)}", inner, depth + 1)


def _delimited(text: str, problems: Problems) -> list[list[str]]:
    """The rows of delimited text, with the delimiter that cuts its first lines into the most cells."""
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    delimiter = max(DELIMITERS, key=lambda sign: _cells_in_top(text, sign))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return list(reader)
    except csv.Error:
        line = reader.line_num
        raise problems.fail("has a cell that does not end (a quote left open?)", line) from None


def _cells_in_top(text: str, delimiter: str) -> int:
    count = 0
    with contextlib.suppress(csv.Error):
        for row in islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), _DELIMITER_LINES):
            count += len(row) - 1
    return count


def _sheets(data: bytes, name: str, problems: Problems) -> Iterator[Grid]:
    from openpyxl import load_workbook  # slow to import

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and page headers, which are not read
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            for title in book.sheetnames:
                sheet = book[title]
                if hasattr(sheet, "reset_dimensions"):  # a chart sheet has no cells
                    sheet.reset_dimensions()  # the size that some writers state leaves rows out
                    rows = [[cell_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]
                    yield Grid(name if len(book.sheetnames) == 1 else f"{name}!{shown_name(title)}", rows)
    except ReleaseFormatError:
        raise
    except Exception as error:  # openpyxl passes on the errors of several libraries
        raise problems.fail(f"is a damaged workbook ({type(error).__name__}); fetch it again") from None
