"""CMS's CSV layouts, `tall` and `wide`, of versions 2 and 3 of its data dictionary.

Two rows about the hospital stand before the header. Both layouts name codes `code|1`, `code|1|type` and so
on; they differ in the columns of payers, which are not read.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from api.batch.encodings import BOM, utf8_lines
from api.batch.readers import DELIMITERS, MAX_FIELD_CHARACTERS, decode_line
from api.prices.lines import PriceCode, PriceLine
from eval.errors import CaseFileError

HEADER_WITHIN = 8  # lines of a file that its header must be among
DESCRIPTION = "description"
_CODE = re.compile(r"code\|(\d+)")
_RETURN = re.compile(r"(?<=\r)(?!\n)")
_AROUND_BAR = re.compile(r"\s*\|\s*")


class Header(NamedTuple):
    """Position of the description, of each code with its type (-1 for none), and the number of columns."""

    text: int
    codes: tuple[tuple[int, int], ...]
    width: int


def read_header(cells: Sequence[str]) -> Header | None:
    """The header of a price file in CMS's layouts; None if these cells are none."""
    names = [_AROUND_BAR.sub("|", cell.strip().lower()) for cell in cells]
    numbers = [match[1] for name in names if (match := _CODE.fullmatch(name))]
    if DESCRIPTION not in names or not numbers:
        return None
    place = {name: position for position, name in reversed(list(enumerate(names)))}
    codes = tuple((place[f"code|{n}"], place.get(f"code|{n}|type", -1)) for n in dict.fromkeys(numbers))
    return Header(place[DESCRIPTION], codes, len(names))


def first_cells(lines: Iterable[bytes]) -> list[str]:
    """The cells of a file's first line, as far as it can be read as a table."""
    return next(_beginning(lines), [])


def is_price_table(lines: Iterable[bytes]) -> bool:
    """Whether a CSV file is in CMS's layouts; reads its first lines."""
    return any(read_header(cells) is not None for cells in _beginning(lines))


def _beginning(lines: Iterable[bytes]) -> Iterator[list[str]]:
    """The cells of each of a file's first lines by itself; a line that is no CSV has none."""
    for text in islice(_texts(lines), HEADER_WITHIN):
        try:
            cells = next(csv.reader([text], delimiter=_delimiter(text)), [])
        except csv.Error:
            cells = []
        yield cells


def read_price_table(name: str, lines: Iterable[bytes]) -> Iterator[PriceLine]:
    """The lines of a CSV file, one after another; memory does not grow with the file.

    Args:
        name: Of the file, for errors.
        lines: Its lines, in UTF-8, UTF-16 or Windows-1252.

    Raises:
        CaseFileError: If there is no header, or a quote is never closed, which hides all rows behind it.
    """
    csv.field_size_limit(MAX_FIELD_CHARACTERS)
    texts = _texts(lines)
    first = next(texts, "")
    reader = csv.reader(chain([first], texts), delimiter=_delimiter(first), strict=True)
    header: Header | None = None
    while True:
        row = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            if "unexpected end" in str(error) or "field limit" in str(error):
                raise CaseFileError(
                    f"{name}: the quote that opens in the row at line {row} is never closed; close it"
                ) from None
            yield PriceLine(row, "", error="text follows a closing quote; write two quotes for one in a cell")
            continue
        if header is not None:
            if any(cells):
                yield _line(row, cells, header)
        elif (header := read_header(cells)) is None and row > HEADER_WITHIN:
            break
    if header is None:
        raise CaseFileError(
            f"{name} has no row with the columns description and code|1 among its first {HEADER_WITHIN} lines"
        )


def _line(row: int, cells: Sequence[str], header: Header) -> PriceLine:
    text_at, codes, width = header
    if len(cells) < width:
        cells = [*cells, *[""] * (width - len(cells))]
    elif any(cells[width:]):
        return PriceLine(row, "", error=f"the row has {len(cells)} cells, the header has {width}")
    return PriceLine(
        row,
        cells[text_at].strip(),
        [
            PriceCode(code, cells[type_at].strip().upper() if type_at >= 0 else "")
            for code_at, type_at in codes
            if (code := cells[code_at].strip())
        ],
    )


def _texts(lines: Iterable[bytes]) -> Iterator[str]:
    """Lines as text, without a byte order mark, cut at lone carriage returns too."""
    for number, line in enumerate(utf8_lines(lines)):
        text = decode_line(line if number else line.removeprefix(BOM))
        if "\r" in text.removesuffix("\r\n")[:-1]:
            yield from _RETURN.split(text)
        else:
            yield text


def _delimiter(line: str) -> str:
    """The delimiter of a file by one of its lines; the bar is one only where there is no other."""
    usual = DELIMITERS.replace("|", "")
    return max(usual if any(sign in line for sign in usual) else DELIMITERS, key=line.count)
