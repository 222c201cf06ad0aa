"""Cutting text into words: the same way for descriptors and for what users type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.words import normalise, skeleton, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Walker, WHEELED", "walker wheeled"),
        ("INJ 250MG", "inj 250 mg"),
        ("1,000 units", "1000 units"),
        ("up to 1,234,567 IU", "up to 1234567 iu"),
        ("0.5ml dose.", "0.5 ml dose"),
        ("Drug, N.O.S.", "drug n o s"),
        ("4x4 gauze 16sq in", "4x4 gauze 16sq in"),
        ("w/o border", "w/o border"),
        ("  tabs\tand\nlines  ", "tabs and lines"),
        ("100% cotton", "100% cotton"),
        ("", ""),
        ("\U0001f9bd \u8f6e\u6905", ""),
    ],
)
def test_normalise_lowers_joins_thousands_and_parts_units(text: str, expected: str) -> None:
    """Case, thousands, units and foreign characters each have one form."""
    assert normalise(text) == expected


def test_words_are_runs_of_letters_digits_dots_and_percents() -> None:
    """Slashes and dashes part words, a decimal point does not."""
    assert words("w/o border 0.5 ml 10% non-sterile") == [
        "w",
        "o",
        "border",
        "0.5",
        "ml",
        "10%",
        "non",
        "sterile",
    ]


@pytest.mark.parametrize(
    ("word", "bones"),
    [("wheelchair", "whlchr"), ("whlchr", "whlchr"), ("dressing", "drsng"), ("aorta", "art")],
)
def test_a_skeleton_keeps_the_first_letter_and_the_consonants(word: str, bones: str) -> None:
    """A clipped word and the full one share their skeleton."""
    assert skeleton(word) == bones


@given(st.text(max_size=200))
def test_normalising_again_changes_nothing_more_than_once(text: str) -> None:
    """What was normalised holds only known characters and single blanks."""
    once = normalise(text)

    assert once == " ".join(once.split())
    assert set(once) <= set("abcdefghijklmnopqrstuvwxyz0123456789 .%/&+<>='-")
