"""Units to bill: the amount in a text over the unit of a code, rounded up, with the arithmetic in words."""

from __future__ import annotations

import math
from fractions import Fraction

import msgspec

from suggest.claim.billing_unit import BillingUnit, billing_unit, in_words
from suggest.claim.counts import counted
from suggest.claim.drugs import of_basis, of_combination, of_this_drug
from suggest.claim.given import Given, Missing, given, measured
from suggest.claim.measures import number
from suggest.claim.stated import Container, Stated, stated
from suggest.claim.waste import NO_WASTE, Waste, waste

_BEYOND = frozenset(["additional", "addl", "extra", "beyond", "prolonged", "over"])


class Units(msgspec.Struct, frozen=True):
    """Units to bill for a text under a code.

    Attributes:
        units: Whole units; None where the text does not give them.
        arithmetic: How they come about, in words; empty without units.
        missing: What the text lacks, in words; empty with units.
        waste: What was thrown away, and the modifier for it.
        rules: Names of the rules that were used, keys of `suggest.claim.rules.RULES`.
        warning: A sentence on another way to count; empty mostly.
    """

    units: int | None
    arithmetic: str
    missing: str = ""
    waste: Waste = NO_WASTE
    rules: tuple[str, ...] = ()
    warning: str = ""


def units_to_bill(text: str, code: str, description: str) -> Units:
    """The units of a code that a text is about.

    Args:
        text: As typed.
        code: The code, upper case.
        description: Its long description, which states the unit.
    """
    unit = billing_unit(description, code)
    found = stated(text)
    amount = _given(found, unit, description)
    if isinstance(amount, Missing):
        missing = f"the unit is {unit.words}; the text does not say {amount.reason}"
        return Units(None, "", missing, NO_WASTE, (unit.rule,))
    if amount.value <= 0:
        return Units(None, "", "the text gives an amount of zero", NO_WASTE, (unit.rule,))
    return _billed(found, unit, amount, code, description)


def _given(found: Stated, unit: BillingUnit, description: str) -> Given | Missing:
    """What the text says was given, in the unit's dimension."""
    if unit.additional and not any(item.text in _BEYOND for item in found.items):
        return Missing("how much of the time is beyond that of the first code")
    if unit.dimension == "piece":
        return counted(found, unit, description)
    return _amount(found, unit, description)


def _amount(found: Stated, unit: BillingUnit, description: str) -> Given | Missing:
    """The amount given in the unit's dimension, or in the other one that the description names beside it."""
    found = of_this_drug(found, description)
    if "yard" in unit.words:  # inches are the width of a roll
        lengths = [dose for dose in found.doses if dose.item.dimension == "length"]
        widths = [dose for dose in lengths if dose.item.text.endswith(("in", "inch", "inches", "cm"))]
        found = found._replace(
            doses=tuple(dose for dose in found.doses if dose not in widths),
            containers=tuple(_without_width(one) for one in found.containers),
        )
    if unit.parts:
        return of_combination(found, unit)
    amount = given(of_basis(found, unit), unit.dimension)
    if isinstance(amount, Missing) and unit.other is not None:
        other = given(found, unit.other[0])
        if isinstance(other, Given):
            ratio = unit.amount / unit.other[1]
            words = f"{other.words} = {measured(other.value * ratio, unit.dimension)}"
            return Given(other.value * ratio, words, other.source)
    return amount


def _without_width(container: Container) -> Container:
    """A roll without its width in inches."""
    amount = container.amount
    is_width = (
        amount is not None and amount.dimension == "length" and amount.text.endswith(("in", "inch", "cm"))
    )
    return container._replace(amount=None) if is_width else container


def _billed(found: Stated, unit: BillingUnit, amount: Given, code: str, description: str) -> Units:
    """The units of an amount, rounded."""
    exact = amount.value / unit.amount
    nearest = unit.dimension == "time" and unit.amount == 60 and "observation" in description.lower()
    units = max(1, math.floor(exact + Fraction(1, 2))) if nearest else math.ceil(exact)
    rules = (unit.rule, *(["basis"] if unit.basis else []))
    if units != exact:
        rules = (*rules, "nearest hour" if nearest else "rounded up")
    arithmetic = f"{amount.words} / {in_words(unit)} = {_rounded(exact, units)}"
    if unit.dimension == "piece" and unit.amount == 1:
        arithmetic = f"{amount.words}, one unit each = {number(Fraction(units))}"
    found_waste = waste(found, unit, amount, code, description)
    return Units(units, arithmetic, "", found_waste, rules, _timed(unit, amount.value, units))


def _rounded(exact: Fraction, units: int) -> str:
    if exact == units:
        return number(Fraction(units))
    way = "up" if units > exact else "down"
    return f"{number(exact)}, rounded {way} to {number(Fraction(units))}"


def _timed(unit: BillingUnit, minutes: Fraction, units: int) -> str:
    """What the 8-minute rule gives for units of 15 minutes, where that is something else."""
    if unit.dimension != "time" or unit.amount != 15:
        return ""
    others = math.floor((minutes + 7) / 15)
    if others == units:
        return ""
    return (
        f"payers that count by the 8-minute rule count {others} units "
        "(Medicare Claims Processing Manual, chapter 5, section 20.2)"
    )


__all__ = ["Units", "measured", "units_to_bill"]
