"""Rows of CSV and TSV files, read strictly: a damaged row is an error, never a shorter text."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator

from eval.errors import CaseFileError

DELIMITERS = ",;\t|"
MAX_CELL_CHARACTERS = 131_072
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LOOKED_AT = 400  # bytes at the beginning by which UTF-16 without a byte order mark is known


def read_cells(name: str, data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Read the cells of every row, the header's first; rows without any text are skipped.

    Lines end at CR, LF or both, and nowhere else. The delimiter is the one that the first line has most of.

    Args:
        name: Of the file, for errors.
        data: Its content, unpacked.

    Returns:
        The line at which each row begins, from 1, and its cells.

    Raises:
        CaseFileError: If a quote is not closed, text follows a closing quote, or a cell is too long.
    """
    csv.field_size_limit(MAX_CELL_CHARACTERS)  # of the whole process: another reader may have set its own
    text = decode(name, data)
    first = next(io.StringIO(text, newline=""), "")
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=first.count), strict=True
    )
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise CaseFileError(_quote_error(name, line, str(error))) from error
        if line == 1 or any(cell.strip() for cell in cells):
            yield line, cells


def decode(name: str, data: bytes) -> str:
    """Decode UTF-8 or UTF-16, with or without a byte order mark, and else Windows-1252, as Excel saves "CSV".

    Raises:
        CaseFileError: If a file that begins as UTF-16 breaks off or is damaged.
    """
    encoding = utf_16_of(data)
    if encoding:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            raise CaseFileError(f"{name} begins as UTF-16 and is damaged; save it as UTF-8") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def utf_16_of(data: bytes) -> str:
    """Return the name of the UTF-16 encoding in which a content begins; empty where it is another one."""
    if data.startswith(_UTF_16):
        return "utf-16"
    start = data[:_LOOKED_AT]
    for encoding, zeros, others in (
        ("utf-16-le", start[1::2], start[::2]),
        ("utf-16-be", start[::2], start[1::2]),
    ):
        if len(zeros) > 1 and zeros.count(0) > 0.9 * len(zeros) and others.count(0) < 0.1 * len(others):
            return encoding
    return ""


def _quote_error(name: str, line: int, said: str) -> str:
    where = f"{name}: the row that begins at line {line}"
    if "field limit" in said:
        return f"{where} has a cell of more than {MAX_CELL_CHARACTERS:,} characters; is a quote not closed?"
    if "unexpected end" in said:
        return (
            f'{where} opens a quote that is never closed; close it, or write "" for a quote in a quoted cell'
        )
    return (
        f'{where} has text after a closing quote; close the quote at the cell\'s end, or write "" for a quote'
    )
