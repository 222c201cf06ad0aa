"""How many things a text counts, for codes whose unit is a thing: each, per pair, per visit, 50 strips."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from suggest.claim.billing_unit import BillingUnit
from suggest.claim.given import Given, Missing, count_of, sides_of
from suggest.claim.measures import CONTAINERS, PACKS, number
from suggest.claim.scan import ONE, ZERO, Item
from suggest.claim.stated import Stated

_PAIR = frozenset(("pair", "pairs", "pr", "prs"))
_COUNT_BEFORE = frozenset(("#", "qty", "quantity", "count", "disp", "dispense", "x"))
_COUNT_AFTER = frozenset(["ea", "each", "ct", "count", "units", "unit", "pieces", "pcs", "total"])
_ONE = frozenset(["a", "an", "single"])
_WORN = (
    "orthosis",
    "orthotic",
    "prosthe",
    "splint",
    "ear mold",
    "monaural",
)  # for one side unless the description says otherwise
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
        "infusion",
    ]
)
"""Things of which an order line is for one unless it counts them."""

MAX_CACHED = 1 << 14  # descriptions
MAX_TURN = 10  # infusions or doses of a series that a text numbers
MONTH = Fraction(30 * 1440)
_DURATION = re.compile(r"(?i)\d+ (?:days?|months?|hours?)\b(?!/)")
_NUMBERED = frozenset(
    [
        "group",
        "level",
        "type",
        "size",
        "stage",
        "step",
        "day",
        "cycle",
        "grade",
        "class",
        "phase",
        "no",
        "number",
    ]
)
_WORD = re.compile(r"[a-z]{3,}")


def counted(stated: Stated, unit: BillingUnit, description: str, code: str = "") -> Given | Missing:
    """How many pieces a text is about.

    Args:
        stated: The text, read.
        unit: The code's unit, of pieces.
        description: The code's long description: its words tell which number is a count.
        code: The code: an order of equipment without a count is for one.
    """
    numbers = any([item.kind not in ("word", "sign") for item in stated.items])
    for rule in _RULES if numbers else _RULES_OF_WORDS:
        found = rule(stated, unit, description)
        if found is not None:
            return found
    if (
        unit.rule in ("the item or service itself", "per study", "per dose", "tiered")
        or set(unit.things) & _ONCE
        or _says_one(stated)
        or _is_one_item(stated, unit, description, code)
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


def _months(stated: Stated, unit: BillingUnit, description: str) -> Given | Missing | None:
    """`3 months`, `90 days` of a code by the month."""
    times = [dose for dose in stated.doses if dose.item.dimension == "time" and dose.item.value >= 2 * 1440]
    if len(times) != 1:
        return None
    item = times[0].item
    if "month" in unit.things:
        months = item.value * times[0].times / MONTH
        words = f"{item.text} = {number(months)} month{'' if months == 1 else 's'}"
        return Given(months, words, "stated") if months.denominator == 1 else None
    return None


def _sets(stated: Stated, unit: BillingUnit, description: str) -> Given | Missing | None:
    """`2 sets`, `set of 4`: of a code that counts sets."""
    if "set" not in unit.things:
        return None
    for at, item in enumerate(stated.items):
        if item.text in ("set", "sets"):
            before = stated.items[at - 1] if at else Item("", "")
            count = before.value if before.kind == "number" and before.value.denominator == 1 else ONE
            return Given(count, f"{number(count)} set{'' if count == 1 else 's'}", "stated")
    return None


def _things(stated: Stated, unit: BillingUnit, description: str) -> Given | Missing | None:
    """The very thing that the code counts: `5 vials`, `2 boxes`. Packs of unknown size count nothing."""
    for thing in (*unit.things, *(("treatment",) if unit.things == ("dose",) else ())):
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
    if unit.rule == "per study" and {"rest", "stress"} <= {item.text for item in stated.items}:
        if len(doses) == 1:
            return Missing("whether its amount is that of rest or of stress")
        return Given(Fraction(2), "2 doses", "stated")
    if unit.rule == "per study" and len(doses) > 1 and len(doses) <= 3:
        return Given(Fraction(len(doses)), f"{len(doses)} doses", "stated")
    others = [one for one in stated.containers if one.listed and one.thing not in unit.things]
    is_kits = len(others) == 1 and others[0].thing == "kit" and others[0].many > 1
    if is_kits and unit.rule == "the item or service itself":
        return Given(others[0].many, number(others[0].many), "stated")
    if others and unit.rule in ("tiered", "up to") and sum((one.many for one in others), ZERO) == 1:
        return None
    if others and unit.rule in ("each", "per package", "per thing", "tiered", "up to"):
        if any(one.thing in PACKS for one in others) and not any(
            one.thing in description.lower() for one in others
        ):
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
    stems = _stems(description)
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
        if before == "#" and _is_turn(unit, item):
            continue
        if before == "x" and "." in _text(items, at - 2):  # the axis of a lens, a size
            continue
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
    if unit.rule not in ("each", "the item or service itself", "per package") and "unit" not in unit.things:
        return None  # units of activity are no vials
    doses = [dose for dose in stated.doses if dose.item.dimension == "units"]
    if len(doses) == 1 and doses[0].item.value.denominator == 1:
        total = doses[0].item.value * doses[0].times
        return Given(total, number(total), "stated")
    return None


def _before_word(stated: Stated, unit: BillingUnit, description: str) -> Given | Missing | None:
    """A number before a word of the description: `2 apheresis platelets`."""
    stems = _stems(description) | {thing[:5] for thing in unit.things}
    for at, item in enumerate(stated.items):
        if item.kind != "number" or item.value.denominator != 1 or at in stated.used or item.value == 0:
            continue
        before = _text(stated.items, at - 1)
        if "." in item.text or before in ("+", "-") or before in _NUMBERED:  # the power of a lens, group 3
            continue
        if _text(stated.items, at + 1) in ("million", "billion"):
            continue
        for step in (1, 2, 3, 4):
            after = stated.items[at + step] if at + step < len(stated.items) else Item("", "")
            if after.kind not in ("word", "thing"):
                break
            plural = after.text.endswith("s") or after.kind == "thing" or item.value == 1
            if (
                (after.text[:5] in stems or after.text.removesuffix("s")[:5] in stems)
                and len(after.text) > 2
                and (plural or step == 1)
            ):
                if "pair" in unit.things:
                    return _single_pieces(item.value)
                return Given(item.value, number(item.value), "stated")
    return None


def _is_plural_of(word: str, description: str) -> bool:
    """Whether a word is the plural of one of a description; of what is worn a number behind it is a size."""
    worn = word.startswith(("shoe", "boot", "glove", "stocking", "sock", "brief", "diaper", "lens"))
    return word.endswith("s") and word[:-1] in description.lower() and len(word) > 3 and not worn


def _single_pieces(count: Fraction) -> Given | Missing:
    """Pieces of what is billed in pairs: two crutches are one pair."""
    pairs = count / 2
    if pairs.denominator != 1:
        return Missing("how many pairs")
    return Given(pairs, f"{number(count)} = {number(pairs)} pair{'' if pairs == 1 else 's'}", "stated")


def _sides(stated: Stated, unit: BillingUnit, description: str) -> Given | Missing | None:
    """`both eyes`, `left and right`: two."""
    if sides_of(stated) == 2:
        other = next(
            (item for at, item in enumerate(stated.items) if _is_other_count(stated, at, item)), None
        )
        if other is not None and unit.rule != "the item or service itself":
            return Missing(f"whether {other.text} or both sides are meant")
        if "pair" in unit.things:
            return Given(ONE, "1 pair", "stated")
        if unit.rule == "each" or set(unit.things) & {"lens", "shoe", "eye", "joint", "leg", "ear", "limb"}:
            return Given(Fraction(2), "2", "stated")
        lower = description.lower()
        if any(word in lower for word in _WORN) and not any(word in lower for word in _BOTH_SIDES):
            return Given(Fraction(2), "both sides: 2", "stated")
    return None


def _several(stated: Stated, unit: BillingUnit, description: str) -> Given | Missing | None:
    """`3 months`, `5 days` of what states no unit: one unit, or one for each."""
    times = [dose for dose in stated.doses if dose.item.dimension == "time" and dose.item.value >= 2 * 1440]
    if len(times) != 1 or unit.rule != "the item or service itself" or _DURATION.search(description):
        return None
    item = times[0].item
    in_months = item.text.endswith(("month", "months", "mo"))
    if item.value > MONTH if in_months else item.text.endswith("days"):
        return Missing(f"whether {item.text} are one unit or one for each")
    return None


def _is_turn(unit: BillingUnit, item: Item) -> bool:
    """Whether "#3" is the third of a series, of what is given one by one."""
    return bool(set(unit.things) & _ONCE) and item.value <= MAX_TURN


def _is_other_count(stated: Stated, at: int, item: Item) -> bool:
    """Whether a number counts more than two sides: "bilateral, 4 plugs"."""
    if item.kind != "number" or at in stated.used or item.value.denominator != 1 or item.value < 3:
        return False
    after = stated.items[at + 1] if at + 1 < len(stated.items) else Item("", "")
    return after.kind == "word" and after.text.endswith("s") and _text(stated.items, at - 1) not in _NUMBERED


def _alone(stated: Stated, unit: BillingUnit, description: str) -> Given | Missing | None:
    """The only number of a text, where it ends the text or a part of it: `test strips 150`."""
    numbers = [
        (at, item) for at, item in enumerate(stated.items) if item.kind == "number" and at not in stated.used
    ]
    if len(numbers) == 1:
        at, item = numbers[0]
        if _text(stated.items, at - 1) == "#" and _is_turn(unit, item):
            return None
        if _text(stated.items, at - 1) == "x" and "." in _text(stated.items, at - 2):  # the axis of a lens
            return None
        before = _text(stated.items, at - 1)
        may_be_size = before != "," and not _is_plural_of(before, description)
        if unit.rule == "the item or service itself" and may_be_size:
            return None
        if (
            item.value.denominator == 1
            and item.value > 0
            and _text(stated.items, at + 1) in ("", ",", ";", ".", ")")
        ):
            return Given(item.value, number(item.value), "stated")
    return None


def _is_one_item(stated: Stated, unit: BillingUnit, description: str, code: str) -> bool:
    """Whether a text without a count is an order of one item: of equipment, or for one side of the body."""
    if any(item.kind == "number" and at not in stated.used for at, item in enumerate(stated.items)):
        return sides_of(stated) == 1 and "lens" in unit.things
    known = _words(description)
    words = [item.text for item in stated.items if item.kind in ("word", "thing")]
    plural = any(
        word.endswith("s") and word[:-1] in known or word in known and word + "s" in words for word in words
    )
    if unit.things == ("pair",):
        return True
    if unit.rule not in ("each", "per thing") or plural or stated.containers:
        return False
    return (
        sides_of(stated) == 1
        or (code[:1] in ("E", "K", "L", "V") or code[:2] == "A7")
        and bool(known & set(words))
    )


@lru_cache(MAX_CACHED)
def _words(description: str) -> frozenset[str]:
    return frozenset(_WORD.findall(description.lower()))


@lru_cache(MAX_CACHED)
def _stems(description: str) -> frozenset[str]:
    """The first five letters of the words of a description."""
    return frozenset(word[:5] for word in _words(description))


def _says_one(stated: Stated) -> bool:
    return bool(stated.items) and any(item.text in _ONE for item in stated.items)


_RULES = (
    *(_packs, _months, _things, _sets, _pairs, _marked, _a_day),
    *(_units, _before_word, _sides, _alone, _several),
)
"""How things are counted, the surest way first."""
_RULES_OF_WORDS = (_things, _sets, _pairs, _sides)
"""The same for texts without numbers and containers."""


def _text(items: Sequence[Item], at: int) -> str:
    return items[at].text if 0 <= at < len(items) else ""
