"""Cutting text into words: the same way for descriptors and for what users type."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text._normal import UNITS
from index.text.words import normalise, skeleton, words
from tests.effort import examples, tried

CHARACTERS = "aAmMgGcClLuU019,.%/&+<>=' -_()\t\n\u00e9\u0130\u212a"


def by_patterns(text: str) -> str:
    """The normal form, written with regular expressions."""
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text.lower(), flags=re.ASCII)
    text = re.sub(r"[^a-z0-9.%/&+<>=' -]", " ", text)
    text = re.sub(rf"(\d)({'|'.join(UNITS)})\b", r"\1 \2", text)
    text = re.sub(r"(?<!\d)\.(?!\d)|\.(?=\s|$)", " ", text)
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Walker, WHEELED", "walker wheeled"),
        ("INJ 250MG", "inj 250 mg"),
        ("1,000 units", "1000 units"),
        ("type a,100 and ,200", "type a 100 and 200"),
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


@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_is_separated_from_its_number(unit: str) -> None:
    """The first and the last of the list too; a unit with another letter behind it is no unit."""
    assert normalise(f"5{unit.upper()}") == f"5 {unit}"
    assert normalise(f"5{unit}q") == f"5{unit}q"


def test_words_are_runs_of_letters_digits_dots_and_percents() -> None:
    """Slashes and dashes separate words, a decimal point does not."""
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


@pytest.mark.random
@examples(100, 50_000)
@given(st.text("abceeiosty0.%", max_size=12))
def test_so_it_is_for_every_word(word: str) -> None:
    """The first letter stays; one of two equal neighbours is removed."""
    tried["skeletons of words"] += 1
    assert skeleton(word) == re.sub(r"(.)\1", r"\1", word[:1] + re.sub("[aeiouy]", "", word[1:]))


@given(st.text(max_size=200))
def test_normalising_again_changes_nothing_more_than_once(text: str) -> None:
    """What was normalised holds only known characters and single blanks."""
    once = normalise(text)

    assert once == " ".join(once.split())
    assert set(once) <= set("abcdefghijklmnopqrstuvwxyz0123456789 .%/&+<>='-")


@pytest.mark.random
@given(st.text(st.sampled_from(CHARACTERS) | st.characters(), max_size=60))
@examples(2_000, 500_000)
def test_the_compiled_form_is_the_one_that_patterns_say(text: str) -> None:
    """Whatever the text."""
    tried["texts in normal form"] += 1
    form = by_patterns(text)

    assert normalise(text) == form
    assert words(form) == re.findall(r"[a-z0-9.%]+", form)
    assert words(text) == re.findall(r"[a-z0-9.%]+", text)


@given(
    st.lists(
        st.sampled_from(("5mg", "10 units", "1,000", "12,345,678", "0.5", "..", "3in.", "u.s", ",", "1.5.2"))
    )
)
def test_so_it_is_for_amounts(parts: list[str]) -> None:
    """Without a separator or with a blank."""
    for joined in ("".join(parts), " ".join(parts)):
        assert normalise(joined) == by_patterns(joined)
