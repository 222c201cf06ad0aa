"""The workbook form of a release: an .xlsx, alone or beside the fixed-width file."""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from tqdm import tqdm

from index.errors import ReleaseFormatError
from index.release.fields import ReleaseRow, cell_text
from index.release.problems import Problems
from index.release.table import MAX_HEADER_ROWS, Cell, Header, find_header, to_rows

if TYPE_CHECKING:
    from openpyxl import Workbook

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
            data: The whole .xlsx, whose unpacked size the caller has checked.
            problems: Names the file in errors.

        Raises:
            ReleaseFormatError: If the workbook is damaged.
        """
        self._problems = problems
        self._book = self._open(data)
        self.names: list[str] = list(self._book.sheetnames)
        self.sheets = [
            Sheet(name, header) for name in self.names if (header := find_header(self.cells(name, _TOP)))
        ]

    def rows(self, sheet: Sheet) -> Iterator[ReleaseRow]:
        """Yield the rows below a sheet's header."""
        return to_rows(sheet.header, self.cells(sheet.name), self._problems)

    def _open(self, data: bytes) -> Workbook:
        from openpyxl import load_workbook  # slow to import, and most releases are read from text

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about styles and page headers, which are not read
                return load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        except Exception as error:  # openpyxl passes on the errors of several libraries
            raise self._damaged(error) from None

    def cells(self, name: str, max_rows: int | None = None) -> list[list[Cell]]:
        """The first rows of a sheet, or all.

        Raises:
            ReleaseFormatError: If the sheet is damaged.
        """
        try:
            sheet = self._book[name]
            if not hasattr(sheet, "reset_dimensions"):  # a chart sheet has no cells
                return []
            sheet.reset_dimensions()  # the size that some writers state leaves rows out
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                rows = tqdm(
                    sheet.iter_rows(values_only=True),
                    name,
                    unit=" rows",
                    delay=2,
                    disable=not sys.stderr.isatty(),
                )
                return [[cell_text(value) for value in row] for row in islice(rows, max_rows)]
        except Exception as error:  # as above
            raise self._damaged(error) from None

    def _damaged(self, error: Exception) -> ReleaseFormatError:
        return self._problems.fail(f"is a damaged workbook ({type(error).__name__}); fetch it again")
