"""Vectors as int8: searched as exact multiplication of what is stored would."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from index.errors import QueryError
from index.vectors import VectorIndex

Floats = npt.NDArray[np.float32]


def unit(seed: int, n: int, dim: int = 24) -> Floats:
    """Random rows of unit length."""
    rows = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


VECTORS, QUERIES = unit(1, 200), unit(2, 7)


@pytest.fixture
def index() -> VectorIndex:
    """Two hundred vectors."""
    return VectorIndex.from_vectors(VECTORS)


def stored(index: VectorIndex) -> Floats:
    """The vectors as the index keeps them."""
    rounded: Floats = np.round(VECTORS * index.scale) / np.float32(index.scale)
    return rounded


def test_the_largest_component_becomes_127(index: VectorIndex) -> None:
    """So that all of int8 is used and nothing is cut off."""
    assert index.scale == pytest.approx(127 / np.abs(VECTORS).max())
    assert len(index) == 200


def test_cosines_are_products_with_what_is_stored(index: VectorIndex) -> None:
    """And within a hundredth of the unrounded ones."""
    rows = np.array([5, 0, 199])
    found = index.cosines(rows, QUERIES)

    np.testing.assert_allclose(found, stored(index)[rows] @ QUERIES.T, atol=1e-5)
    np.testing.assert_allclose(found, VECTORS[rows] @ QUERIES.T, atol=0.01)


def test_search_agrees_with_exact_multiplication(index: VectorIndex) -> None:
    """Asked for all rows, it gives them in the order of the exact products."""
    cosines, rows = index.search(QUERIES, k=200)
    exact = QUERIES @ stored(index).T

    np.testing.assert_allclose(cosines, -np.sort(-exact, axis=1), atol=1e-5)
    np.testing.assert_allclose(np.take_along_axis(exact, rows, axis=1), cosines, atol=1e-5)
    assert sorted(rows[0].tolist()) == list(range(200))


def test_the_best_are_found_whatever_k(index: VectorIndex) -> None:
    """Rounding the query may move only rows that are nearly alike."""
    exact = np.sort(QUERIES @ VECTORS.T, axis=1)[:, ::-1]

    for k in (1, 5, 20):
        cosines, rows = index.search(QUERIES, k)
        assert cosines.shape == rows.shape == (7, k)
        np.testing.assert_allclose(cosines, exact[:, :k], atol=0.02)


def test_only_allowed_rows_are_found(index: VectorIndex) -> None:
    """Bits in little order, as `numpy.packbits` packs them."""
    allowed = np.arange(200) % 3 == 0
    _, rows = index.search(QUERIES, 10, np.packbits(allowed, bitorder="little"))

    exact = np.where(allowed, QUERIES @ stored(index).T, -np.inf)
    assert set(rows.ravel().tolist()) <= set(np.flatnonzero(allowed).tolist())
    assert rows[:, 0].tolist() == exact.argmax(axis=1).tolist()


def test_too_few_allowed_rows_are_padded_with_minus_one(index: VectorIndex) -> None:
    """At the end, with a cosine of minus infinity."""
    cosines, rows = index.search(QUERIES[:1], 4, np.packbits(np.arange(200) < 2, bitorder="little"))

    assert sorted(rows[0, :2].tolist()) == [0, 1]
    assert rows[0, 2:].tolist() == [-1, -1]
    assert np.isneginf(cosines[0, 2:]).all()


@pytest.mark.parametrize("k", [0, -1, 201])
def test_an_impossible_k_is_refused(index: VectorIndex, k: int) -> None:
    """FAISS would pad with row -1, which is a real record in Python."""
    with pytest.raises(QueryError, match=f"k is {k}, but this index holds 200 texts"):
        index.search(QUERIES, k)


def test_a_query_without_a_known_word_finds_nothing_near(index: VectorIndex) -> None:
    """An all-zero row has no direction."""
    cosines, _ = index.search(np.zeros((1, 24), np.float32), 3)

    assert cosines.tolist() == [[0, 0, 0]]


def test_saved_and_loaded_it_finds_the_same(index: VectorIndex, tmp_path: Path) -> None:
    """With the scale that the manifest keeps."""
    index.save(tmp_path / "vectors.faiss")
    loaded = VectorIndex.load(tmp_path / "vectors.faiss", index.scale)

    for one, other in zip(index.search(QUERIES, 9), loaded.search(QUERIES, 9), strict=True):
        np.testing.assert_array_equal(one, other)
