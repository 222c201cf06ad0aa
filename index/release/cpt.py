"""Level I codes (CPT) from the file of a licence holder; none ship with this project."""

from __future__ import annotations

from pathlib import Path

from index.records import Record
from index.release.assembly import Assembly
from index.release.problems import Problems
from index.release.source import decode, gunzip, read_bytes
from index.release.table import read_csv, to_rows

_FORM = "a CPT file is CSV or tab-separated text with a header naming a code and a description column"


def read_cpt(path: Path) -> tuple[Record, ...]:
    """Read a licence holder's own list of CPT codes.

    Args:
        path: CSV or tab-separated text, also gzipped. Its header names a code column ("CPT Code",
            "Code") and a long or short description column ("Long", "Short Description"); lines above
            the header, such as a copyright notice, are skipped.

    Returns:
        Level I records, ascending by code.

    Raises:
        ReleaseFormatError: If the file has no such header or no row, or at the first row that is no
            Level I code, comes twice, or has no description.
    """
    path = Path(path)
    problems = Problems(str(path), strict=True)
    data = read_bytes(path, problems)
    if data.startswith(b"\x1f\x8b"):
        data = gunzip(data, problems)
    if data.startswith(b"PK"):
        raise problems.fail(f"is a zip or a workbook; {_FORM}")
    table = read_csv(decode(data, problems), problems)
    if table is None:
        raise problems.fail(f"has no header naming a code and a description column; {_FORM}")
    header, rows = table
    assembly = Assembly(problems, level=1)
    assembly.read(to_rows(header, rows, problems))
    if not assembly.records:
        raise problems.fail(f"holds no code; {_FORM}")
    return tuple(assembly.records[code] for code in sorted(assembly.records))
