"""Which modifiers go with a code."""

from __future__ import annotations

from index.records import Modifier, Record
from index.release.labels import PRICING
from suggest.claim.fitting import BY_PRICING, FittingModifier, fitting_modifiers
from suggest.claim.limits import Fee

WORDS = (Modifier("NU", "New"), Modifier("RR", "Rented"), Modifier("LT", "Left"))


def fee(*modifiers: str) -> Fee:
    return Fee("Fees 2026-01", "2026-01", None, "dme", 5.0, modifiers=modifiers)


def test_modifiers_with_a_fee_come_first_and_name_the_table() -> None:
    """Then those of the pricing group that the release has and no fee names."""
    record = Record("E0002", "Invented crutch", pricing=("32",))

    assert fitting_modifiers(record, WORDS, [fee("NU"), fee("KH", "NU")]) == (
        FittingModifier("KH", "", "Fees 2026-01"),
        FittingModifier("NU", "New", "Fees 2026-01"),
        FittingModifier("RR", "Rented", "pricing group 32: equipment: inexpensive or routinely purchased"),
    )


def test_nothing_is_claimed_without_data() -> None:
    """A code without fees and without a listed pricing group has none."""
    assert fitting_modifiers(Record("E0002", "Invented crutch", pricing=("99",)), WORDS, []) == ()
    assert fitting_modifiers(Record("E0002", "Invented crutch"), WORDS, [fee()]) == ()


def test_every_group_is_a_pricing_indicator_of_the_layout() -> None:
    """Otherwise it could not be named."""
    assert set(BY_PRICING) <= set(PRICING)
