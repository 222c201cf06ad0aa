"""Forms and combinations of drugs on cards."""

from __future__ import annotations

import pytest

from api.cds.drug_forms import form_fits, no_other_drug


@pytest.mark.parametrize(
    ("text", "description", "fits"),
    [
        ("estradiol patch 0.05 mg/day", "Injection, estradiol valerate, up to 10 mg", False),
        ("capsaicin 8% patch", "Capsaicin 8% patch, per square centimeter", True),
        ("dexamethasone ophthalmic drops", "Injection, dexamethasone sodium phosphate, 1 mg", False),
        ("triamcinolone 0.1% cream", "Injection, triamcinolone acetonide, 10 mg", False),
        ("naloxone nasal spray", "Injection, naloxone hydrochloride, 1 mg", False),
        ("aflibercept intravitreal, right eye", "Injection, aflibercept, 1 mg", True),
        ("budesonide formoterol inhaler", "Budesonide, inhalation solution, unit dose form", False),
        ("albuterol HFA 90 mcg", "Drug administered through a metered dose inhaler", True),
        ("budesonide nebulizer suspension", "Budesonide, inhalation solution, unit dose form", True),
        ("ceftriaxone 1 g", "Injection, ceftriaxone sodium, per 250 mg", True),
        ("hyaluronate gel injection", "Injection, hyaluronan or derivative", True),
    ],
)
def test_a_code_is_of_the_form_that_the_order_says(text: str, description: str, fits: bool) -> None:
    """An order that says no form, or an injection, fits each."""
    assert form_fits(text, description) is fits


@pytest.mark.parametrize(
    ("text", "description", "fits"),
    [
        ("lidocaine 5% patch", "Lidocaine 70 mg/tetracaine 70 mg, per patch", False),
        ("albuterol 2.5 mg", "Albuterol, up to 2.5 mg and ipratropium bromide, up to 0.5 mg", False),
        ("albuterol with ipratropium", "Albuterol, up to 2.5 mg and ipratropium bromide, up to 0.5 mg", True),
        ("DuoNeb", "Albuterol, up to 2.5 mg and ipratropium bromide, up to 0.5 mg", True),
        ("buprenorphine 8 mg SL", "Buprenorphine/naloxone, oral, greater than 6 mg", False),
        ("dextrose 5% 500 ml", "5% dextrose/water (500 ml = 1 unit)", True),
        ("ketorolac 30 mg", "Injection, ketorolac tromethamine, per 15 mg", True),
    ],
)
def test_one_drug_gets_no_code_of_two(text: str, description: str, fits: bool) -> None:
    """A brand names both."""
    assert no_other_drug(text, description) is fits
