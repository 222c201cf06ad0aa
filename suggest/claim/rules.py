"""The rules by which units and waste are worked out, each with its source."""

from __future__ import annotations

import msgspec

MANUAL = "Medicare Claims Processing Manual (Pub. 100-04)"
OWN_WORDS = "the code's long description"


class Rule(msgspec.Struct, frozen=True):
    """A rule.

    Attributes:
        name: Its name, as an answer gives it.
        says: What it does, in one sentence.
        source: Where it comes from.
    """

    name: str
    says: str
    source: str


_ALL = (
    Rule("amount", "The description ends with an amount such as 10 mg: that is one unit.", OWN_WORDS),
    Rule(
        "per amount",
        "The description says per 50 mg, each 15 minutes or per mile: that is one unit.",
        OWN_WORDS,
    ),
    Rule("up to", "Any amount up to the stated one is one unit; more is counted in steps of it.", OWN_WORDS),
    Rule("equals one unit", "The description states the unit as an equation: 500 ml = 1 unit.", OWN_WORDS),
    Rule(
        "combination",
        "The unit is the sum of its substances; an amount named for one of them counts as its share.",
        OWN_WORDS,
    ),
    Rule(
        "basis",
        "The description says what is weighed: an amount of another salt or form does not count.",
        OWN_WORDS,
    ),
    Rule(
        "each",
        "Every piece is one unit; a pair is two. An order of equipment without a count is for one.",
        OWN_WORDS,
    ),
    Rule("per package", "A fixed number of pieces, such as 50 strips, is one unit.", OWN_WORDS),
    Rule(
        "per thing",
        "The named thing is one unit: a pair, set, lens, shoe, visit or box; two crutches are one pair.",
        OWN_WORDS,
    ),
    Rule("per vial", "A vial is one unit, whatever it holds.", OWN_WORDS),
    Rule("per kit", "A kit is one unit, whatever it holds.", OWN_WORDS),
    Rule("per study", "A study dose is one unit, whatever its activity; rest and stress are two.", OWN_WORDS),
    Rule("per dose", "A treatment dose is one unit, whatever its amount.", OWN_WORDS),
    Rule("per day", "A day is one unit (per diem), and a half day where the description says so.", OWN_WORDS),
    Rule("each additional", "Only the time beyond that of the first code counts.", OWN_WORDS),
    Rule("tiered", "The description names a range of amounts: every piece is one unit.", OWN_WORDS),
    Rule(
        "the item or service itself",
        "The description states no unit: the item or service is one, unless the text counts more.",
        OWN_WORDS,
    ),
    Rule(
        "rounded up",
        "An amount that is no multiple of the unit is billed as the next whole unit.",
        f"{MANUAL}, chapter 17, section 10",
    ),
    Rule(
        "discarded drug",
        "What is left of a single-dose container is billed with JW, in whole units, rounded down; JZ"
        " says that "
        "nothing was discarded. Containers for several doses have neither.",
        f"{MANUAL}, chapter 17, section 40",
    ),
    Rule(
        "nearest hour",
        "Hours of observation are rounded to the nearest hour.",
        f"{MANUAL}, chapter 4, section 290.2.2",
    ),
)

RULES: dict[str, Rule] = {rule.name: rule for rule in _ALL}
"""Every rule by its name."""
