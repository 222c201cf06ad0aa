"""Search over int8 vectors: exact in a small index, with coarse codes in a large one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from index.errors import QueryError
from index.store._vectors import top_k
from index.store.vectors import MIN_COARSE_VECTORS, VectorIndex, int8_scale
from tests.index_fakes import contents_of

Floats = npt.NDArray[np.float32]


def unit(seed: int, n: int, dim: int = 24) -> Floats:
    """Random rows of unit length."""
    rows = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


VECTORS, QUERIES = unit(1, 200), unit(2, 7)
SCALE = int8_scale(VECTORS)


@pytest.fixture
def index() -> VectorIndex:
    """Two hundred vectors."""
    return VectorIndex.from_vectors(VECTORS, SCALE)


def stored() -> Floats:
    """The vectors as the index stores them."""
    rounded: Floats = np.round(VECTORS * SCALE) / np.float32(SCALE)
    return rounded


def test_the_largest_component_becomes_127(index: VectorIndex) -> None:
    """Of all arrays together, so that the range of int8 is used and no value is clipped."""
    assert pytest.approx(127 / np.abs(VECTORS).max()) == SCALE
    assert int8_scale(VECTORS, 2 * VECTORS) == pytest.approx(SCALE / 2)
    assert int8_scale(np.zeros((0, 3), np.float32)) > 0
    assert len(index) == 200


def test_search_agrees_with_exact_multiplication(index: VectorIndex) -> None:
    """Asked for all rows, it gives them in the order of the products, but for the rounding of the query."""
    cosines, rows = index.search(QUERIES, k=200)
    exact = QUERIES @ stored().T

    np.testing.assert_allclose(cosines, -np.sort(-exact, axis=1), atol=0.01)
    np.testing.assert_allclose(np.take_along_axis(exact, rows, axis=1), cosines, atol=0.01)
    assert sorted(rows[0].tolist()) == list(range(200))


def test_the_best_are_found_whatever_k(index: VectorIndex) -> None:
    """Rounding the query may move only rows that are nearly alike."""
    exact = np.sort(QUERIES @ VECTORS.T, axis=1)[:, ::-1]

    for k in (1, 5, 20):
        cosines, rows = index.search(QUERIES, k)
        assert cosines.shape == rows.shape == (7, k)
        np.testing.assert_allclose(cosines, exact[:, :k], atol=0.02)


def test_only_allowed_rows_are_found(index: VectorIndex) -> None:
    """Whatever rows are closer."""
    allowed = np.arange(200) % 3 == 0
    _, rows = index.search(QUERIES, 10, allowed)

    exact = np.where(allowed, QUERIES @ stored().T, -np.inf)
    assert set(rows.ravel().tolist()) <= set(np.flatnonzero(allowed).tolist())
    assert rows[:, 0].tolist() == exact.argmax(axis=1).tolist()


def test_too_few_allowed_rows_are_padded_with_minus_one(index: VectorIndex) -> None:
    """At the end, with a cosine of minus infinity."""
    cosines, rows = index.search(QUERIES[:1], 4, np.arange(200) < 2)

    assert sorted(rows[0, :2].tolist()) == [0, 1]
    assert rows[0, 2:].tolist() == [-1, -1]
    assert np.isneginf(cosines[0, 2:]).all()


@pytest.mark.parametrize("k", [0, -1, 201])
def test_an_impossible_k_is_refused(index: VectorIndex, k: int) -> None:
    """FAISS would pad with row -1, which is a real record in Python."""
    with pytest.raises(QueryError, match=f"k is {k}, but this index holds 200 codes"):
        index.search(QUERIES, k)


def test_a_query_without_a_known_word_finds_nothing_near(index: VectorIndex) -> None:
    """An all-zero row has no direction."""
    cosines, _ = index.search(np.zeros((1, 24), np.float32), 3)

    assert cosines.tolist() == [[0, 0, 0]]


def test_saved_and_loaded_it_finds_the_same(index: VectorIndex, tmp_path: Path) -> None:
    """With the scale that the manifest stores."""
    index.save(tmp_path)
    loaded = VectorIndex.load(contents_of(tmp_path), index.scale)

    for one, other in zip(index.search(QUERIES, 9), loaded.search(QUERIES, 9), strict=True):
        np.testing.assert_array_equal(one, other)


def clouds(seed: int, n: int) -> Floats:
    """Rows of unit length in fifty clusters, as texts cluster around their meanings."""
    drawn = np.random.default_rng(seed)
    rows = unit(9, 50)[drawn.integers(0, 50, n)] + drawn.normal(size=(n, 24)).astype(np.float32) * 0.1
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


CLOUDS, ASKED = clouds(3, MIN_COARSE_VECTORS), clouds(4, 40)


@pytest.fixture(scope="module")
def large() -> VectorIndex:
    """Enough vectors for coarse codes."""
    return VectorIndex.from_vectors(CLOUDS, int8_scale(CLOUDS))


def test_a_large_index_finds_nearly_all_of_the_closest(large: VectorIndex) -> None:
    """Coarse codes choose what is compared; of the ten closest they miss one in twenty at most."""
    _, rows = large.search(ASKED, 80)
    exact = np.argsort(-(ASKED @ CLOUDS.T), axis=1)

    found = [
        len(set(listed) & set(best[:10])) for listed, best in zip(rows.tolist(), exact.tolist(), strict=True)
    ]
    assert np.mean(found) > 9.5
    assert (rows[:, 0] == exact[:, 0]).mean() > 0.9


def test_a_large_index_finds_only_allowed_rows(large: VectorIndex) -> None:
    """The best of those among three times as many as are asked for."""
    allowed = np.arange(MIN_COARSE_VECTORS) % 4 > 0
    cosines, rows = large.search(ASKED, 80, allowed)

    assert allowed[rows].all()
    assert (np.diff(cosines, axis=1) <= 0).all()
    np.testing.assert_allclose(np.take_along_axis(ASKED @ CLOUDS.T, rows, axis=1), cosines, atol=0.02)


def test_a_narrow_filter_in_a_large_index_compares_every_allowed_row(large: VectorIndex) -> None:
    """Otherwise a section with few codes would find nothing."""
    allowed = np.arange(MIN_COARSE_VECTORS) % 97 == 0
    _, rows = large.search(ASKED, 20, allowed)
    exact = np.where(allowed, ASKED @ CLOUDS.T, -np.inf)

    assert (rows >= 0).all()
    assert (rows[:, 0] == exact.argmax(axis=1)).mean() > 0.9


def test_a_large_index_is_the_same_when_loaded_and_when_built_again(
    large: VectorIndex, tmp_path: Path
) -> None:
    """The coarse codes come from a fixed draw."""
    large.save(tmp_path)
    loaded = VectorIndex.load(contents_of(tmp_path), large.scale)

    for other in (loaded, VectorIndex.from_vectors(CLOUDS, large.scale)):
        np.testing.assert_array_equal(other.search(ASKED, 9)[1], large.search(ASKED, 9)[1])


def test_candidates_come_closest_first_where_they_are_allowed() -> None:
    """Rows beyond the last one found are -1; the smallest number found is returned too."""
    vectors, queries, scale = unit(3, 9, 33), unit(4, 2, 33), 200.0
    codes = np.clip(np.round(vectors * scale) + 128, 0, 255).astype(np.uint8)
    candidates = np.array([[0, 1, 2, 3, 4, 5], [8, -1, 6, 0, -1, 7]])
    allowed = (np.arange(9) != 3).astype(np.uint8)

    cosines, rows, fewest = top_k(codes, scale, candidates, allowed, queries, 5)

    assert fewest == 4
    for query, among, given, values in zip(queries, candidates, rows, cosines, strict=True):
        exact = {row: float(vectors[row] @ query) for row in among.tolist() if row not in (-1, 3)}
        expected = sorted(exact, key=lambda row: -exact[row])[:5]
        assert given.tolist() == expected + [-1] * (5 - len(expected))
        np.testing.assert_allclose(values[: len(expected)], [exact[row] for row in expected], atol=0.02)
        assert np.isneginf(values[len(expected) :]).all()


def test_equal_candidates_come_in_the_order_given() -> None:
    """Also where only some of them have room."""
    codes = np.full((5, 4), 138, np.uint8)
    query = np.full((1, 4), 0.5, np.float32)

    _, rows, _ = top_k(codes, 20.0, np.array([[3, 0, 4, 1, 2]]), np.ones(5, np.uint8), query, 3)

    assert rows.tolist() == [[3, 0, 4]]
