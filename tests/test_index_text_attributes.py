"""Opposite attributes that distinguish sibling codes."""

from __future__ import annotations

import pytest

from index.text.attributes import ATTRIBUTES, BITS, GROUPS, attributes, named
from index.text.words import normalise, words


def read(text: str) -> list[str]:
    """Attributes of a text, in words."""
    return named(attributes(words(normalise(text))))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pediatric wheelchair", ["age: child"]),
        ("gauze, non-sterile", ["sterile: no"]),
        ("sterile gauze with border", ["border: with", "sterile: yes"]),
        ("dressing w/o border", ["border: without"]),
        ("MRI w/o & w/ contrast", ["contrast: without then with"]),
        ("MRI without contrast followed by with contrast", ["contrast: without then with"]),
        ("unit dose", ["strength form: unit dose"]),
        ("adult or pediatric", ["age: adult", "age: child"]),
        ("above knee, silicone", ["material: silicone", "joint level: above knee"]),
        ("per unit, 4 sq in", []),
        ("wheelchair", []),
        ("", []),
    ],
)
def test_the_longest_phrase_counts(text: str, expected: list[str]) -> None:
    """And uses up its words: "non sterile" is not also "sterile"."""
    assert read(text) == expected


def test_every_value_has_a_bit_of_its_own() -> None:
    """All of them fit an unsigned 64-bit integer, and the groups share none."""
    values = sum(len(names) for names in ATTRIBUTES.values())

    assert values == BITS <= 64
    assert len(GROUPS) == len(ATTRIBUTES)
    assert sum(GROUPS) == 2**BITS - 1
    assert sum(group.bit_count() for group in GROUPS) == BITS


def test_every_phrase_gives_its_own_value() -> None:
    """No phrase is cut by the words rules into something that another one catches first."""
    for group, values in ATTRIBUTES.items():
        for value, phrases in values.items():
            for phrase in phrases.split(";"):
                assert f"{group}: {value}" in read(phrase), phrase
