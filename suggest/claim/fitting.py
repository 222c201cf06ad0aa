"""Which modifiers go with a code: those that CMS's fee schedule prices, else those of its pricing group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from index.records import Modifier, Record
from index.release.labels import PRICING
from suggest.claim.limits import Fee

BY_PRICING: Mapping[str, tuple[str, ...]] = {
    "31": ("RR",),
    "32": ("NU", "RR", "UE"),
    "33": ("RR", "QE", "QF", "QG"),
    "35": ("A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9"),
    "36": ("RR", "KH", "KI", "KJ", "BP", "BR", "BU"),
    "38": ("LT", "RT", "KX"),
    "45": ("NU", "RR", "UE"),
    "51": ("JW", "JZ", "JA", "JB"),
}
"""Pricing indicator of a release -> modifiers that CMS's Claims Processing Manual asks for on such claims
(chapter 20 for equipment, oxygen, dressings, orthotics; chapter 17 for drugs)."""


class FittingModifier(msgspec.Struct, frozen=True):
    """A modifier that goes with a code.

    Attributes:
        modifier: Two characters.
        description: Its long descriptor; empty for one that the release does not have.
        source: The table that has a fee with it, or the pricing group.
    """

    modifier: str
    description: str
    source: str


def fitting_modifiers(
    record: Record, modifiers: Iterable[Modifier], fees: Sequence[Fee]
) -> tuple[FittingModifier, ...]:
    """The modifiers that go with a code, those with a fee first; empty where CMS's data say nothing.

    Args:
        record: The code.
        modifiers: Those of the release; in a pricing group only these count.
        fees: Of the code, as `Limits.fees` gives them.
    """
    words = {one.modifier: one.long_description for one in modifiers}
    found = {modifier: fee.table for fee in reversed(fees) for modifier in fee.modifiers}
    priced = dict(sorted(found.items()))
    for group in record.pricing:
        for modifier in BY_PRICING.get(group, ()):
            if modifier in words:
                priced.setdefault(modifier, f"pricing group {group}: {PRICING[group]}")
    return tuple(FittingModifier(one, words.get(one, ""), source) for one, source in priced.items())
