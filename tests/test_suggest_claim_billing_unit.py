"""The unit of a code from the words of its long description."""

from __future__ import annotations

from fractions import Fraction

import pytest

from suggest.claim.billing_unit import billing_unit
from suggest.claim.rules import RULES


@pytest.mark.parametrize(
    ("description", "code", "rule", "dimension", "amount"),
    [
        ("Injection, a drug, 10 mg", "J0001", "amount", "mass", "10"),
        ("Injection, a drug, 0.1 mg (for esrd on dialysis)", "J0001", "amount", "mass", "0.1"),
        ("Injection, a drug, not therapeutically equivalent to j0131, 5 mg", "J0001", "amount", "mass", "5"),
        ("Injection, a drug, per 1,000 usp units", "J0001", "per amount", "units", "1000"),
        ("Injection, a drug, up to 15 mg", "J0001", "up to", "mass", "15"),
        ("A factor, per i.u.", "J7000", "per amount", "units", "1"),
        ("A fluid, sterile (500 ml = 1 unit)", "J7000", "equals one unit", "volume", "500"),
        ("A graft, per square centimeter (add-on, list separately)", "Q4000", "per amount", "area", "1"),
        ("A service, each 15 minutes", "G0001", "per amount", "time", "15"),
        ("Waiting, one half (1/2) hour increments", "A0420", "per amount", "time", "30"),
        ("A stay, per diem", "H0001", "per day", "time", "1440"),
        ("A prolonged service, each additional 15 minutes", "G2212", "each additional", "time", "15"),
        ("Mileage, per statute mile", "A0425", "per amount", "distance", "1"),
        ("A tracer, diagnostic, per study dose, up to 40 millicuries", "A9500", "per study", "piece", "1"),
        ("A drug, per single use vial", "J9015", "per vial", "piece", "1"),
        ("Gloves, per 100", "A4927", "per package", "piece", "100"),
        ("Lancets, per box of 100", "A4259", "per package", "piece", "100"),
        ("Syringe, sterile, 1 cc or less, each", "A4206", "each", "piece", "1"),
        ("Crutches, wood, pair", "E0112", "per thing", "piece", "1"),
        ("A drug, oral, greater than 3 mg, but less than or equal to 6 mg", "J0573", "tiered", "piece", "1"),
        ("Folding walker, height can be set", "E0143", "the item or service itself", "piece", "1"),
        (
            "Chair, patient weight capacity up to 300 pounds",
            "E1038",
            "the item or service itself",
            "piece",
            "1",
        ),
    ],
)
def test_the_unit_is_read_from_the_description(
    description: str, code: str, rule: str, dimension: str, amount: str
) -> None:
    """With its rule, dimension and amount in the base unit; every rule has a source."""
    unit = billing_unit(description, code)

    assert (unit.rule, unit.dimension, unit.amount) == (rule, dimension, Fraction(amount))
    assert RULES[unit.rule].source


def test_a_combination_has_its_substances() -> None:
    """The unit is their sum."""
    unit = billing_unit("Injection, onemycin and twobactam, 0.5 g/0.125 g", "J0714")

    assert [(part.words, part.amount) for part in unit.parts] == [("onemycin", 500), ("twobactam", 125)]
    assert (unit.rule, unit.amount) == ("combination", 625)


def test_the_same_amount_in_another_dimension_is_kept() -> None:
    """`300 micrograms (1500 i.u.)` can be asked for in both."""
    unit = billing_unit("Injection, a globulin, full dose, 300 micrograms (1500 i.u.)", "J2790")

    assert (unit.amount, unit.other) == (Fraction(3, 10), ("units", Fraction(1500)))
