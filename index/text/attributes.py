"""Attributes that distinguish sibling codes (age, route, contrast, border, fit ...), as bits.

Each group of values that exclude each other takes one byte: an index folder holds them as bytes, and a query
as one integer whose lowest byte is the first group.
"""

from __future__ import annotations

from index.text._normal import UNITS
from index.text.attribute_phrases import ATTRIBUTES, THEMES
from index.text.phrases import longest_phrases
from index.text.polarity import STATED, polarity
from index.text.words import lengths_by_first, words

VALUES = tuple(f"{group}: {value}" for group, values in ATTRIBUTES.items() for value in values)
"""Name of each value, in the order of the bits, such as "age: child". Index folders hold these names."""

BITS_OF_GROUP = 8
"""Bits that a group takes, used or not: the most values that it can have."""

GROUPS = tuple((1 << len(values)) - 1 << BITS_OF_GROUP * i for i, values in enumerate(ATTRIBUTES.values()))
"""Bits of each group, in the order of `ATTRIBUTES`."""

ROUTE = list(ATTRIBUTES).index("route")
"""Number of the group of the routes by which a drug is given."""

WAY = list(ATTRIBUTES).index("way of injection")
"""Number of the group of the ways in which it is injected: a clash of them is one of routes."""

THEME_OF = tuple(
    next((i for i, groups in enumerate(THEMES.values()) if group in groups), len(THEMES))
    for group in ATTRIBUTES
)
"""For each group, the number of its theme in `THEMES`; the number of themes for a group of none."""

_NAMELESS = GROUPS[ROUTE] | GROUPS[WAY] | GROUPS[list(ATTRIBUTES).index("dose form")]
_IGNORED = """
sq in; sq cm; sq inch; per unit; units; pre op; unit dose drug; iv pole; iv tubing; iv catheter; iv stand;
peel off cap; insulin syringe; complete therapeutic
"""  # phrases that state nothing, though a word of them would


def bit(name: str) -> int:
    """The bit of a value, for example `age: child`.

    Raises:
        ValueError: If there is no such value.
    """
    return _BITS[VALUES.index(name)]


_BITS = [
    1 << BITS_OF_GROUP * group + i
    for group, values in enumerate(ATTRIBUTES.values())
    for i in range(len(values))
]


def _phrases() -> dict[str, int]:
    bits_of = {" ".join(words(phrase)): 0 for phrase in _IGNORED.split(";")}
    phrases = (phrases for values in ATTRIBUTES.values() for phrases in values.values())
    for own, listed in zip(_BITS, phrases, strict=True):
        for phrase in listed.split(";"):
            key = " ".join(words(phrase))
            bits_of[key] = bits_of.get(key, 0) | own
    return bits_of


_PHRASES = _phrases()
_LENGTHS = lengths_by_first([phrase.split(" ") for phrase in _PHRASES])


ROUTE_WORDS = frozenset(
    word for phrase, bits in _PHRASES.items() if bits & _NAMELESS for word in phrase.split(" ")
) | frozenset(UNITS)
"""Words that state a route or a form, and units: they name no substance."""


def attributes(text_words: list[str]) -> int:
    """Bits of the values that a text states; of overlapping phrases the longest counts.

    A value that the text denies ("other than oral", "substitute for an IV drug") does not count.

    Args:
        text_words: The text's words in order, as `index.text.words.words` returns them.
    """
    bits = 0
    marks = polarity(text_words)
    for start, _, phrase in longest_phrases(text_words, _LENGTHS, _PHRASES):
        if marks[start] == STATED or phrase.endswith(" free"):
            bits |= _PHRASES[phrase]
    return bits


def named(bits: int) -> list[str]:
    """Names of the values that are set, in the order of `VALUES`."""
    return [name for name, own in zip(VALUES, _BITS, strict=True) if bits & own]
