"""Drug packages of CMS's crosswalk on a claim line: the one that a text names, those that hold a dose."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import msgspec

from index.store.tables import Tables
from suggest.drug_packages import PackageOf, in_words, packages_of

MAX_UNITS = 5_000  # of a dose whose containers are looked for


class Package(msgspec.Struct, frozen=True):
    """A package of a drug, as CMS's crosswalk lists it.

    Attributes:
        ndc: National Drug Code, 5-4-2 digits.
        code: The code that CMS assigns to it.
        labeler: Who sells it.
        name: The drug's name.
        size: What one container holds, in the measure of its label.
        containers: Containers in a package.
        units: Units of the code in one container.
        table: The crosswalk, with its quarter.
        words: All of that on one line.
    """

    ndc: str
    code: str
    labeler: str
    name: str
    size: float
    containers: float
    units: float
    table: str
    words: str


def package_of(one: PackageOf) -> Package:
    """A package with its words."""
    row = one.package
    return Package(
        row.ndc,
        one.code,
        row.labeler,
        row.name,
        row.size,
        row.containers,
        row.units,
        one.source,
        in_words(one),
    )


def smallest_containers(units: int, packages: Sequence[PackageOf]) -> str:
    """The containers that hold a dose with the least left over, and of these the fewest; empty for none.

    Args:
        units: Units of the dose, rounded up.
        packages: The packages of its code.
    """
    by_units = {one.package.units: one for one in packages if one.package.units >= 1}
    sizes = sorted(int(size) for size in by_units if size == int(size))
    if not sizes or units > MAX_UNITS:
        return ""
    counts = _fewest(units, sizes)
    held = sum(size * number for size, number in counts.items())
    parts = []
    for size, number in sorted(counts.items(), reverse=True):
        row = by_units[size].package
        parts.append(f"{number} x {row.name} of {size:,} units (such as NDC {row.ndc})")
    left = f", {held - units:,} units more than the dose" if held > units else ""
    return f"{' + '.join(parts)} = {held:,} units{left} [{packages[0].source}]"


def _fewest(units: int, sizes: Sequence[int]) -> dict[int, int]:
    """How many of each size hold at least the units: least left over first, then the fewest containers."""
    most = units + sizes[0]  # one more of the smallest size is never needed
    count = [0.0] + [math.inf] * most
    last = [0] * (most + 1)
    for total in range(1, most + 1):
        for size in sizes:
            if size <= total and count[total - size] + 1 < count[total]:
                count[total], last[total] = count[total - size] + 1, size
    total = next(total for total in range(units, most + 1) if count[total] < math.inf)
    found: dict[int, int] = {}
    while total:
        found[last[total]] = found.get(last[total], 0) + 1
        total -= last[total]
    return found


def named_package(tables: Tables, text: str, on: date) -> tuple[PackageOf, ...]:
    """The packages whose numbers a text contains."""
    packages = packages_of(tables)
    return packages.named(text, on) if packages is not None else ()


def containers_for(tables: Tables, code: str, units: int | None, on: date) -> str:
    """The smallest containers for the units of a code; empty without a crosswalk."""
    packages = packages_of(tables)
    if packages is None or not units:
        return ""
    return smallest_containers(units, packages.with_code(code, on))
