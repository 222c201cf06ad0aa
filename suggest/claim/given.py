"""The amount that was given, in the dimension of a code's unit, with its arithmetic in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from suggest.claim.measures import BASE_NAMES, base, number
from suggest.claim.scan import ONE, SITES, ZERO, Item
from suggest.claim.stated import Container, Dose, Stated

_CLOSE = Fraction(2, 100)  # a stated dose may be this share off what its rate gives: people round doses
DAY = Fraction(1440)
_ROUNDED = Fraction(15, 100)  # a dose by weight or surface is rounded to vials by up to about a tenth
_LONG_SIDE = re.compile(r"x ([\d.]+) (yds?|yards?|ft|feet)")
BOTH = frozenset(["both", "bilateral", "bilat", "bilaterally", "ou"])
SIDES = (("left", "right"), ("lt", "rt"), ("od", "os"), ("l", "r"))
_PIECES = frozenset(["roll", "sheet", "piece", "graft", "patch", "disc"])
_SWALLOWED = frozenset(["tablet", "capsule", "caplet", "film"])
_NUMBERED = re.compile(r"/[\d.]+ ")
_ORAL = frozenset(["oral", "po", "syrup", "elixir", "suspension", "liquid"])
_SOFT = frozenset(["gel", "cream", "ointment", "paste", "foam", "lotion"])
_WHAT = {
    "mass": "an amount in mg, mcg or g",
    "units": "the number of units",
    "volume": "the volume",
    "activity": "the activity in mCi",
    "area": "the size in square centimeters",
    "time": "the duration",
    "distance": "the miles",
    "length": "the length",
    "weight": "the patient's weight",
    "body": "the body surface area",
    "energy": "the calories",
    "equivalents": "the amount in mEq",
    "moles": "the amount in mmol",
    "each": "how many",
}


class Given(NamedTuple):
    """An amount in the base unit of its dimension, how it comes about, and where from.

    Attributes:
        value: The amount.
        words: Its arithmetic: "5 mg x 82 kg = 410 mg"; "155 units".
        source: "stated", "rate" or "opened".
    """

    value: Fraction
    words: str
    source: str


class Missing(NamedTuple):
    """Why there is no amount: what the text does not say, or says twice."""

    reason: str


def measured(value: Fraction, dimension: str) -> str:
    """An amount in words: "410 mg"."""
    if dimension == "time" and value >= 1440 and value % 1440 == 0:
        return f"{number(value / 1440)} day{'' if value == 1440 else 's'}"
    return f"{number(value)} {BASE_NAMES.get(dimension, dimension)}".strip()


def given(stated: Stated, dimension: str) -> Given | Missing:
    """The amount given, of one dimension: as stated, from a rate, or what was opened less the waste."""
    doses = [dose for dose in stated.doses if dose.item.dimension == dimension and not dose.diluent]
    doses = _of_pieces(stated, doses or _lengths(stated, dimension), dimension)
    if dimension == "length" and len(doses) > 1:  # 1/2 in wide, 5 yards long
        doses = [dose for dose in doses if dose.item.value == max(other.item.value for other in doses)]
    pieces = [
        one for one in stated.containers if one.amount is None and one.listed and one.thing in _SWALLOWED
    ]
    if dimension == "energy":
        pieces = [one for one in stated.containers if one.listed]
    if len(doses) == 1 and doses[0].times == 1 and not doses[0].total and any(one.many > 1 for one in pieces):
        return Missing(f"whether {doses[0].item.text} is in one {pieces[0].thing} or in all of them")
    computed = _computed(stated, dimension)
    if doses and isinstance(computed, Given) and (computed.source == "by weight" or dimension == "time"):
        return computed  # 8 hr/day x 5 days
    if doses:
        return _chosen(stated, doses, computed, dimension)
    held = opened(stated, dimension)
    if isinstance(computed, Given) and not (computed.source == "whole" and held is not None):
        return computed
    if held is not None:
        return _from_opened(stated, held, dimension)
    if computed is not None:
        return computed
    days = _says_days(stated) if dimension == "time" else ZERO
    if days:
        return Given(days * DAY, measured(days * DAY, "time"), "stated")
    diluents = [dose for dose in stated.doses if dose.item.dimension == dimension]
    if diluents:
        return _chosen(stated, diluents, None, dimension)
    whole = [rate for rate in stated.rates if is_whole(stated, rate)]
    if dimension == "volume" and len(whole) == 1 and whole[0].per[0][0] == "volume":
        size = whole[0].per[0][1]  # the 10 mL of 1000 mg/10 mL
        return Given(size, measured(size, dimension), "whole")
    return Missing(_missing(stated, dimension))


def _says_days(stated: Stated) -> Fraction:
    """The days of a text that has no amount of time: "per diem", "per diem x 22"; 0 for none."""
    items = stated.items
    for at, pair in enumerate(zip(items, items[1:], strict=False)):
        if (pair[0].text, pair[1].text) in (("per", "diem"), ("per", "day")):
            behind = items[at + 2 : at + 4]
            counted = len(behind) == 2 and behind[0].text == "x" and behind[1].kind == "number"
            return behind[1].value if counted else ONE
    return ZERO


def _lengths(stated: Stated, dimension: str) -> list[Dose]:
    """The long side of "4.5 in x 4.1 yd", where a length is asked for."""
    if dimension != "length":
        return []
    areas = [dose for dose in stated.doses if dose.item.dimension == "area"]
    sides = [(dose, _LONG_SIDE.search(dose.item.text)) for dose in areas]
    return [
        dose._replace(item=Item("amount", side[0][2:], base(side[1], side[2]), "length"))
        for dose, side in sides
        if side
    ]


def _of_pieces(stated: Stated, doses: list[Dose], dimension: str) -> list[Dose]:
    """Sizes times the pieces that the text counts: "2 x 2 cm, 2 pieces", "1 in x 10 yd, 2 rolls"."""
    pieces = [one for one in stated.containers if one.amount is None and one.listed and one.thing in _PIECES]
    if dimension not in ("area", "length") or len(doses) != 1 or len(pieces) != 1 or doses[0].times != 1:
        return doses
    return [doses[0]._replace(times=pieces[0].many)]


def opened(stated: Stated, dimension: str) -> Given | None:
    """All that the opened containers hold, or None where the text does not say it of each of them."""
    total, terms = ZERO, []
    containers = [one for one in stated.containers if one.amount is None or one.amount.dimension != "piece"]
    if not containers:
        return None
    for container in containers:
        content = _content(stated, container, dimension)
        if content is None:
            return None
        total += container.many * content
        times = f"{number(container.many)} x " if container.many != 1 else ""
        terms.append(f"{times}{measured(content, dimension)}")
    words = " + ".join(terms)
    if len(terms) > 1 or "x" in words:
        words += f" = {measured(total, dimension)}"
    return Given(total, words, "opened")


def _content(stated: Stated, container: Container, dimension: str) -> Fraction | None:
    """What one container holds in a dimension, over a strength where that is needed."""
    amount = container.amount
    if amount is None:
        return None
    if amount.dimension in (dimension, ""):
        return amount.value
    for rate in stated.rates:
        if rate.dimension == dimension and len(rate.per) == 1 and rate.per[0][0] == amount.dimension:
            return rate.value / rate.per[0][1] * amount.value
    return None


def _from_opened(stated: Stated, held: Given, dimension: str) -> Given | Missing:
    """All that was opened, less what the text says was wasted."""
    wasted = wasted_amount(stated, dimension)
    if wasted:
        value = held.value - wasted
        if value <= 0:
            return Missing("more is said to be wasted than was opened")
        total = held.words if held.words.endswith(measured(held.value, dimension)) else f"{held.words}"
        return Given(
            value, f"{total} - {measured(wasted, dimension)} wasted = {measured(value, dimension)}", "opened"
        )
    if stated.waste == "some":
        return Missing("the text says that something was wasted, and neither how much nor what was given")
    if any(not one.sure for one in stated.containers):
        return Missing("whether the amount is that of one container or of all of them")
    return held


def wasted_amount(stated: Stated, dimension: str) -> Fraction | None:
    """What the text says was wasted, added up; None where it gives no amount of the dimension."""
    amounts = [item.value for item in stated.wasted if item.dimension in (dimension, "")]
    bare = [item for item in stated.wasted if item.dimension == ""]
    if not amounts or (bare and dimension in ("mass", "volume") and not _same_unit(stated, dimension)):
        return None
    return sum(amounts, ZERO)


def _same_unit(stated: Stated, dimension: str) -> bool:
    """Whether a bare number can only be in the base unit: no amount of the text uses another one."""
    texts = [item.text for item in stated.items if item.kind == "amount" and item.dimension == dimension]
    return all(text.endswith(("mg", "ml", "cc", "mgs")) for text in texts)


def _chosen(
    stated: Stated, doses: Sequence[Dose], computed: Given | Missing | None, dimension: str
) -> Given | Missing:
    """The dose among the stated amounts of one dimension."""
    if len(doses) > 1 and computed is None and all(_at_a_site(stated, dose) for dose in doses):
        return _added(doses, dimension)
    totals = [dose for dose in doses if dose.total]
    if totals:
        last = totals[-1]
        chain = _chain(doses, last)
        if len(chain) == 1 and isinstance(computed, Given) and _agree(computed.value, last.item.value):
            return Given(
                last.item.value,
                computed.words if computed.value == last.item.value else _worded(last),
                "stated",
            )
        return _added(chain, dimension)
    by_patient = isinstance(computed, Given) and computed.source == "by patient"
    if isinstance(computed, Given) and by_patient and not _any_agrees(doses, computed):
        return Missing(f"which is right: {computed.words}, or {doses[0].item.text}")
    if isinstance(computed, Given) and len(doses) > 1:
        for dose in doses:
            if _agree(dose.item.value * dose.times, computed.value):
                return _added([dose], dimension)
    if (
        len(doses) == 1
        or len({dose.item.value * dose.times for dose in doses}) == 1
        and not any(d.joined for d in doses)
    ):
        if isinstance(computed, Given) and computed.value == doses[0].item.value and doses[0].times == 1:
            return computed._replace(source="stated")
        return _added(doses[:1], dimension)
    if all(dose.joined for dose in doses[1:]):
        return _added(doses, dimension)
    values = [dose.item.value * dose.times for dose in doses]
    for at, value in enumerate(values):
        if sum(values) - value == value:
            return _added([doses[at]], dimension)
    listed = " and ".join(dose.item.text for dose in doses[:3])
    return Missing(f"which of {listed} was given")


def _at_a_site(stated: Stated, dose: Dose) -> bool:
    """Whether the words behind a dose, up to the next amount, say where on the body it was given."""
    for item in stated.items[dose.at + 1 : dose.at + 6]:
        if item.kind in ("amount", "number"):
            return False
        if item.text in SITES or any(item.text in pair for pair in SIDES):
            return True
    return False


def _any_agrees(doses: Sequence[Dose], computed: Given) -> bool:
    """Whether one of the stated doses is about what weight or surface give."""
    return any(_agree(dose.item.value * dose.times, computed.value, _ROUNDED) for dose in doses)


def _chain(doses: Sequence[Dose], last: Dose) -> list[Dose]:
    """The doses that are added up to the last total: joined to it, or it alone."""
    chain = [last]
    position = list(doses).index(last)
    while chain[0].joined and position > 0:
        position -= 1
        chain.insert(0, doses[position])
    after = list(doses).index(last) + 1
    while after < len(doses) and doses[after].joined:
        chain.append(doses[after])
        after += 1
    return chain


def _agree(one: Fraction, other: Fraction, by: Fraction = _CLOSE) -> bool:
    return abs(one - other) <= by * max(one, other)


def _worded(dose: Dose) -> str:
    """A dose in words: as typed, in the base unit where that is another, times how often."""
    base = measured(dose.item.value, dose.item.dimension)
    typed = dose.item.text
    own = typed.replace(" ", "").replace("-", "").rstrip("s")
    words = base if own == base.replace(",", "").replace(" ", "").lower().rstrip("s") else f"{typed} = {base}"
    if (
        dose.item.dimension == "units"
        or typed.endswith(("cc", "minutes", "min", "ml"))
        and "=" in words
        and " x " not in typed
    ):
        words = base if dose.item.value == Fraction(str(_leading(typed)) or 0) else f"{typed} = {base}"
    if dose.times == 1:
        return words
    total = measured(dose.item.value * dose.times, dose.item.dimension)
    return f"{number(dose.times)} x {words} = {total}"


def _leading(typed: str) -> str:
    head = typed.split(" ")[0].split("-")[0]
    return head if head.replace(".", "", 1).isdigit() else "0"


def _added(doses: Sequence[Dose], dimension: str) -> Given:
    """The sum of doses."""
    total = sum((dose.item.value * dose.times for dose in doses), ZERO)
    words = " + ".join(_worded(dose) for dose in doses)
    if len(doses) > 1:
        words += f" = {measured(total, dimension)}"
    return Given(total, words, "stated")


def _computed(stated: Stated, dimension: str) -> Given | Missing | None:
    """The amount that a rate gives with what it is per; None without a rate."""
    rates = [rate for rate in stated.rates if rate.dimension == dimension]
    missing: Missing | None = None
    for rate in sorted(rates, key=_by_text):
        found = _product(stated, rate, dimension)
        if isinstance(found, Given):
            return found
        missing = missing or found
    return missing


def _by_text(rate: Item) -> bool:
    """Ratios such as 1:1000 last: beside a percentage they belong to another drug."""
    return ":" in rate.text


def _product(stated: Stated, rate: Item, dimension: str) -> Given | Missing:
    stated = stated._replace(rates=tuple(other for other in stated.rates if other is not rate))
    value, words = rate.value, rate.text
    if rate.text.endswith("%") or ":" in rate.text:
        words = f"{rate.text} = {number(rate.value)} mg/mL"
    for thing, size in rate.per:
        if thing == "time":
            by = _time_of(stated, size)
        elif thing in BASE_NAMES:
            by = _by_amount(stated, rate, thing, size)
        else:
            by = count_of(stated, thing)
        if isinstance(by, Missing):
            if thing == "volume" and is_whole(stated, rate):
                times = stated.repeats.get(rate, ONE)
                return _whole(rate, _unsized(stated) if times == 1 else times, dimension)
            return by
        value, words = value / size * by.value, f"{words} x {by.words}"
    source = "by weight" if _by_weight(stated, rate) else "rate"
    if {"weight", "body"} & {thing for thing, _ in rate.per}:
        source = "by patient"
    return Given(value, f"{words} = {measured(value, dimension)}", source)


def _by_weight(stated: Stated, rate: Item) -> bool:
    """Whether a percentage is of the grams of a cream or gel."""
    return rate.text.endswith("%") and any(item.text in _SOFT for item in stated.items)


def is_whole(stated: Stated, rate: Item) -> bool:
    """Whether a strength is all that a package holds: "4 mg/2 mL", not "10 mg/mL".

    Of liquids to swallow "250 mg/5 mL" is the strength of a teaspoon.
    """
    return bool(_NUMBERED.search(rate.text)) and not any(item.text in _ORAL for item in stated.items)


def _unsized(stated: Stated) -> Fraction:
    """How many containers a text counts without their size: 60 of "15 mcg/2 mL, 60 vials"."""
    packs = [one for one in stated.containers if one.amount is not None and one.amount.dimension == "piece"]
    one = packs[0] if len(packs) == 1 else stated.containers[0] if len(stated.containers) == 1 else None
    if one is None or not (one.listed or one.amount):
        return ONE
    if one.amount is None:
        return one.many
    return one.many * one.amount.value if one.amount.dimension == "piece" else ONE


def _whole(rate: Item, times: Fraction, dimension: str) -> Given:
    """What "4 mg/2 mL" is without a volume of its own: 4 mg, as often as the text says."""
    one = measured(rate.value, dimension)
    total = rate.value * times
    words = one if times == 1 else f"{number(times)} x {one} = {measured(total, dimension)}"
    return Given(total, words, "whole")


def _by_amount(stated: Stated, rate: Item, dimension: str, size: Fraction) -> Given | Missing:
    """The amount that a rate is multiplied by: of volumes not the diluent; a percentage also of grams."""
    near = _next_to(stated, rate) if dimension == "volume" else None
    if near is not None:
        return _added([near], dimension)
    found = given(stated, dimension)
    if dimension == "volume" and isinstance(found, Missing) and _by_weight(stated, rate):
        grams = given(stated._replace(rates=()), "mass")
        if isinstance(grams, Given):  # by weight: 10 % of 2 g
            return Given(grams.value / 1000, f"{number(grams.value / 1000)} g", "stated")
    if dimension == "volume" and isinstance(found, Given) and _only_diluent(stated):
        return Missing(_WHAT["volume"])
    return found


def _next_to(stated: Stated, rate: Item) -> Dose | None:
    """The volume beside a strength where the text has several: "0.5% 10 mL + 1 mL of another drug"."""
    volumes = [dose for dose in stated.doses if dose.item.dimension == "volume" and not dose.diluent]
    at = next((at for at, item in enumerate(stated.items) if item is rate), None)
    if len(volumes) < 2 or at is None:
        return None
    return next((dose for dose in volumes if abs(dose.at - at) <= 2), None)


def _only_diluent(stated: Stated) -> bool:
    volumes = [dose for dose in stated.doses if dose.item.dimension == "volume"]
    return bool(volumes) and all(dose.diluent for dose in volumes)


def _time_of(stated: Stated, size: Fraction) -> Given | Missing:
    """For how long a rate ran. A rate per day or month without a duration is for one of them."""
    found = given(stated._replace(rates=()), "time")
    if isinstance(found, Given) and found.value >= size:
        return found
    return (
        Given(size, "one day" if size == 1440 else "one period", "stated")
        if size >= 1440
        else Missing(_WHAT["time"])
    )


def count_of(stated: Stated, thing: str) -> Given | Missing:
    """How many of a thing the text counts: containers, or a number before the word."""
    counts = [one for one in stated.containers if one.thing == thing and one.listed]
    if counts:
        total = sum((one.many for one in counts), ZERO)
        return Given(total, f"{number(total)} {_plural(thing, total)}", "stated")
    if thing in SITES:
        sides = sides_of(stated)
        if sides:
            return Given(Fraction(sides), f"{sides} {thing}{'s' if sides > 1 else ''}", "stated")
    for at, item in enumerate(stated.items[:-1]):
        word = stated.items[at + 1].text
        if item.kind == "number" and word.rstrip("s") == thing:
            return Given(item.value, f"{item.text} {word}", "stated")
    if thing in ("each",):
        return Given(ONE, "1", "stated")
    return Missing(f"how many {thing}s")


def sides_of(stated: Stated) -> int:
    """How many sides of the body a text names; 0 for none."""
    words = {item.text for item in stated.items}
    if words & BOTH or any(left in words and right in words for left, right in SIDES):
        return 2
    return 1 if any(words & set(pair) for pair in SIDES) else 0


def _plural(thing: str, many: Fraction) -> str:
    if many == 1:
        return thing
    return f"{thing}es" if thing.endswith(("x", "ch", "sh", "s")) else f"{thing}s"


def _missing(stated: Stated, dimension: str) -> str:
    """What the text lacks for an amount of a dimension: a strength, a size, or the amount itself."""
    what = _WHAT.get(dimension, dimension)
    kinds = {dose.item.dimension for dose in stated.doses}
    if dimension in ("mass", "units", "activity", "equivalents"):
        if "volume" in kinds or any(
            one.amount and one.amount.dimension == "volume" for one in stated.containers
        ):
            return f"the strength in {BASE_NAMES[dimension]} per mL"
        if stated.containers:
            return f"what one {stated.containers[0].thing} holds in {BASE_NAMES[dimension]}"
    return what
