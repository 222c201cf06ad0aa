"""CMS's crosswalk of packages: what a package of a drug holds, and how many units CMS counts in it."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import msgspec


class PackageRow(msgspec.Struct, frozen=True):
    """A row of the crosswalk.

    Attributes:
        quarter: Name of the file.
        code: HCPCS code.
        drug: Drug name.
        dosage: CMS's own short form of the code's unit, such as "10 MG".
        size: Package size as printed, without a unit.
        units: CMS's billing units of one package.
        ndc: Package code as printed.
    """

    quarter: str
    code: str
    drug: str
    dosage: str
    size: Fraction
    units: Fraction
    ndc: str


_CODE = re.compile(r"[A-V]\d{4}")
_DATE = re.compile(r"20\d\d-\d\d")


def package_rows(path: Path) -> Iterator[PackageRow]:
    """The rows of a crosswalk file with a number of units; preamble and damaged rows are passed over."""
    quarter = _DATE.search(path.name)
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="latin-1") as lines:
        for cells in csv.reader(lines):
            if len(cells) < 10 or not _CODE.fullmatch(cells[0].strip()):
                continue
            size, units = _number(cells[6]), _number(cells[8])
            if size is not None and units is not None:
                name = quarter[0] if quarter else path.name
                yield PackageRow(
                    name,
                    cells[0].strip(),
                    " ".join(cells[4].split()),
                    " ".join(cells[5].split()),
                    size,
                    units,
                    cells[3].strip(),
                )


def _number(cell: str) -> Fraction | None:
    try:
        return Fraction(cell.replace(",", "").strip())
    except (ValueError, ZeroDivisionError):
        return None
