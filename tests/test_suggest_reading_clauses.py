"""Clauses of an order that do not name what is ordered."""

from __future__ import annotations

import pytest

from suggest.reading.clauses import without_diagnosis


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("walker, dx: CHF", "walker "),
        ("bed Dx: COPD, with rails", "bed , with rails"),
        ("Walker. Diagnosis: fall risk", "Walker "),
        ("walker (dx osteoarthritis of knee)", "walker  )"),
        ("cane; h/o falls", "cane "),
        ("HC CATH DX EP 5FR", "HC CATH DX EP 5FR"),
        ("dx: COPD", "dx: COPD"),
        ("bra, s/p mastectomy", "bra, s/p mastectomy"),
    ],
)
def test_a_diagnosis_behind_what_is_ordered_is_left_out(text: str, rest: str) -> None:
    """Behind a sign or with a colon; a bare "dx" is a price list's "diagnostic"."""
    assert without_diagnosis(text) == rest
