"""One file of the AMA's CPT delivery: its layout, recognised by content, and the texts that it holds.

Layouts, from public descriptions and programs that read them (no file of the AMA was at hand; `docs/data.md`
names the sources):

- tab-delimited: code, tab, text (`LONGULT.txt` and `LONGUT.txt`; also `MEDU.txt` and `SHORTU.txt`);
- fixed-width, one record a code: code in columns 1-5, a blank, text from column 7 (`MEDU.txt`, `SHORTU.txt`);
- fixed-width, several records a code: code in 1-5, number of the record in 6-7, a blank, text from column 9
  (`LONGULF.txt`, `LONGUF.txt`);
- a table with a header, by tabs, bars or as a workbook: `Concept Id`, `CPT Code`, and one or more of `Long`,
  `Medium`, `Short`, `Consumer Friendly Descriptor`, `Clinician Descriptor Id`, `Clinician Descriptor`.

The first three begin with a copyright notice of any length and have no header.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, get_args

import msgspec

from index.code_systems import LEVEL_I
from index.release.problems import Problems

Kind = Literal["long", "medium", "short", "consumer", "clinician"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_CODE = LEVEL_I.pattern
_RECORD = re.compile(rf"({_CODE})(?:\t|  ?(?! )|(\d\d) )(.*)", re.IGNORECASE)
_NUMBERED = re.compile(rf"(?:{_CODE})01 ", re.IGNORECASE)
_MOSTLY = 0.5  # share of lines with a code from which on a file without a header is taken for one of records
_NAMES: tuple[tuple[str, Kind], ...] = (("LONGU", "long"), ("MEDU", "medium"), ("SHORTU", "short"))
_SHORT, _MEDIUM = 28, 48  # characters that the AMA's short and medium descriptors have at most
_PIECE = 72  # characters of text in a record of the fixed-width long descriptions
_MAX_HEADER_ROWS = 60
_TITLES: dict[str, Kind] = {
    "long": "long",
    "longdescription": "long",
    "longdescriptor": "long",
    "medium": "medium",
    "mediumdescription": "medium",
    "mediumdescriptor": "medium",
    "short": "short",
    "shortdescription": "short",
    "shortdescriptor": "short",
    "consumer": "consumer",
    "consumerdescriptor": "consumer",
    "consumerfriendlydescriptor": "consumer",
    "cliniciandescriptor": "clinician",
}
_CODE_TITLES = frozenset({"cptcode", "cpt", "code"})
_ONLY_THERE = frozenset({"medium", "consumer", "clinician"})  # a list of a user's own has none of these


class Line(msgspec.Struct, frozen=True):
    """A text of a code as a file holds it; `line` is 1-based."""

    line: int
    kind: Kind
    code: str
    text: str


def read_headed(text: str, problems: Problems) -> list[Line] | None:
    """The texts of a delivered file with a header, or None when it has no header of the AMA's.

    Raises:
        ReleaseFormatError: At the first row below the header without a Level I code.
    """
    top = text.split("\n", _MAX_HEADER_ROWS)[:_MAX_HEADER_ROWS]
    for delimiter in "\t|,":
        if any(header_of([_unquoted(cell) for cell in line.split(delimiter)]) for line in top):
            # Only a comma is common inside a text; beside it, texts are in quotes.
            rows = (f"{line}\n" for line in text.split("\n"))
            if delimiter == ",":
                return read_table(csv.reader(rows), problems)
            return read_table(csv.reader(rows, delimiter=delimiter, quoting=csv.QUOTE_NONE), problems)
    return None


def _unquoted(cell: str) -> str:
    cell = cell.strip()
    return cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell


def header_of(cells: Sequence[str]) -> tuple[int, dict[int, Kind]] | None:
    """Column of the code and kind of each column of texts, or None when this is no header of the AMA's."""
    bare = [re.sub(r"[^a-z]", "", cell.lower()) for cell in cells]
    codes = [place for place, title in enumerate(bare) if title in _CODE_TITLES]
    kinds = {place: _TITLES[title] for place, title in enumerate(bare) if title in _TITLES}
    if not codes or _ONLY_THERE.isdisjoint(kinds.values()):
        return None
    return codes[0], kinds


def read_table(rows: Iterable[Sequence[str]], problems: Problems) -> list[Line]:
    """The texts below a header; rows above it are a notice.

    Raises:
        ReleaseFormatError: At the first row without a Level I code.
    """
    header: tuple[int, dict[int, Kind]] | None = None
    found: list[Line] = []
    for number, cells in enumerate(rows, 1):
        if header is None:
            header = header_of(cells)
            continue
        if not any(cell.strip() for cell in cells):
            continue
        place, kinds = header
        code = _unquoted(cells[place]).upper() if place < len(cells) else ""
        if not LEVEL_I.matches(code):
            raise problems.fail(
                "its code column holds no Level I (CPT) code; take the row out or give the file as delivered",
                number,
            )
        texts = ((kind, _clean(cells[at])) for at, kind in kinds.items() if at < len(cells))
        found += [Line(number, kind, code, words) for kind, words in texts if words]
    return found


def read_records(text: str, name: str, problems: Problems) -> list[Line] | None:
    """The texts of a delivered file without a header, or None when most of its lines are no records.

    Args:
        text: The whole file.
        name: Its name; `LONGULT`, `MEDU` and the like say which texts it holds. Otherwise their length does.
        problems: Names the file in errors.

    Raises:
        ReleaseFormatError: At the first line below the notice that has no code and text.
    """
    lines = [line.rstrip("\r") for line in text.split("\n")]
    start = _first_record(lines)
    if start is None:
        return None
    numbered = _NUMBERED.match(lines[start]) is not None
    found = list(_numbered(lines, start, problems) if numbered else _single(lines, start, problems))
    kind = "long" if numbered else _kind(name, max(len(line.text) for line in found))
    return [msgspec.structs.replace(line, kind=kind) for line in found]


def _first_record(lines: Sequence[str]) -> int | None:
    """Position of the first record, or None.

    A notice can have a line that begins like one ("60611 ..."), so that a record behind a blank line counts
    before one that is not.
    """
    records = [i for i, line in enumerate(lines) if _RECORD.match(line)]
    if not records:
        return None
    start = next((i for i in records if i == 0 or not lines[i - 1].strip()), None)
    if start is None:
        if len(records) == 1:
            return None
        start = records[0]
    n_lines = sum(bool(line.strip()) for line in lines[start:])
    n_records = sum(i >= start for i in records)
    return start if n_records >= _MOSTLY * n_lines else None


def _matches(lines: Sequence[str], start: int, problems: Problems) -> Iterator[tuple[int, re.Match[str]]]:
    """Line number and match of each record; a notice may stand below the last one, behind a blank line."""
    last = max(i for i, line in enumerate(lines) if _RECORD.match(line))
    footer = next((i for i in range(last + 1, len(lines)) if not lines[i].strip()), len(lines))
    for i in range(start, footer):
        match = _RECORD.match(lines[i])
        if match is not None:
            yield i + 1, match
        elif lines[i].strip():
            raise problems.fail(
                "is no code with its text (five characters, then a tab or a blank); give the file as"
                " delivered",
                i + 1,
            )


def _single(lines: Sequence[str], start: int, problems: Problems) -> Iterator[Line]:
    first: dict[str, int] = {}
    for number, match in _matches(lines, start, problems):
        code, text = match[1].upper(), _clean(match[3])
        if code in first:
            raise problems.fail(f"{code} comes twice, first at line {first[code]}; take one out", number)
        if not text:
            raise problems.fail(f"{code} has no text; give the file as delivered", number)
        first[code] = number
        yield Line(number, "long", code, text)


def _numbered(lines: Sequence[str], start: int, problems: Problems) -> Iterator[Line]:
    parts: dict[str, tuple[int, list[str]]] = {}
    for number, match in _matches(lines, start, problems):
        code, place, text = match[1].upper(), match[2], match[3]
        known = parts.setdefault(code, (number, []))[1]
        if place is None or int(place) != len(known) + 1:
            raise problems.fail(
                f"{code} should have record number {len(known) + 1:02} in columns 6-7; a record is missing or"
                " comes twice",
                number,
            )
        known.append(text)
    joined = _joined([texts for _, texts in parts.values()])
    for (code, (number, _)), text in zip(parts.items(), joined, strict=True):
        yield Line(number, "long", code, _clean(text))


def _joined(texts: Sequence[Sequence[str]]) -> list[str]:
    """The pieces of each text as one: cut at 72 characters wherever that falls, or else between two words."""
    inner = [piece.rstrip() for pieces in texts for piece in pieces[:-1]]
    cut_anywhere = sum(len(piece) >= _PIECE - 1 for piece in inner) > len(inner) / 2
    if cut_anywhere:
        return ["".join(f"{piece:{_PIECE}}" for piece in pieces) for pieces in texts]
    return [" ".join(pieces) for pieces in texts]


def _kind(name: str, longest: int) -> Kind:
    for begin, kind in _NAMES:
        if name.upper().startswith(begin):
            return kind
    return "short" if longest <= _SHORT else "medium" if longest <= _MEDIUM else "long"


def _clean(text: str) -> str:
    return " ".join(_unquoted(text).split())
