"""Rows to records: continuation lines are joined, and rows of other code sets are refused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Literal

from index.code_systems import DENTAL, LEVEL_I, LEVEL_II, MODIFIER
from index.records import Modifier, Record
from index.release.fields import DATES, LIFE_DATES, Cells, ReleaseRow, read_date, to_modifier, to_record
from index.release.problems import Problems

_AMA_MODIFIER = re.compile(r"\d{2}")


class Assembly:
    """Collects rows in file order; a head row opens a code, and the next head row closes it.

    Attributes:
        records: Code -> record.
        modifiers: Two characters -> modifier.
        dental_refused: Number of codes of section D, which are the ADA's and never read.
    """

    def __init__(self, problems: Problems, *, level: Literal[1, 2] = 2) -> None:
        """Start with nothing read.

        Args:
            problems: Collects every row left out.
            level: 2 reads CMS's own codes, 1 reads CPT from a licence holder's file.
        """
        self.problems = problems
        self._level = level
        self.records: dict[str, Record] = {}
        self.modifiers: dict[str, Modifier] = {}
        self.dental_refused = 0
        self._lines: dict[str, int] = {}  # line of the first row of each code
        self._head: ReleaseRow | None = None
        self._texts: list[str] = []
        self._last = 0  # sequence number of the last line of the open code
        self._refused = ""  # key of a refused code, whose continuation lines are skipped too

    def read(self, rows: Iterable[ReleaseRow]) -> None:
        """Add every row and close the last code."""
        for row in rows:
            if row.kind in {"4", "8"}:
                self._continue(row)
            else:
                self._close()
                self._open(row)
        self._close()

    def _open(self, row: ReleaseRow) -> None:
        code = row.key.strip().upper()
        self._refused = row.key
        if DENTAL.fullmatch(code):
            self.dental_refused += 1
        elif reason := self._refusal(row, code):
            self.problems.add(row.line, f"{reason}; left out")
        elif code in self._lines:
            self.problems.add(row.line, f"{code} comes twice, first at line {self._lines[code]}; left out")
        else:
            self._lines[code] = row.line
            self._head, self._texts, self._last, self._refused = row, [row.text], row.sequence, ""

    def _continue(self, row: ReleaseRow) -> None:
        if self._head is None or row.key != self._head.key:
            if row.key != self._refused:
                self._orphan(row)
            return
        if row.kind != {"3": "4", "7": "8"}.get(self._head.kind, row.kind):
            self.problems.add(
                row.line, f"record code {row.kind} does not continue {self._head.kind}; left out"
            )
            return
        code = row.key.strip().upper()
        if row.sequence and row.sequence <= self._last:
            self.problems.add(row.line, f"{code} has this line number already; left out")
            return
        if row.sequence > self._last + 1:
            self.problems.add(
                row.line, f"a line of {code} before this one is missing; its descriptor has a gap"
            )
        self._last = row.sequence
        self._texts.append(row.text)

    def _orphan(self, row: ReleaseRow) -> None:
        code = row.key.strip().upper()
        shown = code if LEVEL_II.matches(code) or MODIFIER.fullmatch(code) else "a code"
        self.problems.add(row.line, f"continues {shown}, whose first line is not before it; left out")

    def _close(self) -> None:
        head, self._head = self._head, None
        if head is None:
            return
        self._refused = head.key
        code = head.key.strip().upper()
        cells = head.cells
        short = cells.get("short_description", ("",))[0]
        # One blank between words: files of one release differ in double blanks (txt and xlsx, 17 codes).
        text = " ".join(" ".join(self._texts).split()) or short
        if not text:
            self.problems.add(head.line, f"{code} has no descriptor; left out")
            return
        dates = self._dates(code, head.line, cells)
        if dates is None:
            return
        if "asc_date" in cells and dates.get("asc_date") is None:
            # Some 2018 lines lack "YY" and have the date in its columns: the group is no group then.
            cells = {name: cell for name, cell in cells.items() if name != "asc_group"}
        if MODIFIER.fullmatch(code):
            self.modifiers[code] = to_modifier(code, text, cells, dates)
        else:
            self.records[code] = to_record(code, text, cells, dates)

    def _dates(self, code: str, line: int, cells: Cells) -> dict[str, date | None] | None:
        """The date columns; None when a date that decides the code's status cannot be read."""
        dates: dict[str, date | None] = {}
        for name in DATES:
            if name not in cells:
                continue
            try:
                dates[name] = read_date(cells[name][0])
            except ValueError:
                if name in LIFE_DATES:
                    self.problems.add(line, f"{code} has an unreadable {DATES[name]}; left out")
                    return None
                self.problems.add(line, f"{code} has an unreadable {DATES[name]}; kept without it")
        start, end = dates.get("effective_from"), dates.get("effective_to")
        if start and end and end < start:
            self.problems.add(line, f"{code} ends before it starts; kept as it stands")
        return dates

    def _refusal(self, row: ReleaseRow, code: str) -> str:
        """The reason why a head row is refused; empty when it is read."""
        if row.kind not in {"", "3", "7"}:
            return "unknown record code (expected 3, 4, 7 or 8)"
        if self._level == 1:
            return "" if LEVEL_I.matches(code) else "its code column holds no Level I (CPT) code"
        if row.kind == "7" or (not row.kind and MODIFIER.fullmatch(code)):
            return _modifier_refusal(code)
        if LEVEL_II.matches(code):
            return ""
        if LEVEL_I.matches(code):
            return f"{code} is a Level I code (CPT, the AMA's), which only a licence holder's file may add"
        if MODIFIER.fullmatch(code):
            return f"{code} is a modifier, but its record code is 3"
        return "its code column holds no HCPCS code"


def _modifier_refusal(code: str) -> str:
    if _AMA_MODIFIER.fullmatch(code):
        return f"modifier {code} is the AMA's (CPT)"
    return "" if MODIFIER.fullmatch(code) else "record code 7, but no two-character modifier"
