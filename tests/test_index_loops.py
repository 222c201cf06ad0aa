"""The compiled loops against the same sums in numpy."""

from __future__ import annotations

import numpy as np

from index.loops import add_columns, closest, compare, largest

RANDOM = np.random.default_rng(5)


def unit(n: int, dim: int) -> np.ndarray:
    """Random rows of unit length."""
    rows = RANDOM.normal(size=(n, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_candidates_come_closest_first_where_they_are_allowed() -> None:
    """Fewer than are wanted are filled up with nothing."""
    vectors, queries = unit(9, 33), unit(2, 33)
    stored = np.round(vectors * 200.0 + 128).astype(np.uint8)
    candidates = np.array([[0, 1, 2, 3, 4, 5], [8, -1, 6, 0, -1, 7]])
    allowed = (np.arange(9) != 3).astype(np.uint8)

    cosines, rows = compare(stored, 200.0, candidates, allowed, queries, 5)

    for query, some, given, found in zip(queries, candidates, rows, cosines, strict=True):
        exact = {row: float(vectors[row] @ query) for row in some.tolist() if row not in (-1, 3)}
        expected = sorted(exact, key=lambda row: -exact[row])[:5]
        assert given.tolist() == expected + [-1] * (5 - len(expected))
        np.testing.assert_allclose(found[: len(expected)], [exact[row] for row in expected], atol=0.02)
        assert np.isneginf(found[len(expected) :]).all()


def test_each_code_is_compared_by_all_its_texts() -> None:
    """Code 0 has every kind of text, 1 no short description, 2 nothing but two others."""
    dim, scale = 33, 200.0  # no multiple of the processor's registers
    vectors = unit(8, dim)
    stored = np.clip(np.round(vectors * scale) + 128, 0, 255).astype(np.uint8)
    held = (stored.astype(np.float32) - 128) / scale
    indptr, texts = np.array([0, 4, 5, 7]), np.array([0, 1, 2, 3, 4, 6, 5], np.int32)
    kinds = np.array([0, 1, 2, 2, 0, 2, 2], np.uint8)
    meant, typed = unit(2, dim)

    cosines, best = closest(stored, scale, indptr, texts, kinds, np.array([0, 1, 2]), meant, typed)

    m, t = held @ meant, held @ typed
    expected = [
        [m[0], m[1], max(m[2], m[3]), max(t[0], t[1])],
        [m[4], m[4], -1, t[4]],
        [-1, -1, max(m[5], m[6]), -1],
    ]
    np.testing.assert_allclose(cosines, expected, atol=5e-4)
    assert best.tolist() == [int(m[:4].argmax()), 4, 5 + int(m[6] > m[5])]


def test_a_text_as_typed_may_be_the_text_as_meant() -> None:
    """Then nothing is computed twice."""
    vectors = unit(2, 16)
    stored = np.round(vectors * 100 + 128).astype(np.uint8)
    args = (stored, 100.0, np.array([0, 2]), np.arange(2, dtype=np.int32), np.array([0, 1], np.uint8))

    cosines, _ = closest(*args, np.array([0]), vectors[0], vectors[0])

    assert cosines[0, 3] == max(cosines[0, 0], cosines[0, 1])


def test_no_code_is_compared_with_nothing() -> None:
    """A text may have no candidate."""
    vector = unit(1, 8)[0]
    none = np.zeros(0, np.int64)
    stored = np.zeros((1, 8), np.uint8)
    indptr, texts, kinds = np.array([0, 1]), np.zeros(1, np.int32), np.zeros(1, np.uint8)

    cosines, best = closest(stored, 1.0, indptr, texts, kinds, none, vector, vector)

    assert cosines.shape == (0, 4)
    assert best.shape == (0,)


def test_columns_are_added_up() -> None:
    """As multiplying the matrix by ones would."""
    dense = (RANDOM.random((6, 4)) * (RANDOM.random((6, 4)) > 0.5)).astype(np.float32)
    columns = [np.flatnonzero(dense[:, column]) for column in range(4)]
    indptr = np.concatenate([[0], np.cumsum([len(rows) for rows in columns])])
    data = np.concatenate([dense[rows, column] for column, rows in enumerate(columns)])
    sums = np.zeros(6, np.float32)

    add_columns(data, np.concatenate(columns).astype(np.int32), indptr, np.array([3, 0]), sums)

    np.testing.assert_allclose(sums, dense[:, 3] + dense[:, 0])


def test_the_largest_allowed_values_come_in_order() -> None:
    """Nothing at or below zero, nothing that is not allowed, equal ones in order of place."""
    values = np.array([3, 9, 0, 5, 5, -1, 7], np.float32)
    allowed = np.array([1, 0, 1, 1, 1, 1, 1], np.uint8)

    assert largest(values, allowed, 3).tolist() == [6, 3, 4]
    assert largest(values, allowed, 10).tolist() == [6, 3, 4, 0]
    assert largest(values, np.zeros(7, np.uint8), 3).tolist() == []
    many = RANDOM.integers(0, 50, 500).astype(np.float32)
    expected = np.argsort(-many, kind="stable")[:20]
    assert largest(many, np.ones(500, np.uint8), 20).tolist() == expected.tolist()
