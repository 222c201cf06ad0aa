"""A noisier check: what a price line's text says that a package holds, against the hospital's own quantity.

The quantity has no code in it, so this checks how amounts are read, not units.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import msgspec

from suggest.claim.given import Given, given, is_whole
from suggest.claim.stated import Stated, stated

MEASURES = {"ML": ("volume", 1), "ME": ("mass", 1), "GR": ("mass", 1000)}
"""Kinds of measure on price files: dimension, and how many of its base unit."""


class Price(msgspec.Struct, frozen=True):
    """A price line with both quantities, in mL or mg.

    Attributes:
        text: The line.
        measure: "ML", "ME" (mg) or "GR".
        ours: As read from the text.
        theirs: The hospital's.
    """

    text: str
    measure: str
    ours: Fraction
    theirs: Fraction

    @property
    def right(self) -> bool:
        """Whether both agree to a hundredth."""
        return abs(self.ours - self.theirs) <= Fraction(1, 100) * self.theirs


def compare_prices(lines: Iterable[dict[str, Any]]) -> list[Price]:
    """The lines whose text states an amount in the hospital's kind of measure."""
    found = []
    for line in lines:
        measure = MEASURES.get(line.get("drug_type", ""))
        if measure is None:
            continue
        dimension, factor = measure
        theirs = Fraction(line["drug_unit"]) * factor
        ours = _package(stated(line["query"]), dimension)
        if ours is not None and theirs > 0:
            found.append(Price(line["query"], line["drug_type"], ours, theirs))
    return found


def _package(read: Stated, dimension: str) -> Fraction | None:
    """The only amount of a dimension, or the volume that a strength is stated for ("4 mg/2 mL")."""
    amount = given(read, dimension)
    if isinstance(amount, Given) and amount.source != "rate":
        return amount.value
    sizes = {rate.per[0][1] for rate in read.rates if rate.per[0][0] == dimension and is_whole(read, rate)}
    if dimension == "volume" and len(sizes) == 1:
        return sizes.pop()
    return None
