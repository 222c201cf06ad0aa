"""The compiled loops against the same sums in numpy."""

from __future__ import annotations

import numpy as np
import pytest

from index.loops import (
    Columns,
    SharedWords,
    Stored,
    TextsOfCodes,
    WeightedRows,
    exclusive_or,
    inner_products,
    longest_phrases,
    sums_by_row,
    unit_sums,
)

RANDOM = np.random.default_rng(5)
SCALE = 200.0


def unit(n: int, dim: int) -> np.ndarray:
    """Random rows of unit length."""
    rows = RANDOM.normal(size=(n, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def stored(vectors: np.ndarray) -> Stored:
    """The vectors as an index holds them."""
    return Stored(np.clip(np.round(vectors * SCALE) + 128, 0, 255).astype(np.uint8), SCALE)


def columns(scores: np.ndarray) -> Columns:
    """One column, which gives each code its score."""
    held = np.flatnonzero(scores)
    indptr = np.array([0, len(held)])
    return Columns(scores[held].astype(np.float32), held.astype(np.int32), indptr, len(scores))


def of_codes(
    vectors: np.ndarray, rows: list[int], kinds: list[int], scores: list[float] | np.ndarray
) -> TextsOfCodes:
    """Texts of some codes, whose words match as the scores say when stem 0 is asked for."""
    may = np.array(kinds, np.uint8)
    return TextsOfCodes(stored(vectors), columns(np.array(scores)), np.array(rows, np.int32), may)


def compared(texts: TextsOfCodes, codes: list[int], meant: np.ndarray, typed: np.ndarray) -> tuple:
    """Cosines and closest texts of given codes for one query."""
    vectors, same = np.stack([meant, typed]), np.array_equal(meant, typed)
    allowed = np.ones(99, np.uint8)
    _, rows, cosines, closest, _ = texts.evidence(
        np.array([codes], np.int64), [[]], 0, [[]], allowed, vectors, [0 if same else 1]
    )
    assert rows.tolist() == codes
    return cosines, closest


def test_vectors_are_added_up_by_row() -> None:
    """In the order they come in; those of no row are left out."""
    vectors, rows = unit(9, 6), np.array([2, 0, -1, 2, 2, 0, -1, 3, 0])
    expected = np.zeros((5, 6), np.float32)
    np.add.at(expected, rows[rows >= 0], vectors[rows >= 0])

    np.testing.assert_array_equal(sums_by_row(vectors, rows, 5), expected)


def test_a_row_is_the_sum_of_its_parts_made_unit_length() -> None:
    """Nothing adds up to nothing."""
    parts = unit(3, 19)

    one, two, three = (part.tobytes() for part in parts)

    rows = unit_sums([[one, two, two], [], [three]], 19)

    summed = parts[0] + 2 * parts[1]
    np.testing.assert_allclose(rows[0], summed / np.linalg.norm(summed), atol=1e-6)
    np.testing.assert_allclose(rows[2], parts[2], atol=1e-6)
    assert not rows[1].any()
    with pytest.raises(ValueError, match="dimension"):
        unit_sums([[one]], 18)


def test_rows_are_added_up_by_weight() -> None:
    """As the matrix product would; no rows add up to nothing."""
    table = RANDOM.integers(-127, 128, (9, 33)).astype(np.int8)
    weights = RANDOM.random(9).astype(np.float32)

    expected = weights[[4, 0, 4]] @ table[[4, 0, 4]].astype(np.float32)
    rows = WeightedRows(table, weights)
    np.testing.assert_allclose(np.frombuffer(rows.sum([4, 0, 4]), np.float32), expected, rtol=1e-4, atol=1e-4)
    assert not np.frombuffer(rows.sum([]), np.float32).any()


def test_inner_products_are_numpys() -> None:
    """Of the rows that are taken; with no dimension they are 0."""
    rows, other = unit(3, 33), unit(1, 33)[0]

    np.testing.assert_allclose(inner_products(rows, [2, 0, 2], other), rows[[2, 0, 2]] @ other, atol=1e-6)
    assert inner_products(rows, [1], np.zeros(0, np.float32)) == [0.0]


def test_bytes_joined_twice_are_what_they_were() -> None:
    """As an enciphered answer opens again."""
    text, stream = bytes(range(256)), RANDOM.bytes(256)

    assert exclusive_or(text, stream) == bytes(a ^ b for a, b in zip(text, stream, strict=True))
    assert exclusive_or(exclusive_or(text, stream), stream) == text
    assert exclusive_or(b"", b"") == b""


def test_candidates_come_closest_first_where_they_are_allowed() -> None:
    """Fewer than are wanted are filled up with nothing, and the fewest are told."""
    vectors, queries = unit(9, 33), unit(2, 33)
    candidates = np.array([[0, 1, 2, 3, 4, 5], [8, -1, 6, 0, -1, 7]])
    allowed = (np.arange(9) != 3).astype(np.uint8)

    cosines, rows, fewest = stored(vectors).best(candidates, allowed, queries, 5)

    assert fewest == 4
    for query, some, given, found in zip(queries, candidates, rows, cosines, strict=True):
        exact = {row: float(vectors[row] @ query) for row in some.tolist() if row not in (-1, 3)}
        expected = sorted(exact, key=lambda row: -exact[row])[:5]
        assert given.tolist() == expected + [-1] * (5 - len(expected))
        np.testing.assert_allclose(found[: len(expected)], [exact[row] for row in expected], atol=0.02)
        assert np.isneginf(found[len(expected) :]).all()


def test_each_code_is_compared_by_all_its_texts() -> None:
    """Code 0 has every kind of text, 1 no short description, 2 nothing but two others."""
    vectors = unit(8, 33)  # no multiple of the processor's registers
    held = (np.clip(np.round(vectors * SCALE) + 128, 0, 255).astype(np.float32) - 128) / SCALE
    texts = of_codes(vectors[:7], [0, 0, 0, 0, 1, 2, 2], [0, 1, 2, 2, 0, 2, 2], [0, 0, 0])
    meant, typed = unit(2, 33)

    cosines, best = compared(texts, [0, 1, 2], meant, typed)

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

    cosines, _ = compared(of_codes(vectors, [0, 0], [0, 1], [0]), [0], vectors[0], vectors[0])

    assert cosines[0, 3] == max(cosines[0, 0], cosines[0, 1])


def test_no_code_is_compared_with_nothing() -> None:
    """A text may have no candidate."""
    vector = unit(1, 8)[0]

    cosines, best = compared(of_codes(vector[None], [0], [0], [0]), [], vector, vector)

    assert cosines.shape == (0, 4)
    assert best.shape == (0,)


def test_columns_are_added_up() -> None:
    """As multiplying the matrix by ones would."""
    dense = (RANDOM.random((6, 4)) * (RANDOM.random((6, 4)) > 0.5)).astype(np.float32)
    columns = [np.flatnonzero(dense[:, column]) for column in range(4)]
    indptr = np.concatenate([[0], np.cumsum([len(rows) for rows in columns])])
    data = np.concatenate([dense[rows, column] for column, rows in enumerate(columns)])

    sums = Columns(data, np.concatenate(columns).astype(np.int32), indptr, 6).sums([3, 0])

    np.testing.assert_allclose(sums, dense[:, 3] + dense[:, 0])


def gathered(scores: list[float], allowed: list[int], by_words: int) -> list[int]:
    """Candidates by words alone."""
    texts = of_codes(unit(len(scores), 4), list(range(len(scores))), [0] * len(scores), scores)
    none, may = np.zeros((1, 0), np.int64), np.array(allowed, np.uint8)
    return texts.evidence(none, [[0]], by_words, [[]], may, unit(1, 4), [0])[1].tolist()


def test_the_codes_with_the_largest_scores_are_candidates() -> None:
    """Nothing at or below zero, nothing that is not allowed; the first of equal ones."""
    scores, allowed = [3, 9, 0, 5, 5, -1, 7], [1, 0, 1, 1, 1, 1, 1]

    assert gathered(scores, allowed, 0) == []
    assert gathered(scores, allowed, 2) == [3, 6]
    assert gathered(scores, allowed, 3) == [3, 4, 6]
    assert gathered(scores, allowed, 10) == [0, 3, 4, 6]
    assert gathered(scores, [0] * 7, 3) == []
    many = RANDOM.integers(0, 50, 500)
    expected = sorted(np.argsort(-many, kind="stable")[:20].tolist())
    assert gathered(many.tolist(), [1] * 500, 20) == expected


def test_candidates_come_from_meaning_words_and_terms_each_once() -> None:
    """Of each query its own; of terms those that are allowed."""
    texts = of_codes(unit(6, 4), [0, 1, 2, 3, 4, 5], [0] * 6, [0, 0, 7, 0, 0, 0])
    near = np.array([[4, -1, 0], [5, 5, 1]])
    allowed = np.array([1, 1, 1, 0, 1, 1], np.uint8)

    indptr, rows, _, closest, scores = texts.evidence(
        near, [[0], []], 1, [[3, 4, 5], []], allowed, unit(2, 4), [0, 1]
    )

    assert indptr == [0, 4, 6]
    assert rows.tolist() == [0, 2, 4, 5, 1, 5]
    assert closest.tolist() == rows.tolist()
    assert scores.tolist() == [0, 7, 0, 0, 0, 0]


def test_shared_words_come_once_in_the_order_of_the_text() -> None:
    """Whatever their order in the query."""
    words = SharedWords(["a", "b", "c"], np.array([0, 4, 4, 6]), np.array([2, 0, 2, 1, 1, 1], np.int32))

    assert words.of([0, 1, 2, 0], {"c", "b", "unknown"}) == [("c", "b"), (), ("b",), ("c", "b")]
    assert words.of([0], ()) == [()]
    assert words.of([-1, 2], {"b"}) == [(), ("b",)]


def test_the_longest_known_phrase_is_found_and_uses_up_its_words() -> None:
    """Left to right; a phrase that the text ends in is not looked for beyond its end."""
    phrases = {"a b": 1, "a": 2, "b c d": 3, "d": 4}
    lengths = {"a": (2, 1), "b": (3,), "d": (1,)}

    assert longest_phrases(["x", "a", "b", "c", "d"], lengths, phrases) == [(1, 3, "a b"), (4, 5, "d")]
    assert longest_phrases(["a", "a", "b", "c", "d"], lengths, phrases) == [
        (0, 1, "a"),
        (1, 3, "a b"),
        (4, 5, "d"),
    ]
    assert longest_phrases(["c", "b", "c"], lengths, phrases) == []
    assert longest_phrases([], lengths, phrases) == []
