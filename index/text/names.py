"""Product names from a user's files: CMS's ASP crosswalk, and product lists with named columns.

The ASP NDC-HCPCS crosswalk ("section 508 version") begins with lines of title and notes; then comes a header
whose first column is the year's code (`_2026_CODE`) and one row an NDC. It is encoded as cp1252 and contains
non-breaking spaces.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from index.code_systems import LEVEL_II
from index.errors import ReleaseFormatError

MAX_HEADER_ROWS = 40  # first rows that are searched for the header; CMS's is row 9


class Name(msgspec.Struct, frozen=True, omit_defaults=True):
    """A product's name and the code it is billed with.

    Attributes:
        term: Trade name, or product and model.
        code: HCPCS Level II code.
        source: The list that it comes from, as shown to users.
        maker: Labeler or manufacturer; may be empty.
    """

    term: str
    code: str
    source: str
    maker: str = ""


def read_names(path: Path) -> tuple[Name, ...]:
    """The names in a file, without duplicates, ascending by term and code.

    Accepts CMS's ASP crosswalk (`.csv` or `.csv.gz`) and any CSV or tab-separated file with a column for the
    code and one for the product, such as a DMECS or PDAC export.

    Raises:
        ReleaseFormatError: If the file cannot be read or has no such columns.
    """
    rows = _rows(path)
    for number, row in enumerate(rows[:MAX_HEADER_ROWS]):
        header = [cell.strip().lower().replace("_", " ") for cell in row]
        reader = _reader(header, path)
        if reader is not None:
            names = {name for cells in rows[number + 1 :] if (name := reader(cells)) is not None}
            return tuple(sorted(names, key=lambda name: (name.term, name.code, name.maker)))
    raise ReleaseFormatError(
        f"{path.name}: no header with a code column and a drug or product name column in the first "
        f"{MAX_HEADER_ROWS} rows; expected CMS's ASP NDC-HCPCS crosswalk, or columns such as manufacturer, "
        "product, model, code"
    )


def _rows(path: Path) -> list[list[str]]:
    try:
        raw = path.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)
    except (OSError, EOFError) as error:
        raise ReleaseFormatError(f"{path.name} cannot be read: {error}") from error
    if b"\x00" in raw[:4096]:
        raise ReleaseFormatError(f"{path.name} is a binary file; save the list as CSV")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    text = text.replace("\xa0", " ")
    delimiter = "\t" if text.count("\t") > text.count(",") else ","
    try:
        return list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error as error:
        raise ReleaseFormatError(f"{path.name} is not a readable CSV file: {error}") from error


def _reader(header: Sequence[str], path: Path) -> Callable[[list[str]], Name | None] | None:
    """A function from a row to its name, or None when the header lacks the columns for it."""

    def column(*titles: str) -> int | None:
        return next((header.index(title) for title in titles if title in header), None)

    code = next(
        (i for i, title in enumerate(header) if title.endswith(" code") or title in ("code", "hcpcs")), None
    )
    drug = column("drug name")
    product = column("product", "product name", "name", "description")
    model = column("model", "model number", "model name")
    maker = column("labeler name", "manufacturer", "manufacturer name", "labeler")
    if code is None or (drug is None and product is None):
        return None
    source = "ASP crosswalk" if drug is not None else f"product list {path.name}"
    parts = [part for part in ((drug,) if drug is not None else (product, model)) if part is not None]

    def read(cells: list[str]) -> Name | None:
        filled = cells + [""] * (len(header) - len(cells))
        billed = filled[code].strip().upper()
        term = " ".join(" ".join(filled[part] for part in parts).split())
        if not LEVEL_II.matches(billed) or not term:
            return None
        return Name(term, billed, source, "" if maker is None else " ".join(filled[maker].split()))

    return read
