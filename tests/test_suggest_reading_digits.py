"""Letters for digits in numbers."""

from __future__ import annotations

import pytest

from suggest.reading.digits import with_zeros


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("infusion 3OO mg", "infusion 300 mg"),
        ("1Omg IV", "10mg IV"),
        ("48Omcg sq", "480mcg sq"),
        ("box of 1oo", "box of 100"),
        ("1O0 strips", "100 strips"),
        ("O.5 ml", "0.5 ml"),
        ("2.5O mg", "2.50 mg"),
        ("H2O", "H2O"),
        ("2o to fall", "2o to fall"),
        ("3M tape", "3M tape"),
        ("4 oz", "4 oz"),
        ("b0tox", "b0tox"),
        ("home O2", "home O2"),
    ],
)
def test_an_o_in_a_number_is_a_zero(text: str, read_as: str) -> None:
    """Where a unit or further digits show that it is a number."""
    assert with_zeros(text) == read_as
