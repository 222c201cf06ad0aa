"""Drug texts in the form of a package directory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.reading.packages import Package, package, without_packing

NAMES = st.sampled_from(["Invented Sulfate", "Zorplex", "Alpha And Beta Hydrochloride", "Dog Biscuit-N"])
OUTER = st.sampled_from(["Carton", "Tray", "Box", "Case", "Package", "Kit", "Blister Pack"])
INNER = st.sampled_from(
    ["Vial", "Vial, Single-Dose", "Syringe, Glass", "Bag", "Bottle, Plastic", "Ampule", "Pouch"]
)
UNITS = st.sampled_from(["Ml", "ML", "mL", "G", "L"])
NUMBER = st.sampled_from(["", " (1234-5678-90)", " ()"])


@given(NAMES, st.integers(1, 99), OUTER, INNER, st.integers(1, 500), UNITS, NUMBER, st.booleans())
def test_the_drug_and_the_inner_amount_are_read(
    name: str, count: int, outer: str, inner: str, amount: int, unit: str, number: str, upper: bool
) -> None:
    """In any letters, with any containers, with or without package numbers."""
    text = f"{name}: {count} {inner} In 1 {outer}{number} / {amount} {unit} In 1 {inner}{number}"
    found = package(text.upper() if upper else text)

    assert found is not None
    assert (found.name.lower(), found.amount, found.unit, found.forms) == (
        name.lower(),
        amount,
        unit.lower(),
        (),
    )


@given(NAMES, st.integers(1, 500), st.sampled_from(["Tablet", "Capsule", "Tablet, Chewable"]), NUMBER)
def test_counted_forms_are_forms(name: str, count: int, form: str, number: str) -> None:
    """Tablets are no containers; their number is not a strength."""
    found = package(f"{name}: {count} {form} In 1 Bottle, Plastic{number}")

    assert found == Package(name, count, "", (form.lower().replace(",", ""),))
    assert without_packing(f"{name}: {count} {form} In 1 Bottle") == f"{name} {found.forms[0]}"


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Zorplex: 25 Vial In 1 Carton ( ) / 2 Ml In 1 Vial", "Zorplex 2 ml Vial"),
        ("ZORPLEX: 10 VIAL, GLASS in 1 PACKAGE / 1 INJECTION, POWDER in 1 VIAL", "ZORPLEX injection powder"),
        ("Zorplex: 10 Pouch In 1 Carton / 1 Bag In 1 Pouch / 200 Ml In 1 Bag", "Zorplex 200 ml"),
        ("Single-Use In 1 Carton (1234-567-9) / 2 Ml In 1 Vial, Zorplex: 1 Vial", "Zorplex 2 ml Vial"),
        ("Glass In 1 Carton ( ) / 2 Ml In 1 Vial, Glass, Zorplex: 1 Vial", "Zorplex 2 ml Vial"),
        ("Name: Zorplex: .5 Ml In 1 Syringe", "Zorplex 0.5 ml injection"),
        ("Zorplex: 5 Syringe, Plastic In 1 Carton / 3 Ml In 1 Syringe, Plastic", "Zorplex 3 ml injection"),
        ("Zorplex: 30 Capsule, Gelatin Coated In 1 Bottle", "Zorplex capsule"),
        ("Zorplex: 30 Tablet, Film Coated, Extended Release In 1 Bottle", "Zorplex tablet extended release"),
        ("ZORPLEX 4 MG/2ML IJ SOLN", "ZORPLEX 4 MG/2ML IJ"),
        ("ZORPLEX 10 MG PO SUSP", "ZORPLEX 10 MG PO SUSP"),
        ("1 VIAL in 1 CARTON / 5 mL in 1 VIAL", "1 VIAL in 1 CARTON / 5 mL in 1 VIAL"),
        ("3 in 1 commode", "3 in 1 commode"),
        ("cast applied 2 layers in 1 visit", "cast applied 2 layers in 1 visit"),
    ],
)
def test_packing_is_left_out(text: str, rest: str) -> None:
    """The containers and their counts; other texts stay."""
    assert without_packing(text) == rest


@given(st.text())
def test_any_text_can_be_given(text: str) -> None:
    """No text is an error."""
    assert isinstance(without_packing(text), str)
