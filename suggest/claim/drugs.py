"""Which of a text's amounts are those of the code's drug: combinations, salts, two drugs in one syringe."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from suggest.claim.billing_unit import BillingUnit, Part
from suggest.claim.given import Given, Missing, given, measured
from suggest.claim.scan import Item
from suggest.claim.stated import Dose, Stated

MAX_CACHED = 1 << 14  # descriptions
_CLOSE = Fraction(2, 100)
_SHORT = {"trimethoprim": ("tmp",), "sulfamethoxazole": ("smx", "smz"), "piperacillin": ("pip",)}
_FORMS = frozenset(["elemental", "base", "pe", "equivalent", "equivalents", "salt"])
_BRANDS = {
    "bupi": ("marc", "sens"),
    "lido": ("xylo",),
    "ropi": ("naro",),
    "tria": ("kena", "aris"),
    "meth": ("depo",),
    "beta": ("cele",),
    "dexa": ("deca",),
    "keto": ("tora",),
}
"""Beginnings of trade names of drugs that people mix, by that of the substance's name."""
_WORD = re.compile(r"[a-z]{4,}")
_NO_NAMES = frozenset(
    [
        "injection",
        "infusion",
        "solution",
        "instillation",
        "inhalation",
        "implant",
        "oral",
        "form",
        "human",
        "recombinant",
    ]
)


def of_combination(stated: Stated, unit: BillingUnit) -> Given | Missing:
    """The amount of a combination: of all its substances, or of one that the text names.

    "4 g/0.5 g" is added up where the amounts stand in the unit's proportion. One amount is that of all
    substances together, as on the package, unless exactly one substance stands beside it.
    """
    doses = [dose for dose in stated.doses if dose.item.dimension == unit.dimension]
    values = [dose.item.value for dose in doses]
    shares = [part.amount for part in unit.parts]
    n = len(shares)
    if len(values) >= n and _proportional(values[:n], shares):
        first = values[0] / shares[0] * unit.amount * doses[0].times
        total = sum(values[:n], Fraction(0)) * doses[0].times
        if total != first:  # the parts are rounded: 44 mg and 100 mg of 1 mg and 2.27 mg
            part = f"{measured(values[0], unit.dimension)} {unit.parts[0].words.split(' ')[0]}".strip()
            total_words = f"{measured(first, unit.dimension)} of the combination"
            return Given(first, f"{part} = {total_words}", "stated")
        words = " + ".join(measured(value, unit.dimension) for value in values[:n])
        times = f" x {doses[0].times}" if doses[0].times != 1 else ""
        return Given(total, f"{words}{times} = {measured(total, unit.dimension)}", "stated")
    amount = given(stated, unit.dimension)
    if isinstance(amount, Missing):
        return amount
    places = [dose.at for dose in doses] or [
        at
        for at, item in enumerate(stated.items)
        if item in stated.rates and item.dimension == unit.dimension
    ]
    named = [part for part in unit.parts if _beside(stated, part, places)]
    if len(named) == 1 and len(places) == 1 and not _others_named(stated, unit, named[0]):
        share, name = named[0].amount, named[0].words.split()[0]
        whole = amount.value / share * unit.amount
        return Given(
            whole,
            f"{amount.words} {name} = {measured(whole, unit.dimension)} of the combination",
            "stated",
        )
    return amount


def _others_named(stated: Stated, unit: BillingUnit, named: Part) -> bool:
    """Whether a text names every substance: its one amount is then that of all, as on the package."""
    words = [item.text for item in stated.items if item.kind == "word"]
    others = [_WORD.findall(part.words) for part in unit.parts if part is not named]
    return all(names and any(word.startswith(names[0][:5]) for word in words) for names in others)


def _proportional(values: list[Fraction], shares: list[Fraction]) -> bool:
    ratio = values[0] / shares[0]
    return all(
        abs(value / share - ratio) <= _CLOSE * ratio for value, share in zip(values, shares, strict=True)
    )


def _beside(stated: Stated, part: Part, places: list[int]) -> bool:
    """Whether a substance's name stands beside the only amount."""
    names = _WORD.findall(part.words)
    if not names or len(places) != 1:
        return False
    words = (names[0][:6], *_SHORT.get(names[0], ()))
    at = places[0]
    near = [stated.items[i].text for i in (at - 2, at - 1, at + 1, at + 2) if 0 <= i < len(stated.items)]
    return any(text.startswith(words) for text in near)


def of_basis(stated: Stated, unit: BillingUnit) -> Stated:
    """The text without amounts of another form of the drug than the one that the code weighs."""
    doses = [dose for dose in stated.doses if dose.item.dimension == unit.dimension]
    if len(doses) < 2:
        return stated
    of_form = [dose for dose in doses if _of_form(stated, dose)]
    kept = of_form if unit.basis else [dose for dose in doses if dose not in of_form]
    if not of_form or not kept or len(kept) == len(doses):
        return stated
    others = [dose for dose in stated.doses if dose.item.dimension != unit.dimension]
    return stated._replace(doses=(*others, *kept))


def _of_form(stated: Stated, dose: Dose) -> bool:
    """Whether an amount is of a moiety: "93 mg elemental", "210 mg ferric iron", "1000 mg PE"."""
    behind = [item.text for item in stated.items[dose.at + 1 : dose.at + 3]]
    return bool(_FORMS & set(behind)) or "iron" in behind


def of_this_drug(stated: Stated, description: str) -> Stated:
    """The text without the strengths of a second drug in it.

    A ratio such as 1:100,000 is that of epinephrine wherever the text names it. Where a strength and
    an amount disagree, the one nearer to the name of the code's drug is kept.
    """
    if not stated.rates:
        return stated
    lower = description.lower()
    words = {item.text for item in stated.items}
    rates = stated.rates
    if any(":" in rate.text for rate in rates):
        of_epinephrine = "epinephrine" in lower and "with epinephrine" not in lower
        if of_epinephrine:
            rates = tuple(rate for rate in rates if ":" in rate.text) or rates
        elif any(word.startswith("epi") for word in words):
            rates = tuple(rate for rate in rates if ":" not in rate.text)
        stated = stated._replace(rates=rates)
    names = _names(description)
    places = [at for at, item in enumerate(stated.items) if item.kind == "word" and item.text[:4] in names]
    strengths = [rate for rate in rates if rate.dimension == "mass" and rate.per[0][0] == "volume"]
    masses = [dose for dose in stated.doses if dose.item.dimension == "mass"]
    if len(places) != 1 or not strengths or len(strengths) + len(masses) < 2:
        return stated
    one_drug = len({rate.value / rate.per[0][1] for rate in strengths}) == 1
    agree = any(dose.total for dose in masses) or all(_fits(stated, strengths[0], dose) for dose in masses)
    if one_drug and agree:
        return stated
    at = {id(item): at for at, item in enumerate(stated.items)}
    beside = [(abs(at.get(id(rate), 0) - places[0]), rate) for rate in strengths]
    distance, nearest = min(beside, key=lambda pair: pair[0])
    if masses and min(abs(dose.at - places[0]) for dose in masses) <= distance:
        return stated._replace(rates=tuple(rate for rate in rates if rate not in strengths))
    kept = tuple(rate for rate in rates if rate is nearest or rate not in strengths)
    return stated._replace(rates=kept, doses=tuple(dose for dose in stated.doses if dose not in masses))


@lru_cache(MAX_CACHED)
def _names(description: str) -> tuple[str, ...]:
    """How the first two names of a description and their trade names begin."""
    names = [word[:4] for word in _WORD.findall(description.lower()) if word not in _NO_NAMES][:2]
    return (*names, *(brand for name in names for brand in _BRANDS.get(name, ())))


def _fits(stated: Stated, strength: Item, mass: Dose) -> bool:
    """Whether a strength and a volume give the stated amount, or there is no volume."""
    computed = given(stated._replace(doses=tuple(dose for dose in stated.doses if dose is not mass)), "mass")
    if isinstance(computed, Missing):
        return True
    return abs(computed.value - mass.item.value) <= _CLOSE * mass.item.value
