"""The nearest known spelling."""

from __future__ import annotations

import pytest

from index.text.spelling import Spelling


@pytest.mark.parametrize(
    ("typed", "known"),
    [("bandege", "bandage"), ("bandag", "bandage"), ("xandage", None), ("band", None), ("9andage", None)],
)
def test_only_a_long_word_with_the_same_first_letter_is_mended(typed: str, known: str | None) -> None:
    """Short words, numbers and words that begin otherwise are left as typed."""
    assert Spelling(["bandage", "crutch"]).nearest(typed) == known
