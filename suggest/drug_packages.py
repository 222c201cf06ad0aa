"""Drug packages by their National Drug Code (NDC): what CMS's crosswalk says of the numbers in a text."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from index.store.tables import MemoryTable, StoredTable, Tables
from index.tables.code_table import DrugPackage

_NUMBER = re.compile(
    r"(?<![\w.-])(?:N4\s?)?(?:(\d{4,5})[- ](\d{3,4})[- ](\d{1,2})|(\d{10,11}))(?![\w-]|\.\d)", re.IGNORECASE
)
"""A whole number with or without hyphens or blanks, also behind the qualifier of an electronic claim."""

_CLAIM_QUANTITY = re.compile(r"\b(ML|GR|ME)\s?(\d+(?:\.\d+)?)(?![\w.])", re.IGNORECASE)
_MEASURES = {"ML": "ml", "GR": "g", "ME": "mg"}
"""Qualifiers of the quantity of a drug on an electronic claim (X12 837, element CTP05)."""

_HYPHENATED = frozenset({(4, 4, 2), (5, 3, 2), (5, 4, 1), (5, 4, 2)})
"""The FDA's three forms of ten digits, and that of claims with eleven."""

LENGTHS = (5, 4, 2)

MAX_CACHED_INDEXES = 8


class PackageOf(NamedTuple):
    """A package, and the code that CMS assigns to it.

    Attributes:
        code: Upper case.
        package: What the crosswalk says.
        source: The crosswalk's title, with its quarter.
    """

    code: str
    package: DrugPackage
    source: str


class DrugPackages:
    """Finds packages by number. Safe to use from several threads."""

    def __init__(self, tables: Sequence[StoredTable | MemoryTable]) -> None:
        """Take the crosswalks of an index; their rows are read when the first number is looked up."""
        self._tables = sorted(tables, key=lambda table: table.info.quarter)
        self._found: dict[str, list[tuple[date, PackageOf]]] | None = None
        self._lock = threading.Lock()

    def named(self, text: str, on: date) -> tuple[PackageOf, ...]:
        """The packages whose numbers a text contains, in order; a number may have several codes.

        Of several crosswalks the one of the latest quarter that has begun answers, else the earliest.
        """
        found: dict[tuple[str, str], PackageOf] = {}
        for number in written_numbers(text):
            for package in self._on(number, on):
                found.setdefault((number, package.code), package)
        return tuple(found.values())

    def with_code(self, code: str, on: date) -> list[PackageOf]:
        """The packages of a code on a date, in the order of the crosswalk."""
        every = [
            (table.info.effective_from or date.min, PackageOf(code, row, table.info.title))
            for table in self._tables
            for row in table.rows(code)
            if isinstance(row, DrugPackage)
        ]
        return [one for _, one in _of_quarter(every, on)]

    def _on(self, number: str, on: date) -> Iterator[PackageOf]:
        yield from (one for _, one in _of_quarter(self._by_number().get(number, []), on))

    def _by_number(self) -> dict[str, list[tuple[date, PackageOf]]]:
        with self._lock:
            if self._found is None:
                found: dict[str, list[tuple[date, PackageOf]]] = {}
                for table in self._tables:
                    begins = table.info.effective_from or date.min
                    for code in table.codes():
                        for row in table.rows(code):
                            if isinstance(row, DrugPackage):
                                one = PackageOf(code, row, table.info.title)
                                found.setdefault(row.ndc, []).append((begins, one))
                self._found = found
            return self._found


@lru_cache(MAX_CACHED_INDEXES)
def packages_of(tables: Tables) -> DrugPackages | None:
    """The packages of an index, whose numbers are read once for all who ask; None without a crosswalk."""
    crosswalks = [table for table in tables if table.info.kind == "drug-packages"]
    return DrugPackages(crosswalks) if crosswalks else None


def _of_quarter(found: Sequence[tuple[date, PackageOf]], on: date) -> list[tuple[date, PackageOf]]:
    """Of packages from several quarters those of the latest that has begun, else of the earliest."""
    begun = [begins for begins, _ in found if begins <= on]
    chosen = max(begun) if begun else min((begins for begins, _ in found), default=date.min)
    return [one for one in found if one[0] == chosen]


def written_numbers(text: str) -> Iterator[str]:
    """The numbers of 5-4-2 digits with hyphens that a text may contain."""
    for match in _NUMBER.finditer(text):
        yield from _eleven_digits(match)


def _eleven_digits(match: re.Match[str]) -> Iterator[str]:
    """The numbers of 5-4-2 digits that a written number may stand for.

    Ten digits without hyphens may be of any of the FDA's three forms: each has its zero elsewhere.
    """
    parts = tuple(part for part in match.groups()[:3] if part)
    whole = match[4]
    if whole is None:
        if tuple(map(len, parts)) in _HYPHENATED:
            yield _joined(parts)
    elif len(whole) == 11:
        yield _joined((whole[:5], whole[5:9], whole[9:]))
    else:
        for first, second in ((4, 8), (5, 8), (5, 9)):
            yield _joined((whole[:first], whole[first:second], whole[second:]))


def _joined(parts: Sequence[str]) -> str:
    return "-".join(part.zfill(length) for part, length in zip(parts, LENGTHS, strict=True))


def without_numbers(text: str, packages: Sequence[PackageOf]) -> str:
    """A text without the numbers of some packages: their digits are no amounts.

    The quantity that follows a number on an electronic claim (`ML10`) is written as an amount.
    """
    numbers = {one.package.ndc for one in packages}

    def rest(match: re.Match[str]) -> str:
        return " " if numbers.intersection(_eleven_digits(match)) else match[0]

    if not numbers:
        return text
    return _CLAIM_QUANTITY.sub(
        lambda match: f"{match[2]} {_MEASURES[match[1].upper()]}", _NUMBER.sub(rest, text)
    )


def in_words(one: PackageOf) -> str:
    """A package on one line: number, drug, labeler, size and units, and who says so."""
    package = one.package
    size = f"{package.size:g} in a container" if package.size else ""
    many = f", {package.containers:g} containers in a package" if package.containers > 1 else ""
    units = f"{package.units:g} units of {one.code} ({package.dosage}) a container" if package.units else ""
    parts = [f"{package.name}, {package.labeler}", f"{size}{many}", units]
    return f"NDC {package.ndc}: {'; '.join(filter(None, parts))} [{one.source}]"
