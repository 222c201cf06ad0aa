"""The words of a code, and the words that match a typed word."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from pathlib import Path

import numpy as np
import pytest

from index.store.forward import ForwardIndex
from index.store.lexical import Lexical
from index.store.terms import MAX_PREFIX_MATCHES, TermIndex
from index.store.texts import LEXICON, LONG, SHORT, STARTER, Text
from index.text.words import normalise
from tests.index_fakes import contents_of

TEXTS = (
    Text(0, LONG, "Wooden wheelchair"),
    Text(0, SHORT, "Wheelchairs"),
    Text(1, LONG, "Wheeled walker of wood"),
    Text(1, STARTER, "rollator"),
    Text(2, LEXICON, "plaster"),  # lay words are for meaning, not for counting
    Text(2, LONG, "Bandage"),
)


@pytest.fixture
def table() -> TermIndex:
    """Three codes."""
    return of_texts(TEXTS, 3)


def of_texts(texts: Sequence[Text], codes: int) -> TermIndex:
    """The index that the build makes."""
    return TermIndex.from_texts(
        texts, ForwardIndex.from_forms([normalise(text.text) for text in texts]), codes
    )


def held(table: TermIndex, row: int) -> dict[str, int]:
    """Stems of a code with the bits of their fields."""
    own = slice(table.indptr[row], table.indptr[row + 1])
    pairs = zip(table.tokens[own].tolist(), table.fields[own].tolist(), strict=True)
    return {table.vocabulary[token]: bits for token, bits in pairs}


def weights(table: TermIndex, word: str) -> dict[str, float]:
    """The words that match a typed word."""
    return {table.vocabulary[token]: weight for token, weight in table.matches(word)}


def test_a_code_holds_each_stem_once_with_its_fields(table: TermIndex) -> None:
    """1 for the long, 2 for the short description, 4 for any other text."""
    assert held(table, 0) == {"wooden": 1, "wheelchair": 3}
    assert held(table, 1) == {"wheel": 1, "walker": 1, "of": 1, "wood": 1, "rollat": 4}


def test_idf_is_the_logarithm_of_codes_over_codes_with_the_stem(table: TermIndex) -> None:
    """ln((codes + 1) / codes that hold it)."""
    idf = dict(zip(table.vocabulary, table.idf.tolist(), strict=True))

    assert idf["bandag"] == pytest.approx(log(4 / 1))


def test_codes_that_are_not_counted_leave_the_weights_of_the_others(table: TermIndex) -> None:
    """Each stem weighs as if they were not there; one that only they have, as an unknown word at most."""
    texts = (*TEXTS, *(Text(3 + i, LONG, f"Wooden bandage of gold {i}") for i in range(200)))
    forms = ForwardIndex.from_forms([normalise(text.text) for text in texts])
    both = TermIndex.from_texts(texts, forms, 203, np.arange(203) < 3)

    idf = dict(zip(both.vocabulary, both.idf.tolist(), strict=True))
    assert {stem: idf[stem] for stem in table.vocabulary} == pytest.approx(
        dict(zip(table.vocabulary, table.idf.tolist(), strict=True))
    )
    assert idf["gold"] == pytest.approx(log(4 / 3))  # 200 of 200, so 3 of 3
    assert max(idf.values()) <= 4
    assert np.allclose(
        Lexical(both).scores("wooden walker")[:3], Lexical(table).scores("wooden walker"), atol=1e-6
    )


def test_surfaces_are_the_commonest_written_form(table: TermIndex) -> None:
    """One for each stem; of equally common ones the first in the alphabet."""
    surfaces = dict(zip(table.vocabulary, table.surfaces, strict=True))

    assert surfaces["bandag"] == "bandage"
    assert surfaces["wheelchair"] == "wheelchair"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("wheelchairs", {"wheelchair": 1.0}),
        ("whee", {"wheel": 0.85, "wheelchair": 0.85}),
        ("ban", {"bandag": 0.7}),
        ("whlchr", {"wheelchair": 0.75}),
        ("xyz", {}),
        ("b", {}),
        ("", {}),
    ],
)
def test_a_typed_word_stands_for_stems_with_a_weight(
    table: TermIndex, word: str, expected: dict[str, float]
) -> None:
    """Itself, words that begin with it, and words of which it is the consonants."""
    assert weights(table, word) == expected


def test_a_beginning_that_too_many_words_share_says_nothing() -> None:
    """It would match everything."""
    many = [
        Text(0, LONG, f"abc{chr(97 + i // 26)}{chr(97 + i % 26)}x") for i in range(MAX_PREFIX_MATCHES + 1)
    ]

    assert of_texts(many, 1).matches("abc") == []
    assert len(of_texts(many[1:], 1).matches("abc")) == MAX_PREFIX_MATCHES


@pytest.mark.parametrize(
    ("word", "nearest"),
    [("wheelchiar", "wheelchair"), ("bandege", "bandage"), ("wlak", None), ("zebra", None), ("", None)],
)
def test_a_misspelt_word_has_a_nearest_one(table: TermIndex, word: str, nearest: str | None) -> None:
    """Only words that are long enough and similar enough."""
    mending = table.nearest(word)

    assert (mending and mending.word) == nearest


def test_knowing_a_word_means_holding_its_stem(table: TermIndex) -> None:
    """In any form."""
    stem = table.stem("bandages")

    assert stem is not None
    assert table.vocabulary[stem] == "bandag"
    assert table.stem("zebra") is None


def test_the_plural_of_a_name_that_only_descriptors_have_is_known() -> None:
    """Another word than a name stays as typed: descriptors use the plural of common things too."""
    texts = [Text(0, LONG, "Injection, alprostadil"), Text(0, SHORT, "Xiaflex, barkux")]
    texts += [Text(row, LONG, f"Injection, bandage {row}") for row in range(1, 12)]
    table = of_texts(texts, 12)

    assert table.singular("alprostadils") == "alprostadil"
    assert table.singular("barkuxes") == "barkux"
    assert table.singular("alprostadil") is None
    assert table.singular("bandages") is None
    assert table.singular("walkers") is None


def test_saved_and_loaded_it_is_the_same(table: TermIndex, tmp_path: Path) -> None:
    """Arrays and words."""
    table.save(tmp_path)
    loaded = TermIndex.load(contents_of(tmp_path))

    assert (loaded.vocabulary, loaded.surfaces) == (table.vocabulary, table.surfaces)
    for name in ("idf", "indptr", "tokens", "fields"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(table, name))
    assert weights(loaded, "whlchr") == weights(table, "whlchr")


def test_an_unfinished_word_is_completed_to_the_commonest_one() -> None:
    """Two codes hold "bandage" and one "bandana"; a finished or a short word is not completed."""
    table = of_texts([Text(0, LONG, "Bandage"), Text(1, LONG, "Bandage bandana"), Text(2, LONG, "Cane")], 3)

    assert table.completion("banda") == "bandage"
    assert table.completion("bandan") == "bandana"
    assert table.completion("bandage") is None
    assert table.completion("ban") is None
    assert table.completion("zeb4") is None
