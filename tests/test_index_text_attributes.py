"""Opposite attributes that distinguish sibling codes."""

from __future__ import annotations

import pytest

from index.text.attribute_phrases import ATTRIBUTES, THEMES
from index.text.attributes import BITS_OF_GROUP, GROUPS, ROUTE, THEME_OF, VALUES, attributes, bit, named
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
        ("x-ray transport, 2 patients", ["people: group"]),
        ("x-ray transport, one patient seen", ["people: alone"]),
        ("adult or pediatric", ["age: adult", "age: child"]),
        ("above knee, silicone", ["material: silicone", "joint level: above knee"]),
        ("per unit, 4 sq in", []),
        ("1st fraction", ["order: first"]),
        ("second through fifth", ["order: further"]),
        ("wheelchair", []),
        ("", []),
    ],
)
def test_the_longest_phrase_counts(text: str, expected: list[str]) -> None:
    """And uses up its words: "non sterile" is not also "sterile"."""
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("zofran 4 mg IVP", ["route: injected", "way of injection: vein"]),
        ("25 mg PO tablet", ["route: oral", "dose form: solid"]),
        ("subcut injection", ["route: injected", "way of injection: under skin"]),
        ("neb solution", ["route: inhaled", "dose form: liquid"]),
        ("intravitreal", ["route: injected", "way of injection: eye"]),
        ("oral, for use as a complete therapeutic substitute for an iv anti-emetic", ["route: oral"]),
        ("medication other than oral and/or injectable", []),
        ("non-oral", []),
        ("iv pole", []),
        ("preservative-free", ["preserved: no"]),
        ("with or without adhesive border", []),
    ],
)
def test_a_denied_value_is_not_stated(text: str, expected: list[str]) -> None:
    """Neither is the word of a thing that only bears its name."""
    assert read(text) == expected


def test_every_group_has_a_byte_of_its_own() -> None:
    """Its values take the lowest bits of it; the bits are named in their order."""
    assert len(GROUPS) == len(ATTRIBUTES)
    for number, (group, values) in enumerate(ATTRIBUTES.items()):
        assert len(values) <= BITS_OF_GROUP
        assert GROUPS[number] == (2 ** len(values) - 1) << BITS_OF_GROUP * number
        for i, value in enumerate(values):
            assert bit(f"{group}: {value}") == 1 << BITS_OF_GROUP * number + i
    assert named(sum(GROUPS)) == list(VALUES)


def test_every_group_has_at_most_one_theme() -> None:
    """The route stands by itself and has none."""
    held = [group for groups in THEMES.values() for group in groups]
    assert sorted(held) == sorted(set(held) & set(ATTRIBUTES))
    assert THEME_OF[ROUTE] == len(THEMES)
    assert [THEME_OF[list(ATTRIBUTES).index(group)] for group in THEMES["route"]] == [0, 0, 0]


def test_every_phrase_gives_its_own_value() -> None:
    """No phrase is cut by the words rules into something that another one catches first."""
    for group, values in ATTRIBUTES.items():
        for value, phrases in values.items():
            for phrase in phrases.split(";"):
                assert f"{group}: {value}" in read(phrase), phrase
