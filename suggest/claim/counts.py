"""How many things a text counts, for codes whose unit is a thing: each, per pair, per visit, 50 strips."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from suggest.claim.billing_unit import BillingUnit
from suggest.claim.given import Given, Missing, count_of
from suggest.claim.measures import CONTAINERS, PACKS, number
from suggest.claim.scan import ONE, Item
from suggest.claim.stated import ZERO, Stated

_PAIR = frozenset(("pair", "pairs", "pr", "prs"))
_COUNT_BEFORE = frozenset(("#", "qty", "quantity", "count", "disp", "dispense", "x"))
_COUNT_AFTER = frozenset(["ea", "each", "ct", "count", "units", "unit", "pieces", "pcs", "total"])
_BOTH = frozenset(["both", "bilateral", "bilat", "bilaterally", "ou"])
_ONE = frozenset(["a", "an", "single"])
_SIDES = (("left", "right"), ("lt", "rt"), ("od", "os"), ("l", "r"))
_WORN = ("orthosis", "orthotic", "prosthe", "splint")  # for one side unless the description says otherwise
_BOTH_SIDES = ("pair", "bilateral", "binaural", "both")
_ONCE = frozenset(
    [
        "dose",
        "session",
        "visit",
        "encounter",
        "treatment",
        "evaluation",
        "service",
        "procedure",
        "month",
        "patient",
        "trip",
        "device",
        "course",
    ]
)
"""Things of which an order line is for one unless it counts them."""

_WORD = re.compile(r"[a-z]{3,}")


def counted(stated: Stated, unit: BillingUnit, description: str) -> Given | Missing:
    """How many pieces a text is about.

    Args:
        stated: The text, read.
        unit: The code's unit, of pieces.
        description: The code's long description: its words tell which number is a count.
    """
    for rule in (_packs, _things, _pairs, _marked, _a_day, _units, _before_word, _sides, _alone):
        found = rule(stated, unit, description)
        if found is not None:
            return found
    if (
        unit.rule in ("the item or service itself", "per study", "per dose", "tiered")
        or set(unit.things) & _ONCE
        or _says_one(stated)
    ):
        return Given(ONE, "one", "stated")
    return Missing("how many")


def _packs(stated: Stated, unit: BillingUnit, description: str) -> Given | Missing | None:
    """`4 packs of 24`, `box of 12`, `2 boxes, 50/box`."""
    packs = [one for one in stated.containers if one.amount is not None and one.amount.dimension == "piece"]
    if packs and not (set(unit.things) & {one.thing for one in packs}):
        total = sum((one.many * one.amount.value for one in packs if one.amount), ZERO)
        words = " + ".join(f"{number(one.many)} x {number(one.amount.value)}" for one in packs if one.amount)
        return Given(total, words if words.startswith("1 x") is False else number(total), "stated")
    for rate in stated.rates:
        if rate.dimension == "piece" and rate.per[0][0] in CONTAINERS.values():
            count = count_of(stated, rate.per[0][0])
            if isinstance(count, Given):
                return Given(rate.value * count.value, f"{count.words} x {number(rate.value)}", "stated")
    return None


def _things(stated: Stated, unit: BillingUnit, description: str) -> Given | Missing | None:
    """The very thing that the code counts: `5 vials`, `2 boxes`. Packs of unknown size count nothing."""
    for thing in unit.things:
        if thing in CONTAINERS or thing in (
            "dose",
            "session",
            "visit",
            "meal",
            "trip",
            "encounter",
            "treatment",
            "lens",
            "shoe",
        ):
            found = count_of(stated, thing if thing != "lens" else "lenses")
            if isinstance(found, Given):
                return found
    doses = [dose for dose in stated.doses if dose.item.dimension == "activity"]
    if unit.rule == "per study" and len(doses) > 1 and len(doses) <= 3:
        return Given(Fraction(len(doses)), f"{len(doses)} doses", "stated")
    others = [one for one in stated.containers if one.listed and one.thing not in unit.things]
    if others and unit.rule in ("each", "per package", "per thing"):
        if any(one.thing in PACKS for one in others) and not any(one.thing in description for one in others):
            return Missing(f"how many are in one {others[0].thing}")
        total = sum((one.many for one in others), ZERO)
        return Given(total, number(total), "stated")
    return None


def _pairs(stated: Stated, unit: BillingUnit, description: str) -> Given | Missing | None:
    """`1 pair`, `three pairs`, `pair`: two of each, or one where the code counts pairs."""
    places = [at for at, item in enumerate(stated.items) if item.text in _PAIR]
    if len(places) > 1:  # one pair of shoes, three pairs of inserts
        places = [at for at in places if _names_the_thing(stated, at, description)]
        if len(places) != 1:
            return Missing("which of its pairs is meant")
    for at in places:
        before = stated.items[at - 1] if at else Item("", "")
        count = before.value if before.kind == "number" and before.value.denominator == 1 else ONE
        if "pair" in unit.things:
            return Given(count, f"{number(count)} pair{'' if count == 1 else 's'}", "stated")
        return Given(
            2 * count, f"{number(count)} pair{'' if count == 1 else 's'} = {number(2 * count)}", "stated"
        )
    return None


def _names_the_thing(stated: Stated, at: int, description: str) -> bool:
    """Whether a word of the description stands in the same part of a text as a position."""
    stems = {word[:5] for word in _WORD.findall(description.lower())}
    left = right = at
    while left > 0 and stated.items[left - 1].text not in (",", ";"):
        left -= 1
    while right + 1 < len(stated.items) and stated.items[right + 1].text not in (",", ";"):
        right += 1
    return any(item.text[:5] in stems for item in stated.items[left : right + 1] if len(item.text) > 3)


def _marked(stated: Stated, unit: BillingUnit, description: str) -> Given | Missing | None:
    """`#120/month`, `qty 4`, `x 12`, `200 count`."""
    items = stated.items
    for at, item in enumerate(items):
        if item.kind != "number" and not (item.dimension == "piece" and item.per):
            continue
        if item.value.denominator != 1 or at in stated.used and items[at - 1].text != "x":
            continue
        before, after = _text(items, at - 1), _text(items, at + 1)
        if before == ":" or before == "of":
            before = _text(items, at - 2)
        if before in _COUNT_BEFORE or (after in _COUNT_AFTER and item.kind == "number"):
            if item.kind == "amount" and item.per[0][1] < 30 * 1440:
                continue
            return Given(item.value, number(item.value), "stated")
    return None


def _a_day(stated: Stated, unit: BillingUnit, description: str) -> Given | Missing | None:
    """`2/day x 14 days`, `4 a day for 30 days`."""
    for rate in stated.rates:
        if rate.dimension == "piece" and rate.per[0][0] == "time":
            days = [dose.item.value for dose in stated.doses if dose.item.dimension == "time"]
            if len(days) == 1 and days[0] >= rate.per[0][1]:
                times = days[0] / rate.per[0][1]
                return Given(rate.value * times, f"{number(rate.value)} x {number(times)}", "stated")
            return Given(rate.value, number(rate.value), "stated")
    whole = [
        dose.item for dose in stated.doses if dose.item.dimension == "time" and dose.item.value % 1440 == 0
    ]
    often = [item.value for item in stated.items if item.kind == "times-a-day" and item.value]
    if len(whole) == 1 and len(often) == 1 and unit.rule != "the item or service itself":
        return Given(
            often[0] * whole[0].value / 1440,
            f"{number(often[0])} x {number(whole[0].value / 1440)}",
            "stated",
        )
    return None


def _units(stated: Stated, unit: BillingUnit, description: str) -> Given | Missing | None:
    """`3 units PRBC`: a unit of blood is a piece."""
    doses = [dose for dose in stated.doses if dose.item.dimension == "units"]
    if len(doses) == 1 and doses[0].item.value.denominator == 1:
        total = doses[0].item.value * doses[0].times
        return Given(total, number(total), "stated")
    return None


def _before_word(stated: Stated, unit: BillingUnit, description: str) -> Given | Missing | None:
    """A number before a word of the description: `2 apheresis platelets`."""
    stems = {word[:5] for word in _WORD.findall(description.lower())} | {thing[:5] for thing in unit.things}
    for at, item in enumerate(stated.items):
        if item.kind != "number" or item.value.denominator != 1 or at in stated.used or item.value == 0:
            continue
        if "." in item.text or _text(stated.items, at - 1) in ("+", "-"):  # the power of a lens
            continue
        for step in (1, 2, 3, 4):
            after = stated.items[at + step] if at + step < len(stated.items) else Item("", "")
            if after.kind not in ("word", "thing"):
                break
            plural = after.text.endswith("s") or after.kind == "thing" or item.value == 1
            if after.text[:5] in stems and len(after.text) > 2 and (plural or step == 1):
                return Given(item.value, number(item.value), "stated")
    return None


def _sides(stated: Stated, unit: BillingUnit, description: str) -> Given | Missing | None:
    """`both eyes`, `left and right`: two."""
    words = {item.text for item in stated.items}
    if words & _BOTH or any(left in words and right in words for left, right in _SIDES):
        if "pair" in unit.things:
            return Given(ONE, "1 pair", "stated")
        if unit.rule == "each" or set(unit.things) & {"lens", "shoe", "eye", "joint", "leg", "ear", "limb"}:
            return Given(Fraction(2), "2", "stated")
        lower = description.lower()
        if any(word in lower for word in _WORN) and not any(word in lower for word in _BOTH_SIDES):
            return Given(Fraction(2), "both sides: 2", "stated")
    return None


def _alone(stated: Stated, unit: BillingUnit, description: str) -> Given | Missing | None:
    """The only number of a text, where it ends the text or a part of it: `test strips 150`."""
    numbers = [
        (at, item) for at, item in enumerate(stated.items) if item.kind == "number" and at not in stated.used
    ]
    if len(numbers) == 1:
        at, item = numbers[0]
        if unit.rule == "the item or service itself" and _text(stated.items, at - 1) != ",":
            return None
        if (
            item.value.denominator == 1
            and item.value > 0
            and _text(stated.items, at + 1) in ("", ",", ";", ".")
        ):
            return Given(item.value, number(item.value), "stated")
    return None


def _says_one(stated: Stated) -> bool:
    return bool(stated.items) and any(item.text in _ONE for item in stated.items)


def _text(items: Sequence[Item], at: int) -> str:
    return items[at].text if 0 <= at < len(items) else ""
