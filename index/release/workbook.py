"""The workbook form of a release: an .xlsx, alone or beside the fixed-width file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from tqdm import tqdm

from index.release.fields import ReleaseRow, cell_text
from index.release.problems import Problems
from index.release.table import MAX_HEADER_ROWS, Cell, Header, find_header, to_rows
from index.workbooks import WorkbookError, open_workbook, rows_of

_TOP = MAX_HEADER_ROWS + 40  # first rows; those below the header distinguish CMS's lists of changes


class Sheet(NamedTuple):
    """A sheet that has a header."""

    name: str
    header: Header


class Book:
    """An open workbook, read row by row.

    Attributes:
        names: Every sheet.
        sheets: The sheets with a header among their first rows.
    """

    def __init__(self, data: bytes, problems: Problems) -> None:
        """Open a workbook.

        Args:
            data: The whole .xlsx.
            problems: Names the file in errors.

        Raises:
            ReleaseFormatError: If the workbook is damaged or larger than the bounds of `index.workbooks`.
        """
        self._problems = problems
        try:
            self._book = open_workbook(data)
        except WorkbookError as error:
            raise problems.fail(str(error)) from None
        self.names: list[str] = list(self._book.sheetnames)
        self.sheets = [
            Sheet(name, header) for name in self.names if (header := find_header(self.cells(name, _TOP)))
        ]

    def rows(self, sheet: Sheet) -> Iterator[ReleaseRow]:
        """Yield the rows below a sheet's header."""
        return to_rows(sheet.header, self.cells(sheet.name), self._problems)

    def cells(self, name: str, max_rows: int | None = None) -> list[list[Cell]]:
        """The first rows of a sheet, or all.

        Raises:
            ReleaseFormatError: If the sheet is damaged.
        """
        rows = tqdm(rows_of(self._book[name]), name, unit=" rows", delay=2, disable=not sys.stderr.isatty())
        try:
            return [[cell_text(value) for value in row] for row in islice(rows, max_rows)]
        except WorkbookError as error:
            raise self._problems.fail(str(error)) from None
