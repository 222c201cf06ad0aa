"""Reading tables about codes in CMS's own layouts, recognised by content."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from index.code_systems import DENTAL, LEVEL_I, LEVEL_II
from index.release.problems import Problems
from index.release.source import read_bytes
from index.tables.code_table import CodeTable, Row, TableInfo
from index.tables.grids import Grid, grids
from index.tables.layouts import Layout, recognise
from index.tables.quarters import validity

MAX_HEADER_ROWS = 60
"""First rows that are searched for the header: CMS's notices stand above it."""

FORMS = (
    "a table is CMS's MUE file, DMEPOS fee schedule, Part B payment limits (ASP), OPPS Addendum B or the "
    "ASP crosswalk of NDC and HCPCS, as CMS ships it: csv, txt or xlsx, alone or in a zip"
)

_MEDICAID = re.compile(r"\bmcd_|medicaid[-_ ](?:ncci|mue|medically)", re.IGNORECASE)


def read_tables(path: Path) -> tuple[CodeTable, ...]:
    """Read the tables of a file; a zip may hold several. CPT and dental rows are left out and counted.

    Args:
        path: A file in one of CMS's layouts: csv, tab-separated text or xlsx, also in zip or gzip.

    Raises:
        ReleaseFormatError: If the file is damaged, holds no table that is known, or is a Medicaid table.
    """
    problems = Problems(str(path))
    data = read_bytes(path, problems)
    digest = hashlib.sha256(data).hexdigest()
    found: dict[object, CodeTable] = {}
    for grid in grids(data, path.name, problems):
        table = _table(grid, digest, problems)
        if table is not None and table.rows:  # CMS ships the same table as text and as a workbook
            found.setdefault((table.info.kind, table.info.settings, frozenset(table.rows)), table)
    if not found:
        raise problems.fail(f"holds no table about Level II codes that is known; {FORMS}")
    return tuple(found.values())


def read_all(paths: Iterable[Path]) -> list[CodeTable]:
    """Read the tables of several files, in order.

    Raises:
        ReleaseFormatError: As `read_tables`, or if the same file is given twice.
    """
    tables: list[CodeTable] = []
    for path in paths:
        new = read_tables(path)
        if any(new[0].info.sha256 == table.info.sha256 for table in tables):
            raise Problems(str(path)).fail("is given twice; name each table once")
        tables += new
    return tables


def _table(grid: Grid, digest: str, problems: Problems) -> CodeTable | None:
    for number, cells in enumerate(grid.rows[:MAX_HEADER_ROWS]):
        if layout := recognise(cells):
            notices = [cell for row in grid.rows[:number] for cell in row if cell.strip()]
            _refuse_medicaid(grid, layout, notices, problems)
            rows, left_out = _rows(grid.rows[number + 1 :], layout)
            held = validity(notices, grid.name.split("!")[::-1])
            return CodeTable(
                TableInfo(
                    layout.kind,
                    grid.name,
                    digest,
                    layout.settings,
                    *held,
                    codes=len(rows),
                    rows=sum(map(len, rows.values())),
                    left_out=left_out,
                    states=layout.states,
                ),
                rows,
            )
    return None


def _refuse_medicaid(grid: Grid, layout: Layout, notices: list[str], problems: Problems) -> None:
    """Medicaid's unit limits have the same layout and other numbers."""
    if layout.kind == "unit-limits" and any(map(_MEDICAID.search, (grid.name, *notices))):
        raise problems.fail("holds Medicaid's unit limits; give Medicare's (MCR_MUE_...)")


def _rows(rows: list[list[str]], layout: Layout) -> tuple[dict[str, tuple[Row, ...]], dict[str, int]]:
    """The rows by code, codes ascending, and how many rows were left out for which reason."""
    read: dict[str, list[Row]] = {}
    left_out: Counter[str] = Counter()
    for cells in rows:
        code = cells[layout.code].strip().upper() if layout.code < len(cells) else ""
        if LEVEL_II.matches(code):
            try:
                read.setdefault(code, []).append(layout.read(cells))
            except ValueError:
                left_out["unreadable"] += 1
        elif LEVEL_I.matches(code) or DENTAL.fullmatch(code):
            left_out["dental" if DENTAL.fullmatch(code) else "cpt"] += 1
        elif any(cell.strip() for cell in cells):
            left_out["unreadable"] += 1
    return {code: tuple(read[code]) for code in sorted(read) if read[code]}, dict(left_out)
