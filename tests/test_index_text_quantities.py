"""Quantities and ranges in texts, in one unit for each dimension."""

from __future__ import annotations

from math import inf

import pytest

from index.text.quantities import DIMENSIONS, Range, amounts, quantities, size_ranges, with_inches
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
        ("dressing 100 sq cm", [("area", 15.50003)]),
        ("per square centimeter", [("area", 0.1550003)]),
        ("16 fr catheter, 30 min", [("gauge", 16), ("time", 30)]),
        ("2 hr", [("time", 120)]),
        ("10 mci", [("activity", 10)]),
        ("20 meq", [("equivalents", 20)]),
        ("gauze 16 sq in", [("area", 16)]),
        ("4x4 gauze", [("area", 16), ("length", 101.6)]),
        ("8.5x11 in", [("area", 93.5), ("length", 215.9)]),
        ("5.08x5.08 cm", [("area", 4), ("length", 50.8)]),
        ("6 in x 6 in", [("area", 36), ("length", 152.4)]),
        ("4 x 4 inches", [("area", 16), ("length", 101.6)]),
        ("2 x 3 in, 5 mg", [("area", 6), ("length", 50.8), ("mass", 5)]),
        ("2x2.25", [("area", 4.5), ("length", 50.8)]),
        ("4.5 in x 4.1 yd", [("length", 114.3)]),
        ("3 x 5 yards", [("length", 76.2)]),
        ("6 in2", [("area", 6)]),
        ("2 sq ft", [("area", 288)]),
        ("1 litre", [("volume", 1000)]),
        ("1 L", [("volume", 1000)]),
        ("1000cc", [("volume", 1000)]),
        ("0.5 mg", [("mass", 0.5)]),
        ("500 mcg", [("mass", 0.5)]),
        ("2.4 MU", [("units", 2.4e6)]),
        ("50 mg/ml 2 ml", [("concentration", 50), ("mass", 50), ("volume", 2), ("mass", 100)]),
        ("50 mg/ml", [("concentration", 50), ("mass", 50)]),
        ("50 mg/ml 2 ml or 3 ml", [("concentration", 50), ("mass", 50), ("volume", 2), ("volume", 3)]),
        ("8-2 mg", [("mass", 8)]),
        ("5/325 mg", [("mass", 5)]),
        ("suboxone sl film 8-2 daily", [("mass", 8)]),
        ("12-3 film", [("mass", 12)]),
        ("300-399 mg/ml", [("concentration", 349.5)]),
        ("1-2 tabs po, tab 2-0.5", []),
        ("film 4-5 in", [("length", 114.3)]),
        ("340 lb patient", [("weight", 340)]),
        ("10 kg", [("weight", 22.0462)]),
        ("bari bed, weight 600", [("weight", 600)]),
        ("commode 450 cap", [("weight", 450)]),
        ("walker, pt weighs 340 lb", [("weight", 340)]),
        ("chair rated 300 ml", [("volume", 300)]),
        ("acetaminophen 325 cap", []),
        ("20-30 mmHg", [("pressure", 25)]),
        ("three inch wrap", [("length", 76.2)]),
        ("1/2 inch strip", [("length", 12.7)]),
        ("1 1/2 in", [("length", 38.1)]),
        ("18 drug classes, 2 leads", [("classes", 18), ("leads", 2)]),
        ("1 week", [("time", 10080)]),
        ("twenty-four hours", [("time", 1440)]),
        ("4 liters per minute", [("flow", 4)]),
        ("5 mg or 5 mg", [("mass", 5)]),
        ("cushion 24 wide", [("length", 609.6)]),
        ("24 in wide, E2-24 wide", [("length", 609.6)]),
        ("sphere -9", [("sphere", 9)]),
        ("-2.50 sph", [("sphere", 2.5)]),
        ("trifocal sph 6.00 cyl 2.75", [("sphere", 6), ("cylinder", 2.75)]),
        ("trifocal -6.00 cyl 3", [("sphere", 6), ("cylinder", 3)]),
        ("6.00 sphere 2.75 cylinder", [("sphere", 6), ("cylinder", 2.75)]),
        ("cyl: -6.25, sph +1", [("cylinder", 6.25), ("sphere", 1)]),
        ("oxygen cyl 2", []),
    ],
)
def test_amounts_are_read_in_the_base_unit(text: str, expected: list[tuple[str, float]]) -> None:
    """Milligrams, units, millilitres and so on, each amount once and in order of kind."""
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0 mg",
        "wheelchair",
        "E0601",
        "mg",
        "3x4x5 cm",
        "version 2.1.3",
        "10 mgx",
        "30 in 1 box",
        "one chair",
    ],
)
def test_what_is_no_amount_is_not_read_as_one(text: str) -> None:
    """Codes, lone units, three sides and zero."""
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("up to 100 mg", [("mass", 100)]),
        ("16 sq in or less", []),
        ("2 to 4 mg", []),
        ("more than 10 ml, 5 mg", [("mass", 5)]),
        ("up to 1 ml, up to 1 ml", [("volume", 1)]),
        ("less than 0 mg", []),
        ("four mg", [("mass", 4)]),
        ("4 x 4 in", [("area", 16)]),
    ],
)
def test_amounts_of_a_descriptor(text: str, expected: list[tuple[str, float]]) -> None:
    """Of a range only the upper end of a dose, where there is no lower one; no width beside an area."""
    assert [
        (DIMENSIONS[quantity.dimension], pytest.approx(quantity.amount))
        for quantity in amounts(normalise(text))
    ] == expected


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("over 48 sq in", 48 * (1 + 1e-5) * (1 + 2e-5)),
        (">= 48 sq in", 48 * (1 + 2e-5)),
        ("<16 sq in", 16 * (1 - 1e-5) * (1 - 2e-5)),
        ("up to 16 sq in", 16 * (1 - 2e-5)),
        ("16-48 sq in", 32),
        ("16 sq in", 16),
    ],
)
def test_a_range_in_a_text_gives_an_amount_inside_it(text: str, amount: float) -> None:
    """Beside its only end, so that it is inside what begins there, or in the middle of two."""
    assert [quantity.amount for quantity in quantities(text)] == [pytest.approx(amount, rel=1e-9)]


def test_a_range_of_a_descriptor_is_read() -> None:
    """With numbers in words, each dimension once."""
    assert size_ranges("width greater than or equal to three inches") == [
        Range(DIMENSIONS.index("length"), pytest.approx(76.2), inf)
    ]
    assert size_ranges("250 mg") == []


@pytest.mark.parametrize(
    ("descriptor", "low", "high"),
    [
        ("Heavy duty wheelchair", 250 * (1 + 1e-5), 300),
        ("Extra heavy duty wheelchair", 300 * (1 + 1e-5), inf),
        ("Walker, heavy duty, wheeled, rigid or folding, any type", 300 * (1 + 1e-5), inf),
        ("Commode chair, extra wide and/or heavy duty, any type, each", 300, inf),
        ("Walker, heavy duty, for patients of more than 400 pounds", 400 * (1 + 1e-5), inf),
    ],
)
def test_a_heavy_duty_item_is_for_heavy_patients(descriptor: str, low: float, high: float) -> None:
    """By Medicare's rules, where the descriptor states no weight itself."""
    assert size_ranges(normalise(descriptor)) == [
        Range(DIMENSIONS.index("weight"), pytest.approx(low, rel=1e-9), high)
    ]


def test_other_heavy_duty_things_have_no_weight() -> None:
    """A battery, or a pad that includes heavy duty ones."""
    assert size_ranges(normalise("Battery, heavy duty; replacement for patient owned ventilator")) == []
    assert size_ranges(normalise("Powered pressure reducing mattress overlay, includes heavy duty")) == []


@pytest.mark.parametrize(
    ("descriptor", "low", "high"),
    [
        ("Sphere, single vision, plano to plus or minus 4.00, per lens", 0, 4),
        ("Sphere, bifocal, plus or minus 7.12 to plus or minus 20.00d, per lens", 7.12, 20),
        ("Spherocylinder, bifocal, sphere over plus or minus 12.00d, per lens", 12 * (1 + 1e-5), inf),
    ],
)
def test_dioptres_of_a_lens_without_a_cylinder_are_of_its_sphere(
    descriptor: str, low: float, high: float
) -> None:
    """These descriptors leave the word out, or have it before the number."""
    sphere = DIMENSIONS.index("sphere")

    assert size_ranges(normalise(descriptor)) == [Range(sphere, pytest.approx(low), high)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('6" wrap', "6 in  wrap"),
        ('4"x4"', "4 in x4 in "),
        ("6\u201d or 6 \u2033", "6 in  or 6 in "),
        ("3''", "3 in "),
        ('the "big" one', 'the "big" one'),
    ],
)
def test_inch_marks_become_the_unit(text: str, expected: str) -> None:
    """Only behind a digit."""
    assert with_inches(text) == expected
