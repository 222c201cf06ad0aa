"""Units to bill: the amount in a text over the unit of a code, rounded up, with the arithmetic in words."""

from __future__ import annotations

import math
import re
from fractions import Fraction

import msgspec

from suggest.claim.billing_unit import BillingUnit, billing_unit, in_words
from suggest.claim.counts import counted
from suggest.claim.drugs import of_basis, of_combination, of_this_drug
from suggest.claim.given import BOTH, Given, Missing, given, measured
from suggest.claim.measures import number
from suggest.claim.stated import Container, Stated, stated
from suggest.claim.waste import NO_WASTE, Waste, waste

_NAMED_STRENGTH = re.compile(r"(?i)\b(kenalog)-(10|40|80)\b")
_DOSED = frozenset(["mass", "units", "volume", "equivalents", "moles"])
_ONE_DOSE = frozenset(
    ("dose", "doses", "today", "once", "one", "total", "first", "initial", "load", "loading", "bolus", "each")
    + ("=",)
)
EACH = (("each", Fraction(1)),)
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
    amount = _given(found, unit, description, code)
    if isinstance(amount, Missing) and "-" in text:
        found, amount = _with_named_strength(text, found, unit, description, code) or (found, amount)
    if isinstance(amount, Missing):
        missing = f"the unit is {unit.words}; the text does not say {amount.reason}"
        return Units(None, "", missing, NO_WASTE, (unit.rule,))
    if amount.value <= 0:
        return Units(None, "", "the text gives an amount of zero", NO_WASTE, (unit.rule,))
    return _billed(found, unit, amount, code, description)


def _given(found: Stated, unit: BillingUnit, description: str, code: str) -> Given | Missing:
    """What the text says was given, in the unit's dimension."""
    if unit.additional and not any(item.text in _BEYOND for item in found.items):
        return Missing("how much of the time is beyond that of the first code")
    if unit.dimension == "piece":
        return counted(found, unit, description, code)
    amount = _amount(found, unit, description)
    if isinstance(amount, Missing):
        return amount
    often = _open_schedule(found, unit)
    return Missing(f"whether the units are for one dose or for a day ({often})") if often else amount


def _amount(found: Stated, unit: BillingUnit, description: str) -> Given | Missing:
    """The amount given in the unit's dimension, or in the other one that the description names beside it."""
    found = of_this_drug(found, description)
    if found.containers and "unit dose" in description.lower():
        found = _each_unit_dose(found)
    if "yard" in unit.words:  # inches are the width of a roll
        lengths = [dose for dose in found.doses if dose.item.dimension == "length"]
        widths = [dose for dose in lengths if dose.item.text.endswith(("in", "inch", "inches", "cm"))]
        found = found._replace(
            doses=tuple(dose for dose in found.doses if dose not in widths),
            containers=tuple(_without_width(one) for one in found.containers),
        )
    if unit.dimension == "time" and unit.amount < 720 and _only_days(found):
        return Missing("how many hours a day")
    if unit.parts:
        return of_combination(found, unit)
    sides = _for_both_sides(found, unit)
    if isinstance(sides, Missing):
        return sides
    found = sides
    amount = given(of_basis(found, unit), unit.dimension)
    if isinstance(amount, Missing) and unit.other is not None:
        other = given(found, unit.other[0])
        if isinstance(other, Given):
            ratio = unit.amount / unit.other[1]
            words = f"{other.words} = {measured(other.value * ratio, unit.dimension)}"
            return Given(other.value * ratio, words, other.source)
    return amount


def _with_named_strength(
    text: str, found: Stated, unit: BillingUnit, description: str, code: str
) -> tuple[Stated, Given] | None:
    """The text with the strength that a trade name says, such as the 40 mg/mL of Kenalog-40."""
    match = _NAMED_STRENGTH.search(text)
    volumes = [dose for dose in found.doses if dose.item.dimension == "volume"]
    if match is None or "triamcinolone" not in description.lower() or len(volumes) != 1 or found.rates:
        return None
    read = stated(f"{text[: match.end(1)]} {match[2]} mg/ml{text[match.end() :]}")
    amount = _given(read, unit, description, code)
    return (read, amount) if isinstance(amount, Given) else None


def _open_schedule(found: Stated, unit: BillingUnit) -> str:
    """How often a dose is given, where the text says neither for how long nor that it is one; else empty."""
    if unit.dimension not in _DOSED or not any([item.kind == "times-a-day" for item in found.items]):
        return ""
    items = found.items
    words = {item.text for item in items}
    closed = any(item.dimension == "time" and item.value >= 1440 for item in items) or words & _ONE_DOSE
    counted_doses = any(
        item.text == "x" and at + 1 < len(items) and items[at + 1].kind == "number"
        for at, item in enumerate(items)
    )
    if closed or counted_doses:
        return ""
    return next((item.text for item in items if item.kind == "times-a-day" and item.value > 1), "")


def _only_days(found: Stated) -> bool:
    """Whether the only time of a text is in days, for a code of hours or minutes."""
    times = [dose.item for dose in found.doses if dose.item.dimension == "time"]
    rates = any(rate.dimension == "time" for rate in found.rates)
    return bool(times) and not rates and all(item.text.endswith(("day", "days")) for item in times)


def _for_both_sides(found: Stated, unit: BillingUnit) -> Stated | Missing:
    """The text with a dose for each eye counted twice; one for both knees may be that of one or of both."""
    doses = [dose for dose in found.doses if dose.item.dimension == unit.dimension]
    if len(doses) != 1 or found.containers or not any([item.text in BOTH for item in found.items]):
        return found
    words = {item.text for item in found.items}
    if doses[0].times != 1 or doses[0].total:
        return found
    if words & {"each", "ea", "total"} or found.rates or any(item.per == EACH for item in found.items):
        return found
    if "ou" in words:
        twice = doses[0]._replace(times=Fraction(2))
        return found._replace(doses=tuple(twice if one is doses[0] else one for one in found.doses))
    if unit.dimension != "mass":
        return found
    return Missing(f"whether {doses[0].item.text} is for each side or for both")


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
    if unit.rule == "up to" and "unit dose form" in description.lower():
        exact = _unit_doses(_each_unit_dose(found), unit) or exact
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


def _each_unit_dose(found: Stated) -> Stated:
    """The text with the dose of each of its vials: `0.25 mg, 30 vials` of a drug in unit doses."""
    many = [one.many for one in found.containers if one.amount is None and one.listed and one.many > 1]
    if len(found.doses) != 1 or len(many) != 1 or len(found.containers) != 1 or found.doses[0].times != 1:
        return found
    return found._replace(doses=(found.doses[0]._replace(times=many[0]),))


def _unit_doses(found: Stated, unit: BillingUnit) -> Fraction | None:
    """Units of several doses, each of whole unit doses; None where the text does not give one dose."""
    doses = [(dose.item.value, dose.times) for dose in found.doses if dose.item.dimension == unit.dimension]
    doses += [
        (one.amount.value, one.many)
        for one in found.containers
        if one.amount is not None and one.amount.dimension == unit.dimension
    ]
    if len(doses) != 1 or doses[0][1].denominator != 1:
        return None
    return Fraction(math.ceil(doses[0][0] / unit.amount)) * doses[0][1]


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
