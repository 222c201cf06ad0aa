"""Reading .xlsx workbooks that users give, within bounds.

A small file can unpack to much more than memory holds: by its packing, by one row of millions of cells, by a
cell that says to stand in the last column, or by millions of rows without cells. So packed parts are counted
before they are parsed, and cells while they are read.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl import Workbook

MAX_PARTS = 1000
MAX_UNPACKED = 64 * 2**20  # bytes; CMS's largest workbook unpacks to 15 MB
MAX_TAGS = 5_000_000  # CMS's largest workbook has 1.8 million
MAX_SHEETS = 50
MAX_ROWS = 100_000  # with a cell in them; CMS's largest workbook has 9,000
MAX_CELLS = 3_000_000  # empty ones and one for each row counted; CMS's largest workbook has 430,000
_BLOCK = 2**20


class WorkbookError(ValueError):
    """A workbook is damaged or too large; the message continues "the file ..."."""


def open_workbook(data: bytes) -> Workbook:
    """Open a workbook, after its parts were unpacked once and counted.

    Args:
        data: The whole .xlsx.

    Raises:
        WorkbookError: If it is damaged, or larger than the bounds of this module.
    """
    from openpyxl import load_workbook  # slow to import, and most files are text

    try:
        _check_parts(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and page headers, which are not read
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except WorkbookError:
        raise
    except Exception as error:  # zipfile, zlib and openpyxl raise errors of many kinds
        raise damaged(error) from None
    if len(book.sheetnames) > MAX_SHEETS:
        raise WorkbookError(f"has more than {MAX_SHEETS} sheets; save the one that is needed alone")
    return book


def rows_of(sheet: Any) -> Iterator[tuple[Any, ...]]:
    """The values of each row of a sheet, in order; a chart sheet has none.

    Raises:
        WorkbookError: If the sheet is damaged, or has more rows or cells than the bounds of this module.
    """
    if not hasattr(sheet, "reset_dimensions"):
        return
    rows = cells = 0
    try:
        sheet.reset_dimensions()  # the size that some writers state leaves rows out
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for row in sheet.iter_rows(values_only=True):
                rows += bool(row)
                cells += len(row) + 1
                if rows > MAX_ROWS or cells > MAX_CELLS:
                    raise WorkbookError(
                        f"has a sheet of more than {MAX_ROWS:,} rows or {MAX_CELLS:,} cells; "
                        "save its rows as CSV"
                    )
                yield row
    except WorkbookError:
        raise
    except Exception as error:
        raise damaged(error) from None


def damaged(error: Exception) -> WorkbookError:
    """The error for whatever a library raised."""
    return WorkbookError(f"is a damaged workbook ({type(error).__name__}); fetch it again")


def _check_parts(data: bytes) -> None:
    """Unpack every part without keeping it, and count its bytes and tags, whatever sizes are stated."""
    left, tags = MAX_UNPACKED, 0
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        parts = book.infolist()
        if len(parts) > MAX_PARTS:
            raise WorkbookError(f"has more than {MAX_PARTS} parts, which no workbook of rows has")
        for part in parts:
            with book.open(part) as file:
                start = b""
                while block := file.read(_BLOCK):
                    left -= len(block)
                    tags += block.count(b"<")
                    if left < 0 or tags > MAX_TAGS:
                        raise WorkbookError(
                            f"unpacks to more than {MAX_UNPACKED // 2**20} MB or {MAX_TAGS:,} tags; "
                            "save its rows as CSV"
                        )
                    if b"<!ENTITY" in start + block or b"<!DOCTYPE" in start + block:
                        raise WorkbookError("defines XML entities, which no spreadsheet program writes")
                    start = block[-16:]
