"""The nearest known spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Indel

from index.text.letter_costs import LETTERS_PER_COST, cost_of_change, letters_of, sound
from index.text.plain_words import plain_words
from index.text.spelling import Mending, Spelling

NAMES = {"humira", "botox", "adcetris", "nucala", "nutropin", "neutropin", "minocin", "perforomist", "jewett"}
KNOWN = [
    *NAMES,
    "bandage",
    "crutch",
    "stimulator",
    "stimltor",
    "suspension",
    "mattress",
    "flange",
    "colostomy",
]
SPELLING = Spelling(KNOWN, NAMES.__contains__, {"stimltor"}.__contains__)


def read_as(word: str) -> str | None:
    """The word that a word is read as."""
    mending = SPELLING.nearest(word)
    return None if mending is None else mending.word


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("bandege", "bandage"),
        ("bandag", "bandage"),
        ("xandage", None),
        ("band", None),
        ("9andage", None),
        ("phlange", "flange"),
        ("kolostomy", "colostomy"),
        ("matress", "mattress"),
        ("suspensio", "suspension"),
        ("suspnsoin", "suspension"),
        ("stimlator", "stimulator"),
        ("marmine", None),
        ("minocine", "minocin"),
        ("adcetis", "adcetris"),
        ("humria", "humira"),
        ("humera", "humira"),
        ("hunira", "humira"),
        ("humirs", "humira"),
        ("humila", None),
        ("jewedt", None),
        ("gumira", None),
        ("humors", None),
        ("botxo", "botox"),
        ("botix", None),
        ("jewitt", "jewett"),
    ],
)
def test_a_long_word_is_read_as_the_one_it_was_likely_meant_for(typed: str, known: str | None) -> None:
    """Words that begin otherwise are left; a word of two typos is mended if long.

    In a word of six letters a slip to the key beside the right one is mended, or two letters that changed
    places; in one of five only the second, since too many names are one key apart.
    """
    assert read_as(typed) == known


def test_a_name_between_two_names_is_left_as_typed() -> None:
    """Two names at about the same distance: either may be meant."""
    assert read_as("nuetropin") in ("nutropin", "neutropin", None)
    assert (
        Spelling(["darpen", "dalpen"], {"darpen", "dalpen"}.__contains__, set[str]().__contains__).nearest(
            "dapen"
        )
        is None
    )


def test_a_name_is_said_with_its_cost() -> None:
    """A missing consonant costs more than a vowel."""
    assert SPELLING.nearest("adcetis") == Mending("adcetris", 0.8, True)
    assert SPELLING.nearest("bandege") == Mending("bandage", 0.5, False)


@pytest.mark.parametrize(
    ("typed", "known", "cost"),
    [
        ("equal", "equals", 0.4),
        ("bandag", "bandage", 0.4),
        ("matress", "mattress", 0.25),
        ("ibandage", "bandage", 0.5),
        ("saggital", "sagittal", 0.5),
        ("baneage", "bandage", 0.6),
        ("badnage", "bandage", 0.6),
        ("bantage", "bandage", 0.35),
        ("banwage", "bandage", 1.0),
        ("ortopedic", "orthopedic", 0.4),
        ("xbanwage", "bandage", 1.8),
    ],
)
def test_changes_are_weighed(typed: str, known: str, cost: float) -> None:
    """What is often mistaken costs less; several changes add up."""
    assert cost_of_change(typed, known) == cost


def test_only_letters_are_weighed() -> None:
    """The compiled table of costs has a place for a to z and no other sign."""
    for typed, known in (("bandäge", "bandage"), ("bandage", "band4ge"), ("Bandage", "bandage")):
        with pytest.raises(ValueError, match="a to z"):
            cost_of_change(typed, known)
    assert read_as("bandäge") is None


def test_letters_of_a_word_are_bits() -> None:
    """One bit for each letter, one more for each that stands twice, and none for a third time."""
    assert letters_of("cab") == 0b111
    assert letters_of("za") == 1 << 25 | 1
    assert letters_of("abba") == letters_of("ababa") == 0b11 | 0b11 << 32
    assert letters_of("a-9") == 1


FEW_LETTERS = st.text("aehcksp", min_size=1, max_size=9)


@given(FEW_LETTERS, FEW_LETTERS)
def test_similar_words_have_similar_letters(one: str, other: str) -> None:
    """What the search by letters leaves out is too far away by every measure that follows it."""
    bits = (letters_of(one) ^ letters_of(other)).bit_count()

    assert bits <= Indel.distance(one, other)
    if one != other and not other.startswith(one):
        assert bits <= cost_of_change(one, other) * LETTERS_PER_COST + 1e-9


@pytest.mark.parametrize(
    ("one", "other"), [("phlange", "flange"), ("toylet", "toilet"), ("xarelto", "zarelto"), ("knee", "nee")]
)
def test_words_of_equal_sound(one: str, other: str) -> None:
    """Spelling rules that differ in writing only."""
    assert sound(one) == sound(other)
    assert sound("bandage") != sound("cabbage")


def test_plain_words_are_english_or_medical() -> None:
    """Words of everyday and of medicine, but no misspelt ones."""
    words = plain_words()

    assert {"thanks", "healthy", "thyroglobulin", "aphasia", "reveal", "senna"} <= words
    assert not words & {"bandege", "matress", "boarder", "machne"}
