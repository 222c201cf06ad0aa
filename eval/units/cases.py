"""Labelled texts with the units, waste and modifiers to bill, and how many are worked out right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from index.records import Record
from suggest.claim.units import Units, units_to_bill

WASTE_MODIFIERS = frozenset(("JW", "JZ"))


class Score(msgspec.Struct, frozen=True):
    """How many texts are right, each under its labelled code.

    Attributes:
        cases: How many texts.
        units: Those with the right units, or rightly none.
        wrong: Those with a wrong number of units.
        waste: Those with the right wasted units, or rightly none.
        modifiers: Those with the right JW or JZ, or rightly neither.
    """

    cases: int
    units: int
    wrong: int
    waste: int
    modifiers: int


class Miss(msgspec.Struct, frozen=True):
    """A text that was not worked out right, its label and what was found."""

    case: dict[str, Any]
    found: Units


def score_cases(cases: Iterable[dict[str, Any]], records: Mapping[str, Record]) -> tuple[Score, list[Miss]]:
    """Work out the units of labelled texts.

    Args:
        cases: Each with `query`, `code` and `units`, most with `waste_units` and `modifiers`.
        records: Records by code; the description gives the unit.
    """
    n = units = wrong = waste = modifiers = 0
    misses: list[Miss] = []
    for case in cases:
        record = records[case["code"]]
        found = units_to_bill(case["query"], record.code, record.long_description)
        own = set(filter(None, [found.waste.modifier]))
        labelled = WASTE_MODIFIERS & set(case["modifiers"]) if "modifiers" in case else own
        right = (
            found.units == case["units"],
            found.waste.units == case.get("waste_units", found.waste.units),
            own == labelled,
        )
        n += 1
        units, waste, modifiers = units + right[0], waste + right[1], modifiers + right[2]
        wrong += not right[0] and found.units is not None
        if not all(right):
            misses.append(Miss(case, found))
    return Score(n, units, wrong, waste, modifiers), misses
