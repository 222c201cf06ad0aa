"""The vectors of texts as int8, and the vector of a code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.store._vectors import sums_by_row
from index.store.text_vectors import TextVectors, means
from index.store.texts import LEXICON, LONG, SHORT, STARTER, Text
from index.store.vectors import int8_scale
from tests.index_fakes import contents_of

VECTORS = np.array([[1, 0], [0, 1], [0, 1], [-0.6, 0.8], [1, 0]], np.float32)


def test_what_is_held_is_the_rounded_vector(tmp_path: Path) -> None:
    """Offset by 128, within half a step, and the same after saving."""
    vectors = np.random.default_rng(7).normal(size=(50, 24)).astype(np.float32)
    stored = TextVectors.from_vectors(vectors, int8_scale(vectors))
    held = (stored.codes.astype(np.float32) - 128) / np.float32(stored.scale)

    np.testing.assert_allclose(held, vectors, atol=0.51 / stored.scale)
    assert (stored.codes.min(), len(stored)) >= (1, 50)
    stored.save(tmp_path)
    np.testing.assert_array_equal(TextVectors.load(contents_of(tmp_path), stored.scale).codes, stored.codes)


def test_a_code_stands_where_its_texts_do() -> None:
    """The mean of its descriptors, independent of its lexicon terms."""
    texts = [
        Text(0, LONG, ""),
        Text(0, SHORT, ""),
        Text(2, LONG, ""),
        Text(2, STARTER, ""),
        Text(2, LEXICON, ""),
    ]

    of_codes = means(VECTORS, texts, 3)

    assert of_codes[0].tolist() == pytest.approx([2**-0.5, 2**-0.5])
    assert of_codes[1].tolist() == [0, 0]
    assert of_codes[2].tolist() == pytest.approx(np.array([-0.6, 1.8]) / np.hypot(0.6, 1.8))


def test_vectors_are_added_up_by_row() -> None:
    """In input order; vectors without a row are left out."""
    vectors = np.random.default_rng(5).normal(size=(9, 6)).astype(np.float32)
    rows = np.array([2, 0, -1, 2, 2, 0, -1, 3, 0])
    expected = np.zeros((5, 6), np.float32)
    np.add.at(expected, rows[rows >= 0], vectors[rows >= 0])

    np.testing.assert_array_equal(sums_by_row(vectors, rows, 5), expected)
