"""BM25 over all texts of a code, against the formula calculated by hand."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import bm25s
import numpy as np
import pytest

from index.store.forward import ForwardIndex
from index.store.lexical import Lexical
from index.store.terms import TermIndex
from index.store.texts import LEXICON, LONG, SHORT, Text
from index.text.words import normalise

TEXTS = (
    Text(0, LONG, "Wooden crutches"),
    Text(0, SHORT, "crutch"),
    Text(1, LONG, "Wooden kennel for dogs"),
    Text(2, LONG, "Bandage"),
    Text(2, LEXICON, "wooden crutch"),  # lay words are for meaning, not for counting
)
K1, B = 1.2, 0.5
LENGTHS = (2, 4, 1)  # distinct stems a code: wooden crutch | wooden kennel for dog | bandag
MEAN = sum(LENGTHS) / 3


def bm25(frequency: int, length: int) -> float:
    """Lucene's BM25 of a stem that a document holds once (Kamphuis et al., 2020, table 1)."""
    idf = log(1 + (3 - frequency + 0.5) / (frequency + 0.5))
    return idf / (1 + K1 * (1 - B + B * length / MEAN))


@pytest.fixture
def lexical() -> Lexical:
    """Three codes."""
    return of_texts(TEXTS, 3)


def of_texts(texts: Sequence[Text], codes: int) -> Lexical:
    """The index that the build makes."""
    spoken = ForwardIndex.from_forms([normalise(text.text) for text in texts])
    return Lexical(TermIndex.from_texts(texts, spoken, codes))


def test_stems_join_the_forms_of_a_word(lexical: Lexical) -> None:
    """Each once, whatever the order; unknown ones are left out."""
    known = lexical.stems("wooden crutch")

    assert len(known) == 2
    assert lexical.stems("zebra crutches woodens crutch") == known


def test_scores_are_those_of_the_formula(lexical: Lexical) -> None:
    """A stem that the texts of one code repeat counts once."""
    scores = lexical.scores("wooden crutches")

    expected = [bm25(2, 2) + bm25(1, 2), bm25(2, 4), 0.0]
    np.testing.assert_allclose(scores, expected, rtol=1e-5)
    assert scores.dtype == np.float32


def test_scores_are_those_of_the_library() -> None:
    """The sum of columns equals the scores of bm25s."""
    words = [f"w{number}" for number in np.random.default_rng(3).zipf(1.4, 3000) % 60]
    documents = [sorted(set(words[start : start + 10])) for start in range(0, 3000, 10)]
    library = bm25s.BM25(method="lucene", k1=K1, b=B)
    library.index(documents, show_progress=False)
    texts = [Text(row, LONG, " ".join(document)) for row, document in enumerate(documents)]

    scores = of_texts(texts, len(documents)).scores("w1 w7 w33")
    np.testing.assert_allclose(scores, library.get_scores(["w1", "w7", "w33"]), rtol=1e-6)


def test_a_repeated_or_unknown_stem_changes_nothing(lexical: Lexical) -> None:
    """A repeated word in the query does not count twice."""
    np.testing.assert_array_equal(lexical.scores("crutch crutch zebra"), lexical.scores("crutch"))


def test_no_known_stem_scores_zero_everywhere(lexical: Lexical) -> None:
    """One zero for each code."""
    np.testing.assert_array_equal(lexical.scores("zebra"), np.zeros(3, np.float32))
    np.testing.assert_array_equal(lexical.scores(""), np.zeros(3, np.float32))
