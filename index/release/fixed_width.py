"""The fixed-width form of a release: the .txt file inside CMS's quarterly zip.

A record has 320 columns by the layout (`HCPC2026_recordlayout.txt`). Real files have lines of 91 to 546
columns; only the positions of the columns matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.release.fields import CODE, FIELDS, LONG_DESCRIPTION, RECORD_CODE, SEQUENCE, Cells, ReleaseRow
from index.release.problems import Problems

_KEY = r"(?:[ ]{3}[A-Z0-9]{2}|[A-Z0-9]{5})"
_RECORD = re.compile(rf"{_KEY}\d{{5}}[3478]", re.IGNORECASE)
_ANY_RECORD = re.compile(rf"{_KEY}\d{{5}}", re.IGNORECASE)
_DATES_CUT = (*range(276), *range(277, 284), *range(285, 292))  # line lengths that cut a date off
_LAST_COLUMN = 293  # the last column with content
_HEADS = ("3", "7")

_SLICES = [
    (
        field.name,
        slice(field.start - 1, field.start - 1 + field.times * field.width),
        [
            slice(field.start - 1 + i * field.width, field.start - 1 + (i + 1) * field.width)
            for i in range(field.times)
        ],
    )
    for field in FIELDS
]


def is_fixed_width(text: str) -> bool:
    """Whether one of the first 400 lines starts with a code, a sequence number and a record code."""
    return any(_RECORD.match(line) for line in text[:200_000].split("\n", 400)[:400])


def read_rows(text: str, problems: Problems) -> Iterator[ReleaseRow]:
    """Yield a row for each record line.

    Lines before the first record are a disclaimer, which some years have, and are skipped; after it only
    blank lines are. Any other line that is no record is a problem.

    Args:
        text: The whole file.
        problems: Collects lines that cannot be read.
    """
    lines = text.split("\n")
    started = False
    narrowest = _LAST_COLUMN
    for number, raw in enumerate(lines, start=1):
        line = raw.rstrip("\r")
        if not started:
            started = _ANY_RECORD.match(line) is not None
        if not started or not line.strip():
            continue
        if row := _read_row(number, line, problems):
            yield row
        if number == len(lines) and len(line) < narrowest:
            problems.add(number, "the last line has no end and is short: the file may have been cut off here")
        narrowest = min(narrowest, len(line))


def _read_row(number: int, line: str, problems: Problems) -> ReleaseRow | None:
    if not _ANY_RECORD.match(line):
        problems.add(number, "not a record: no code and sequence number in columns 1-10; left out")
        return None
    kind = line[RECORD_CODE : RECORD_CODE + 1]
    if kind not in {"3", "4", "7", "8"}:
        problems.add(number, f"unknown record code {kind!r} in column 11 (expected 3, 4, 7 or 8); left out")
        return None
    key, text = line[CODE], line[LONG_DESCRIPTION].strip()
    cells: Cells = {}
    if kind in _HEADS:
        if len(line) < _LAST_COLUMN and len(line.rstrip()) in _DATES_CUT:
            problems.add(number, f"{key.strip()} ends at column {len(line)}, before its dates do; left out")
            return None
        cells = _cells(line)
    return ReleaseRow(number, key, int(line[SEQUENCE]) // 100, kind, text, cells)


def _cells(line: str) -> Cells:
    cells = {}
    for name, group, slices in _SLICES:
        if line[group].strip():  # most groups are blank
            cells[name] = tuple([value for piece in slices if (value := line[piece].strip())])
    return cells
