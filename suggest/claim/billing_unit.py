"""The unit of a code, as its long description words it: "10 mg", "each 15 minutes", "500 ml = 1 unit"."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

import msgspec

from suggest.claim.measures import BASE_NAMES, CONTAINERS, number
from suggest.claim.scan import ONE, Item, scan


class Part(msgspec.Struct, frozen=True):
    """The share of one substance in the unit of a combination: its words, and how much in the base unit."""

    words: str
    amount: Fraction


class BillingUnit(msgspec.Struct, frozen=True):
    """What one unit of a code stands for.

    Attributes:
        dimension: "mass", "units", "volume", "area", "time", "piece" and so on, see `measures`.
        amount: How many of the dimension's base unit; of pieces how many.
        words: As the description words it, such as "per 10 mg".
        rule: Name of the rule, a key of `suggest.claim.rules.RULES`.
        things: For pieces what is counted: "vial", "dose", "day"; empty for the thing itself.
        parts: The substances of a combination; empty for one.
        basis: Words behind the amount that say what is weighed, such as "phenytoin equivalent".
        other: The same amount in another dimension, as "300 micrograms (1500 i.u.)"; None mostly.
        worded: The amount for arithmetic, as `in_words` gives it.
        additional: Whether the code counts only what goes beyond another code's time.
    """

    dimension: str
    amount: Fraction
    words: str
    rule: str
    things: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    basis: str = ""
    additional: bool = False
    other: tuple[str, Fraction] | None = None
    worded: str = ""


_EQUALS = re.compile(r"(\d[\d,.]*) ?(ml|cc|calories|grams?|mg|g|kcal)\.? ?= ?1 unit")
_MONTH = re.compile(r"1 month(?:'s)? supply = 1 unit")
_LIPIDS = re.compile(r"(\d+) grams? lipids")
_TIERED = re.compile(
    r"(?:greater|more|less) than (?:or equal to )?\d|\b\d+ ?(?:to|-) ?\d+ (?:minutes|grams|mg)"
    r"|\bover \d+ ?(?:cc|ml|mg)"
)
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.\d+|\d+|one[- ]half \(1/2\)|1/2)"
_MEASURE = (
    r"(?:(?:usp |fl\.? |fluid |factor viii |linear |statute |square |sq\.? |cubic |international |million )*"
    r"(?:milligrams?|mgs?|micrograms?|mcg|nanograms?|grams?|gms?|g|milliliters?|mls?|ccs?|liters?"
    r"|units?|i\.?u\.?|mus?"
    r"|millicuries?|mci|microcuries?|uci|plaque forming units|meq|milliequivalents?|ounces?|oz|pints?"
    r"|gallons?|quarts?"
    r"|cubic centimeters?|millimeters?|mm|cen[a-z]{0,3}meters?|cm|inch(?:es)?|yards?|foot|feet|pounds?"
    r"|miles?|minutes?|hours?|calories|kcal))(?![a-z0-9])\.?"
)
_PER_MEASURE = re.compile(
    rf"(?<![a-z])(?P<each>per|each"
    rf"|every)(?P<additional> additional)? (?:(?P<number>{_NUMBER}) ?)?(?P<unit>{_MEASURE})"
)
_INCREMENTS = re.compile(rf"(?P<number>{_NUMBER}) (?P<unit>minutes?|hours?)[ -]increments?")
_PER_COUNT = re.compile(
    r"(?<![a-z])per (?:box of |package of )?(?P<number>\d+)(?: (?P<things>strips|tests?|count))?"
    r"(?: (?!hours?\b|days?\b)|,|\)|$)"
)
_PER_PACK = re.compile(r"(?<![a-z])per (?:box|package|pack|bag|case) of (?P<number>\d+)")
_PER_DAYS = re.compile(r"(?<![a-z])per (?P<number>\d+) days(?![a-z])")
_PRORATED_MILES = re.compile(r"prorated miles actually travell?ed")
_PIECES_OF = re.compile(r", (?P<number>\d+) (?P<things>capsules|tablets)$")
_HALF_HOUR = re.compile(r"one[- ]half \(1/2\) hour")
_PER_THING = re.compile(
    r"(?<![a-z])per (?P<thing>(?:single[- ](?:use|dose) )?vial|single dose|(?:study|therapeutic"
    r"|treatment) dose|dose|diem|day|1/2 day|half day"
    r"|session|visit|encounter|treatment|course of treatment|calendar month|month|week|box|pair|lens"
    r"|shoe|source"
    r"|kit|implant|tablet|capsule|bottle|meal|trip|patient|procedure|mile|specimen|case|unit|roll|bag"
    r"|cassette|packet|study|segment|limb|order|page|cycle|screen|dwelling|patch|syringe|cartridge|each"
    r"|item|test|eye|joint|leg|bar"
    r"|service|infusion|device|one way trip|month supply|wipe|sheet|application|waiver|hour|year"
    r"|evaluation|set)\b"
)
_UP_TO = re.compile(rf"up to (?P<number>{_NUMBER}) ?(?P<unit>{_MEASURE})")
_BARE = re.compile(rf"(?<![\w./-])(?P<number>{_NUMBER}) ?(?P<unit>{_MEASURE})")
_NOT_UNIT_BEFORE = re.compile(
    r"(?:than|equal to|provided in|exceed(?:ing)?(?: a)?|within|over|under|to|at least|minimum of"
    r"|typically|spend|first|initial|least|capacity|volume"
    r"|last|approximately|rate of|[-/<>])\s*$"
)
_NOT_UNIT_AFTER = re.compile(
    r"\s*(?:or (?:less|more|greater|larger)|and (?:over|up)|recording|size|postop|dosage|of daily|daily"
    r"|hour dosage|needle|or equal|but"
    r"|per (?!kg)|/ ?h)"
)
_NEVER_BARE = re.compile(r"min|hour|inch|cm|mm|millim|cent|yard|mile")
_NEVER_BARE_HERE = re.compile(_NEVER_BARE.pattern + "|pound|foot|feet")
_ASIDE = re.compile(rf"\((?P<number>{_NUMBER}) ?(?P<unit>{_MEASURE})\)")
_DEVICE = re.compile(
    r"\b(?:syringe|catheter|tube|tubing|needle|pump|reservoir|pad size|monitor|delivery device"
    r"|drug delivery system|bag)\b"
)
_FLUID = re.compile(r"\b(?:solution|water|saline|fluid|dialysate|diluent|dextrose)\b")
_DRUG_SECTIONS = "JQCPASKM"
_EACH = re.compile(
    r"(?<![a-z])each(?: (?P<thing>dressing|unit|lens|joint|ear|eye|limb|session|visit|day|dose|test|way"
    r"|specimen|treatment|vial|pair|box))?"
)
_PACK = re.compile(r"(?<![a-z])(?P<number>\d+) (?:strips|tests|lancets)\b")
_PAIR = re.compile(r"(?:,|\bper|\() ?pair\b")
_TIMED = re.compile(r"(?<![-\d]\s)(?<!to )(?<![-\d])(?P<number>\d+) minutes(?=$|,|;|\.| \()")
_WORDS_BEHIND = re.compile(r" (?!and\b|per\b|oral\b)([a-z]{4,})")
_BASIS = re.compile(
    r"^\s*(?P<basis>(?!and\b|per\b|for\b|not\b|of\b|or\b)[a-z]+(?: (?:equivalent|iron|base|elemental))"
    r"|of [a-z]+|lipids?|equivalent)(?=$|,| |\))"
)


@lru_cache(1 << 14)
def billing_unit(description: str, code: str = "") -> BillingUnit:
    """The unit of a code.

    Args:
        description: The long description.
        code: The code; its letter says whether a bare "10 mg" is an amount to bill.
    """
    unit = _unit(" ".join(description.lower().split()), code)
    return msgspec.structs.replace(unit, worded=in_words(unit))


def _unit(text: str, code: str) -> BillingUnit:
    """The unit of a description in lower case, by the first rule that finds one."""
    for rule in (_equals, _additional, _per, _up_to, _bare, _time, _counted, _each):
        found = rule(text, code)
        if found is not None:
            return found
    if _TIERED.search(text):
        return BillingUnit("piece", ONE, "a range", "tiered")
    return BillingUnit("piece", ONE, "no unit", "the item or service itself")


def _equals(text: str, code: str) -> BillingUnit | None:
    """`500 ml = 1 unit`."""
    if "month" in text and _MONTH.search(text):
        return BillingUnit("piece", ONE, "1 month's supply", "equals one unit", ("month",))
    lipids = _LIPIDS.search(text)
    if lipids:
        return _measured(lipids[1], "grams", lipids[0], "amount")
    match = _EQUALS.search(text)
    return _measured(match[1], match[2], match[0], "equals one unit") if match else None


def _additional(text: str, code: str) -> BillingUnit | None:
    match = _PER_MEASURE.search(text)
    if not match or not match["additional"]:
        return None
    found = _measured(match["number"] or "1", match["unit"], match[0], "each additional")
    return found and msgspec.structs.replace(found, additional=True)


def _per(text: str, code: str) -> BillingUnit | None:
    """`per N unit`, `each N minutes`, `N minute increments` or `per thing`."""
    if "intrauterine contraceptive system" in text:
        return BillingUnit("piece", ONE, "a system", "per thing", ("device",))
    half = _HALF_HOUR.search(text)
    if half:
        return _measured("1/2", "hour", half[0], "per amount")
    days = _PER_DAYS.search(text)
    if days:
        return BillingUnit("time", 1440 * Fraction(days["number"]), days[0], "per day")
    miles = _PRORATED_MILES.search(text)
    if miles:
        return BillingUnit("distance", ONE, miles[0], "per amount")
    increments = _INCREMENTS.search(text)
    if increments:
        return _measured(increments["number"], increments["unit"], increments[0], "per amount")
    of_pack = _PER_PACK.search(text)
    if of_pack:
        return BillingUnit("piece", Fraction(of_pack["number"]), of_pack[0], "per package")
    thing = _PER_THING.search(text)
    for match in _PER_MEASURE.finditer(text):
        if _NOT_UNIT_AFTER.match(text, match.end()) or re.search(
            r"(?:ml|mg|flow|rate|greater|less) $", text[: match.start()]
        ):
            continue
        words = match["unit"].rstrip(".")
        if words in ("unit", "units") and not match["number"] and match["each"] == "each":
            return BillingUnit("piece", ONE, match[0], "each", ("unit",))
        if match["each"] == "each" and (not match["number"] or "minute" not in words and "hour" not in words):
            continue
        found = _measured(match["number"] or "1", words, match[0], "per amount")
        return found and _with_basis(found, text[match.end() :])
    if thing:
        return _per_thing(thing[0], thing["thing"], text)
    count = _PER_COUNT.search(text)
    if count:
        return BillingUnit("piece", Fraction(count["number"]), count[0].strip(" ,)"), "per package")
    return None


def _per_thing(words: str, thing: str, text: str) -> BillingUnit:
    """`per study dose`, `per vial`, `per diem`, `per pair`."""
    rules = {"study dose": "per study", "therapeutic dose": "per dose", "kit": "per kit"}
    if thing == "hour" and re.search(r"\b(?:ml|cc) $", text[: text.find(words)]):  # a flow rate
        return BillingUnit("piece", ONE, "no unit", "the item or service itself")
    time = {"diem": 1440, "day": 1440, "1/2 day": 720, "half day": 720, "hour": 60, "week": 10080}
    if thing in time:
        return BillingUnit("time", Fraction(time[thing]), words, "per day", (thing,))
    if thing == "each":  # the starter's "per each dressing"
        return BillingUnit("piece", ONE, "each", "each")
    if "vial" in thing:
        return BillingUnit("piece", ONE, words, "per vial", ("vial",))
    rule = rules.get(thing, "per thing")
    return BillingUnit("piece", ONE, words, rule, (thing.split()[-1],))


def _up_to(text: str, code: str) -> BillingUnit | None:
    """`up to 15 mg`: one unit for any amount up to it."""
    if len(_UP_TO.findall(text)) > 1:  # albuterol, up to 2.5 mg and ipratropium, up to 0.5 mg
        return BillingUnit("piece", ONE, "a dose", "up to", ("dose",))
    for match in _UP_TO.finditer(text):
        if re.search(r"capacity $", text[: match.start()]) or text[match.end() :].lstrip().startswith(
            ("post", "of esk")
        ):
            continue
        found = _measured(match["number"], match["unit"], match[0], "up to")
        if found and found.dimension in ("mass", "units", "volume", "activity", "time"):
            return found
    return None


def _bare(text: str, code: str) -> BillingUnit | None:
    """`10 mg` in the description of a drug, or the amounts of a combination."""
    if code and code[0] not in _DRUG_SECTIONS and not code.startswith("L86"):
        return None
    if text.endswith(", each"):  # what one holds: "0.013 mg per 24 hours; yearly vaginal system, each"
        return None
    is_device = _DEVICE.search(text) and not _FLUID.search(text) and not text.startswith("injection")
    if is_device and code[:1] in "AS":
        return None
    matches = [
        match
        for match in _BARE.finditer(text)
        if not _NOT_UNIT_BEFORE.search(text[: match.start()]) and not _NOT_UNIT_AFTER.match(text, match.end())
    ]
    no_units = _NEVER_BARE if "unit equals" in text else _NEVER_BARE_HERE
    matches = [match for match in matches if not no_units.match(match["unit"])]
    if not matches:
        return None
    combined = _combination(text, matches) if not re.match(r"ml|cc", matches[-1]["unit"]) else None
    if combined:
        return combined
    aside = _ASIDE.search(text)
    if aside and len(matches) == 2 and matches[1].start() == aside.start("number"):
        other = _measured(aside["number"], aside["unit"], aside[0], "amount")
        found = _measured(matches[0]["number"], matches[0]["unit"], f"{matches[0][0]} {aside[0]}", "amount")
        if found and other and other.dimension != found.dimension:
            return msgspec.structs.replace(found, other=(other.dimension, other.amount))
    match = matches[-1] if "/ml" not in text[matches[-1].end() : matches[-1].end() + 4] else matches[0]
    found = _measured(match["number"], match["unit"], match[0], "amount")
    return found and _with_basis(found, text[match.end() :])


def _combination(text: str, matches: list[re.Match[str]]) -> BillingUnit | None:
    """`4 mg, cilastatin 4 mg and relebactam 2 mg`, `0.5 g/0.125 g`, `50 mg and tazobactam 25 mg`."""
    first = matches[0]
    total = re.search(rf"\(({_NUMBER}) ?({_MEASURE})\)", text)
    slash = re.match(rf" ?/ ?({_NUMBER}) ?({_MEASURE})", text[first.end() :])
    amounts = [(first["number"], first["unit"])]
    if slash:
        amounts.append((slash[1], slash[2]))
        words = first[0] + slash[0]
    else:
        amounts = [
            (match["number"], match["unit"])
            for match in matches
            if not (total and total.start() <= match.start() < total.end())
        ]
        words = text[first.start() : matches[-1].end()]
    units = [_measured(value, unit, words, "combination") for value, unit in amounts]
    masses = [unit for unit in units if unit and unit.dimension in ("mass", "units")]
    if len(masses) < 2 or len({unit.dimension for unit in masses}) > 1:
        return None
    names = _names(
        text, [match.start() for match in matches], [match.end() for match in matches], len(masses)
    )
    parts = tuple(Part(name, unit.amount) for name, unit in zip(names, masses, strict=False))
    return BillingUnit(
        masses[0].dimension,
        sum((part.amount for part in parts), Fraction(0)),
        words,
        "combination",
        (),
        parts,
    )


def _names(text: str, starts: list[int], ends: list[int], n: int) -> list[str]:
    """The substances of a combination, in order; empty where the description does not tell them apart."""
    head = re.sub(r"^(?:injection|instillation|infusion)[,;]? ", "", text[: starts[0]])
    behind = [_WORDS_BEHIND.match(text, end) for end in ends[:n]]
    if len(behind) == n and all(behind) and "," in head[-2:]:  # 1 mg daunorubicin and 2.27 mg cytarabine
        return [match[1] for match in behind if match]
    split = [part.strip(" ,;") for part in re.split(r" and |/|, | plus ", head) if part.strip(" ,;")]
    if len(split) >= n:
        return split[:n]
    between = zip(starts[1:], ends, strict=False)
    names = split[:1] + [re.sub(r"^(?:,| and |/|\s)+", "", text[end:start]) for start, end in between]
    names = [name.strip(" ,;/(") for name in names]
    return names[:n] + [""] * (n - len(names))


def _time(text: str, code: str) -> BillingUnit | None:
    """`15 minutes` at the end of a service's description."""
    match = _TIMED.search(text)
    if not match or _NOT_UNIT_BEFORE.search(text[: match.start()]):
        return None
    return _measured(match["number"], "minutes", match[0], "per amount")


def _counted(text: str, code: str) -> BillingUnit | None:
    """`per box of 100`, `50 strips`, `pair`."""
    pack = _PACK.search(text)
    if pack:
        return BillingUnit("piece", Fraction(pack["number"]), pack[0], "per package")
    pieces = _PIECES_OF.search(text)
    if pieces:
        return BillingUnit("piece", Fraction(pieces["number"]), pieces[0].strip(" ,"), "per package")
    if _PAIR.search(text):
        return BillingUnit("piece", ONE, "pair", "per thing", ("pair",))
    return None


def _each(text: str, code: str) -> BillingUnit | None:
    match = next(
        (m for m in _EACH.finditer(text) if not text[m.end() :].startswith((" additional", " primary"))), None
    )
    if match is None:
        return None
    return BillingUnit("piece", ONE, match[0], "each", (match["thing"],) if match["thing"] else ())


def _measured(value: str, unit: str, words: str, rule: str) -> BillingUnit | None:
    """A unit of measure as a billing unit."""
    unit = re.sub(r"cubic centimeters?", "cc", unit.strip()).replace("factor viii ", "")
    unit = {"plaque forming units": "units"}.get(unit, unit)
    value = "1/2" if "1/2" in value else value
    for item in scan(f"{value} {unit}"):
        if item.kind == "amount":
            return BillingUnit(item.dimension, item.value, words.strip(" ,."), rule)
    return None


def _with_basis(found: BillingUnit, after: str) -> BillingUnit:
    match = _BASIS.match(after)
    return msgspec.structs.replace(found, basis=match["basis"]) if match else found


def in_words(unit: BillingUnit) -> str:
    """The unit for arithmetic: "10 mg", "15 minutes", "1 unit"."""
    if unit.worded:
        return unit.worded
    name = BASE_NAMES.get(unit.dimension, unit.dimension)
    if unit.dimension == "piece":
        return number(unit.amount)
    if unit.dimension == "time" and unit.amount % 1440 == 0:
        return f"{number(unit.amount / 1440)} day{'' if unit.amount == 1440 else 's'}"
    if unit.amount == 1:
        name = {"units": "unit", "minutes": "minute", "miles": "mile"}.get(name, name)
    return f"{number(unit.amount)} {name}"


def is_container(unit: BillingUnit) -> bool:
    """Whether a unit is a container such as a vial."""
    return any(thing in CONTAINERS for thing in unit.things)


__all__ = ["BillingUnit", "Item", "Part", "billing_unit", "in_words", "is_container"]
