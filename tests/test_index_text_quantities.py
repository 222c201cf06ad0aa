"""Quantities and ranges in texts, in one unit for each dimension."""

from __future__ import annotations

from math import inf

import pytest

from index.text.quantities import DIMENSIONS, quantities, size_range
from index.text.words import normalise


def found(text: str) -> list[tuple[str, float]]:
    """Amounts of a text by the name of their dimension."""
    return [
        (DIMENSIONS[quantity.dimension], pytest.approx(quantity.amount))
        for quantity in quantities(normalise(text))
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Injection, 250MG", [("mass", 250)]),
        ("10mcg/0.4ml", [("mass", 0.01), ("volume", 0.4)]),
        ("1.5 g", [("mass", 1500)]),
        ("2 million units", [("units", 2e6)]),
        ("1,000 IU", [("units", 1000)]),
        ("500cc 5% dextrose", [("volume", 500), ("percent", 5)]),
        ("per mg", [("mass", 1)]),
        ("per IU", [("units", 1)]),
        ("per gram", [("mass", 1000)]),
        ("per microgram", [("mass", 0.001)]),
        ("dressing 100 sq cm", [("area", 15.5)]),
        ("per square centimeter", [("area", 0.155)]),
        ("16 fr catheter, 30 min", [("gauge", 16), ("time", 30)]),
        ("2 hr", [("time", 120)]),
        ("10 mci", [("activity", 10)]),
        ("20 meq", [("equivalents", 20)]),
        ("gauze 16 sq in", [("area", 16)]),
        ("4x4 gauze", [("area", 16)]),
        ("8.5x11 in", [("area", 93.5)]),
        ("5.08x5.08 cm", [("area", 4)]),
        ("5 mg or 5 mg", [("mass", 5)]),
    ],
)
def test_amounts_are_read_in_the_base_unit(text: str, expected: list[tuple[str, float]]) -> None:
    """Milligrams, units, millilitres and so on, each amount once and in order of kind."""
    assert found(text) == expected


@pytest.mark.parametrize(
    "text", ["", "0 mg", "wheelchair", "E0601", "mg", "3x4x5 cm", "version 2.1.3", "10 mgx"]
)
def test_what_is_no_amount_is_not_read_as_one(text: str) -> None:
    """Codes, lone units, three sides and zero."""
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "dimension", "above", "to"),
    [
        ("pad 16 sq. in. or less", "area", 0, 16),
        ("more than 16 sq. in. but less than or equal to 48 sq. in.", "area", 16, 48),
        ("more than 48 sq. in.", "area", 48, inf),
        ("more than 1 g but less than or equal to 3 g", "mass", 1000, 3000),
        ("2 g or less", "mass", 0, 2000),
        ("up to 50 cc", "volume", 0, 50),
        ("up to 2 g", "mass", 0, 2000),
        ("greater than 10 units", "units", 10, inf),
    ],
)
def test_ranges_of_sizes_are_read(text: str, dimension: str, above: float, to: float) -> None:
    """More than `above`, up to and including `to`."""
    span = size_range(normalise(text))

    assert span is not None
    assert (DIMENSIONS[span.dimension], span.above, span.to) == (dimension, above, to)


@pytest.mark.parametrize("text", ["250 mg", "", "more than a walker", "16 wheels or less"])
def test_a_plain_amount_is_no_range(text: str) -> None:
    """A comparison without a unit is not a range either."""
    assert size_range(normalise(text)) is None
