"""Units of CMS's packages, worked out from the code's long description, against the units that CMS prints.

A package's amount comes from its size where the code's unit is of the size's dimension (mL, square
centimeters, pieces), from a strength in the drug's name, or from one that price lines state for the code and
that volume. CMS's own number of units is compared with, and never used.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction

import msgspec

from eval.units.packages import PackageRow
from index.records import Record
from suggest.claim.billing_unit import BillingUnit, billing_unit
from suggest.claim.scan import Item, scan
from suggest.claim.stated import stated

_WORD = re.compile(r"[a-z]{4,}")
Strengths = Mapping[tuple[str, str, Fraction], Fraction]
KINDS = ("volume", "area", "pieces", "strength in the name", "strength in price lines")


class Compared(msgspec.Struct, frozen=True):
    """A package with both numbers of units.

    Attributes:
        row: The package.
        kind: How its amount is known, one of `KINDS`.
        ours: Units worked out.
        as_size: Whether CMS's units equal the package size: such a row proves little.
        amount: What the package holds, in words.
        up_to: Whether the description says "up to": any amount up to it is one unit.
        other_unit: Whether CMS's own short form of the unit is another amount than the description's.
    """

    row: PackageRow
    kind: str
    ours: Fraction
    as_size: bool
    amount: str
    up_to: bool = False
    other_unit: bool = False

    @property
    def right(self) -> bool:
        """Whether both agree, but for CMS's own rounding.

        CMS prints a few decimals, whole units where the unit is "up to", and rounds some sizes to whole
        square centimeters.
        """
        units = self.row.units
        if self.up_to and math.ceil(self.ours) == units:
            return True
        if self.kind == "area" and self.ours > 1 and math.floor(self.ours + Fraction(1, 2)) == units:
            return True
        return abs(self.ours - units) < Fraction(1, 1000) * max(Fraction(1), units)


def compare(
    rows: Iterable[PackageRow], records: Mapping[str, Record], strengths: Strengths | None = None
) -> tuple[list[Compared], Counter[str]]:
    """Packages whose amount is known, and how many rows were left out, by reason.

    Args:
        rows: Rows of the crosswalk; equal packages of several quarters are compared once.
        records: Records by code.
        strengths: What `stated_strengths` found in price lines.
    """
    found: list[Compared] = []
    left_out: Counter[str] = Counter()
    times: Counter[tuple[object, ...]] = Counter()
    for row in rows:
        package = (row.code, row.drug.lower(), row.ndc, row.dosage.lower(), row.size, row.units)
        times[package] += 1
        if times[package] > 1:
            left_out["the same package in another quarter"] += 1
            continue
        record = records.get(row.code)
        if record is None:
            left_out["code not in the release"] += 1
            continue
        unit = billing_unit(record.long_description, row.code)
        amount = _held(row, unit, _by_name(strengths or {}, row))
        if amount is None:
            left_out["the files at hand do not state what the package holds"] += 1
            continue
        kind, value, words = amount
        ours = value / unit.amount
        other = _other_unit(row, unit)
        found.append(Compared(row, kind, ours, row.units == row.size, words, unit.rule == "up to", other))
    return found, left_out


def cause(one: Compared) -> str:
    """Why a package's two numbers differ, as far as the row itself shows."""
    row = one.row
    if one.other_unit:
        return "CMS counted in another unit in that quarter than the description now says"
    if one.kind == "area" and abs(one.ours - row.units) <= Fraction(1, 2):
        return "CMS's square centimeters are not those of the printed size"
    if one.as_size:
        return "CMS's units are the printed size, which is not the amount"
    if row.units == 1 and one.kind.startswith("strength"):
        return "CMS counts one unit for a package of variable content"
    if one.kind == "strength in price lines":
        return "price lines state the strength of another product of the code"
    return "CMS's size and units of the row contradict each other"


def _other_unit(row: PackageRow, unit: BillingUnit) -> bool:
    """Whether CMS's short form of the unit, as printed in that quarter, is another amount."""
    printed = [
        item for item in scan(row.dosage) if item.kind == "amount" and item.dimension == unit.dimension
    ]
    return len(printed) == 1 and not unit.parts and printed[0].value != unit.amount


def _held(row: PackageRow, unit: BillingUnit, strength: Fraction | None) -> tuple[str, Fraction, str] | None:
    """What a package holds in the dimension of a unit: kind of conversion, amount, words."""
    if unit.dimension == "volume":
        return None if row.size == 1 else ("volume", row.size, f"{float(row.size):g} mL")
    if unit.dimension == "area":  # a size of 1 counts pieces
        return None if row.size == 1 else ("area", row.size, f"{float(row.size):g} sq cm")
    if unit.rule == "tiered" or (unit.dimension == "piece" and not unit.things):
        return None
    if unit.dimension == "piece":  # the size is that of the vial or dose, of which there is one
        return "pieces", Fraction(1), "1 vial or dose"
    named = _strength(row, unit)
    if named is not None:
        value = _times_size(named, row.size if named.per or _is_oral(row.code) else Fraction(1))
        return "strength in the name", value, f"{named.text} x {float(row.size):g}"
    if strength is not None and row.size != 1 and not _is_oral(row.code):
        return "strength in price lines", strength, f"{float(strength):g} in {float(row.size):g} mL"
    return None


def _by_name(strengths: Strengths, row: PackageRow) -> Fraction | None:
    """What price lines say that this volume of the drug holds, by the first word of its name."""
    words = _WORD.findall(row.drug.lower())
    return strengths.get((row.code, words[0], row.size)) if words else None


def _is_oral(code: str) -> bool:
    """Whether a code is for tablets and the like, whose package size counts pieces."""
    return code.startswith(("J8", "J75", "Q0"))


def _times_size(strength: Item, size: Fraction) -> Fraction:
    """A strength times a package size: per mL of its volume, else of each piece."""
    per = strength.per[0][1] if strength.per else Fraction(1)
    return strength.value / per * size


def _strength(row: PackageRow, unit: BillingUnit) -> Item | None:
    """The only amount of the unit's dimension in a drug's name; the percentage of a carrier is none."""
    found = stated(row.drug)
    amounts = [dose.item for dose in found.doses] + list(found.rates)
    amounts += [one.amount for one in found.containers if one.amount is not None]
    amounts = [item for item in amounts if item.dimension == unit.dimension]
    return amounts[0] if len(amounts) == 1 else None


def stated_strengths(texts: Iterable[tuple[str, str]], records: Mapping[str, Record]) -> Strengths:
    """Strengths of whole packages that price lines state: code, a word of the line and its volume -> amount.

    A line such as "LEUCOVORIN 50 MG/10 ML" or "OCTAGAM 10% 50 ML" says what 10 or 50 mL hold. Where lines
    with
    the same code have several concentrations there are several products, and none is taken.

    Args:
        texts: Code and text of each line.
        records: Records by code.
    """
    values: dict[tuple[str, str, Fraction], set[Fraction]] = defaultdict(set)
    concentrations: dict[str, set[Fraction]] = defaultdict(set)
    for code, text in texts:
        record = records.get(code)
        if record is None:
            continue
        unit = billing_unit(record.long_description, code)
        read = stated(text)
        rates = [rate for rate in read.rates if rate.dimension == unit.dimension and len(rate.per) == 1]
        rates = [rate for rate in rates if rate.per[0][0] == "volume"]
        if len({rate.value / rate.per[0][1] for rate in rates}) != 1:
            continue
        rates.sort(key=lambda rate: rate.per[0][1], reverse=True)  # 90 mg/10 mL (9 mg/mL): the package first
        size = rates[0].per[0][1]
        volumes = {dose.item.value for dose in read.doses if dose.item.dimension == "volume"} or {size} - {
            Fraction(1)
        }
        for volume, word in ((v, w) for v in volumes for w in set(_WORD.findall(text.lower()))):
            values[code, word, volume].add(rates[0].value / size * volume)
        concentrations[code].add(rates[0].value / size)
    return {
        key: next(iter(found))
        for key, found in values.items()
        if len(found) == 1 and len(concentrations[key[0]]) == 1
    }
