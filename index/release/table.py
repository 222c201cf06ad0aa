"""Tables: rows of cells below a header, from a workbook, a CSV or a JSON list."""

from __future__ import annotations

import contextlib
import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Literal, NamedTuple

from index.column_names import bare
from index.release.fields import FIELDS, MANY, Cells, ReleaseRow
from index.release.problems import Problems

Cell = str
Kind = Literal["release", "changes", "noc", "codes"]
MAX_HEADER_ROWS = 60
"""First rows that are searched for the header; CMS's workbooks have up to ten rows of notes above it."""

_MAX_CELL_LINES = 20
_MAX_CELL_CHARACTERS = 131_072
"""Limits of one cell. The csv module's limit is global to the process, so every reading sets it."""

_OTHER_NAMES = {
    "key": "hcpc hcpcs code hcpcscode hcpccode hcpcscd procedurecode proccode cpthcpcs hcpcsmod"
    " hcpcsmodifiercode hcpcsmodcode cpt cptcode",
    "sequence": "seqnum sequence seq",
    "kind": "recid recordid recordcode",
    "text": "longdescription longdesc longdescriptor descriptionlong hcpcslongdescription hcpcslongdesctxt"
    " longname fulldescription long",
    "plain": "description desc descriptor display name",
    "short_description": "shortdesc shortdescriptor descriptionshort hcpcsshortdescription shortname short",
    "effective_from": "adddate dateadded effectivefrom effectivedate effdate startdate",
    "effective_to": "termdate terminationdate effectiveto enddate termeff",
    "action_date": "acteffdate actioneffectivedate actiondate",
    "action": "action actioncode typeofchange",
    "coverage": "coverage coveragecode",
    "multiple_pricing": "multiplepricing multpi",
    "cross_references": "xrefcode crossreference crossreferences successor successors",
    "types_of_service": "typeofservice typesofservice",
    "betos": "betoscode",
    "pricing": "pricingindicator",
}


def _names() -> dict[str, str]:
    names = {}
    for field in FIELDS:
        numbered = [f"{field.title}{i + 1}" for i in range(field.times)]
        names.update({bare(title): field.name for title in (*numbered, field.title, field.name)})
    for name, others in _OTHER_NAMES.items():
        names.update(dict.fromkeys(others.split(), name))
    return names


NAMES = _names()
"""Column title, lower case and without punctuation -> what the column holds."""


class Header(NamedTuple):
    """The header of a table.

    Attributes:
        row: Its row, 1-based.
        columns: Position of each known column, with the name from `NAMES`.
        kind: `release`, or what else the table is: a list of changes or corrections, CMS's list of "not
            otherwise classified" codes, or codes without descriptors.
        width: Number of cells of the header row.
    """

    row: int
    columns: tuple[tuple[int, str], ...]
    kind: Kind
    width: int


def find_header(rows: Sequence[Sequence[Cell]]) -> Header | None:
    """The header among the first rows of a table, or None when no row names a code and a text column.

    Args:
        rows: The first rows; those below the header distinguish CMS's lists of changes from a release.
    """
    for number, cells in enumerate(rows[:MAX_HEADER_ROWS], start=1):
        columns = _columns(cells)
        held = {name for _, name in columns}
        if "key" not in held or len(columns) < 2:
            continue
        if not held & {"text", "plain", "short_description", "action"}:
            continue
        return Header(number, columns, _kind(held, columns, rows, number), len(cells))
    return None


def _columns(cells: Sequence[Cell]) -> tuple[tuple[int, str], ...]:
    columns = [(place, NAMES[name]) for place, cell in enumerate(cells) if (name := bare(cell)) in NAMES]
    held = {name for _, name in columns}
    # A lone "description" is the long one; beside a long one it is the short one.
    stands_for = "short_description" if "text" in held else "text"
    columns = [(place, stands_for if name == "plain" else name) for place, name in columns]
    once: dict[str, int] = {}
    for place, name in columns:
        if name not in MANY:
            once.setdefault(name, place)
    return tuple((place, name) for place, name in columns if name in MANY or once[name] == place)


def _kind(
    held: set[str], columns: Sequence[tuple[int, str]], rows: Sequence[Sequence[Cell]], header: int
) -> Kind:
    title = " ".join(cell for row in rows[: header - 1] for cell in row)
    if re.search(r"\bNOC codes\b", title, re.IGNORECASE):
        return "noc"
    actions = [place for place, name in columns if name == "action"]
    below = [row[actions[0]].strip() for row in rows[header:] if actions and actions[0] < len(row)]
    # CMS writes one letter in a release and words ("No Change") in its reports of changes.
    if any(len(action) > 1 for action in below):
        return "changes"
    return "release" if held & {"text", "plain", "short_description"} else "codes"


def to_rows(header: Header, rows: Iterable[Sequence[Cell]], problems: Problems) -> Iterator[ReleaseRow]:
    """Yield a row for each non-empty row below the header.

    Args:
        header: As found by `find_header`.
        rows: Every row of the table, from its first.
        problems: Collects rows wider than the header, and rows with a cell that contains the rows below.
    """
    for number, cells in enumerate(rows, start=1):
        if number <= header.row or not any(cell.strip() for cell in cells):
            continue
        if any(cell.strip() for cell in cells[header.width :]):
            problems.add(number, "has more cells than the header has columns (an unquoted comma?); left out")
            continue
        if max(cell.count("\n") for cell in cells) > _MAX_CELL_LINES:
            problems.add(number, f"has a cell of over {_MAX_CELL_LINES} lines (a quote left open?); left out")
            continue
        yield _to_row(number, header, cells)


def _to_row(number: int, header: Header, cells: Sequence[Cell]) -> ReleaseRow:
    values: dict[str, tuple[str, ...]] = {}
    key = ""
    for place, name in header.columns:
        value = cells[place] if place < len(cells) else ""
        if name == "key":
            key = value
        elif value := " ".join(value.splitlines()).strip():
            values[name] = (*values.get(name, ()), *value.split("|")) if name in MANY else (value,)
    sequence = values.pop("sequence", ("",))[0]
    kind = values.pop("kind", ("",))[0]
    text = values.pop("text", ("",))[0]
    filled: Cells = {} if kind in {"4", "8"} else values
    return ReleaseRow(number, key, _sequence(sequence), kind, text, filled)


def _sequence(text: str) -> int:
    """SEQNUM in steps of one: a workbook counts by tens in four digits, the text by hundreds in five."""
    if not re.fullmatch(r"[0-9]{4,5}", text):
        return 0
    return int(text) // (10 if len(text) == 4 else 100)


def read_csv(text: str, problems: Problems) -> tuple[Header, Iterator[Sequence[Cell]]] | None:
    """The header and all rows of delimited text, or None when no delimiter gives a header.

    The delimiters comma, tab, semicolon and bar are tried in this order.

    Raises:
        ReleaseFormatError: While the rows are read, if a quoted cell does not end.
    """
    csv.field_size_limit(_MAX_CELL_CHARACTERS)
    for delimiter in ",\t;|":
        top: list[list[Cell]] = []
        with contextlib.suppress(csv.Error):  # reported with its line when the rows are read
            top.extend(islice(csv.reader(_lines(text), delimiter=delimiter), MAX_HEADER_ROWS + 40))
        if header := find_header(top):
            return header, _csv_rows(text, delimiter, problems)
    return None


def _csv_rows(text: str, delimiter: str, problems: Problems) -> Iterator[Sequence[Cell]]:
    reader = csv.reader(_lines(text), delimiter=delimiter)
    try:
        yield from reader
    except csv.Error:
        line = reader.line_num
        limit = f"{_MAX_CELL_CHARACTERS:,}"
        raise problems.fail(f"has a cell of over {limit} characters (a quote left open?)", line) from None


def _lines(text: str) -> Iterator[str]:
    # Not splitlines: it also ends lines at form feeds and the like, which would shift the line numbers.
    return (f"{line}\n" for line in text.split("\n"))


def read_json(text: str) -> tuple[Header, Iterator[Sequence[Cell]]] | None:
    """The header and rows of a JSON list of objects with named fields, or None when the text is none.

    The row number in a problem is the object's position in the list plus one, as if below a header.
    """
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        return None
    names = list(dict.fromkeys(str(name) for item in items for name in item))
    rows = [names, *([_json_cell(item.get(name)) for name in names] for item in items)]
    header = find_header(rows[:1])
    return (header, iter(rows)) if header else None


def _json_cell(value: object) -> Cell:
    if isinstance(value, list):
        return "|".join(map(_json_cell, value))
    return "" if value is None or isinstance(value, dict) else str(value)
