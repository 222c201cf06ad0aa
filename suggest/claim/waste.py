"""What was thrown away of what was opened, and the modifier that says so: JW or JZ."""

from __future__ import annotations

import math
from fractions import Fraction

import msgspec

from suggest.claim.billing_unit import BillingUnit, in_words
from suggest.claim.given import Given, measured, opened, wasted_amount
from suggest.claim.measures import SINGLE_DOSE, number
from suggest.claim.scan import ZERO
from suggest.claim.stated import Stated

JW, JZ = "JW", "JZ"
_DRUGS = frozenset("JQCA")
_NO_DRUGS = ("oral", "inhalation solution", "administered through dme", "insulin")


class Waste(msgspec.Struct, frozen=True):
    """What was thrown away.

    Attributes:
        units: Whole units wasted, rounded down; None where the text says nothing of what was opened.
        modifier: "JW", "JZ" or "".
        reason: Why, with the arithmetic.
        warning: A sentence on what does not fit together; empty mostly.
    """

    units: int | None = None
    modifier: str = ""
    reason: str = ""
    warning: str = ""


NO_WASTE = Waste()


def waste(stated: Stated, unit: BillingUnit, amount: Given, code: str, description: str) -> Waste:
    """The waste of a dose under a code; none for what is no drug or comes from a multi-dose container."""
    if stated.multidose or not _is_drug(unit, code, description):
        return NO_WASTE
    if unit.dimension == "piece":
        return _of_pieces(stated, unit)
    wasted = wasted_amount(stated, unit.dimension)
    held = opened(stated, unit.dimension)
    single = [one for one in stated.containers if one.thing in SINGLE_DOSE]
    if held is not None and single:
        return _of_opened(held, wasted, unit, amount)
    if wasted is not None:
        return _stated_waste(wasted, unit)
    if stated.waste == "none":
        return Waste(0, JZ, "the text says that nothing was wasted")
    if stated.waste == "some":
        return Waste(
            None,
            "",
            "",
            "the text says that something was wasted, and not what was opened: JW may be missing",
        )
    if (
        single
        and held is None
        and all(one.thing != "vial" for one in single)
        and len(single) == 1
        and single[0].listed
    ):
        return Waste(0, JZ, f"the dose is the whole {single[0].thing}")
    return NO_WASTE


def _is_drug(unit: BillingUnit, code: str, description: str) -> bool:
    if not code or code[0] not in _DRUGS or code.startswith(("A4", "A5", "A6", "A7", "J8")):
        return False
    lower = description.lower()
    return unit.dimension != "time" and not any(word in lower for word in _NO_DRUGS)


def _of_pieces(stated: Stated, unit: BillingUnit) -> Waste:
    """Of whole vials none is left when the text says that all was given."""
    if unit.rule == "per vial" and stated.waste == "none":
        return Waste(0, JZ, "the text says that nothing was wasted")
    return NO_WASTE


def _of_opened(held: Given, wasted: Fraction | None, unit: BillingUnit, amount: Given) -> Waste:
    """What was opened less what was given."""
    left = held.value - amount.value
    warning = ""
    if wasted is not None and wasted != left:
        parts = [measured(value, unit.dimension) for value in (held.value, amount.value, left, wasted)]
        warning = (
            f"opened {parts[0]} less {parts[1]} given leaves {parts[2]}, the text says {parts[3]} wasted"
        )
    if left < 0:
        return Waste(None, "", "", "more was given than the containers that the text names hold")
    units = math.floor(left / unit.amount)
    words = f"opened {held.words}, left {measured(left, unit.dimension)}"
    return _waste(units, left, words, unit, warning)


def _stated_waste(wasted: Fraction, unit: BillingUnit) -> Waste:
    units = math.floor(wasted / unit.amount)
    return _waste(units, wasted, f"{measured(wasted, unit.dimension)} wasted", unit, "")


def _waste(units: int, left: Fraction, words: str, unit: BillingUnit, warning: str) -> Waste:
    if left == ZERO:
        return Waste(0, JZ, f"{words}: nothing was wasted", warning)
    exact = left / unit.amount
    rounded = "" if exact == units else f" = {number(exact)}, rounded down to {units}"
    if units == 0:
        return Waste(0, JZ, f"{words}, less than one unit of {in_words(unit)}", warning)
    return Waste(units, JW, f"{words} / {in_words(unit)}{rounded or f' = {units}'}", warning)
