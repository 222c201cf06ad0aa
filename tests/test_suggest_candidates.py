"""Candidate codes and their comparison with a query, against the same calculation in numpy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from index.store.lexical import Postings
from suggest._candidates import CodeTexts

Floats = npt.NDArray[np.float32]

RANDOM = np.random.default_rng(5)
SCALE = 200.0


def unit(n: int, dim: int) -> Floats:
    """Random rows of unit length."""
    rows = RANDOM.normal(size=(n, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def quantised(vectors: Floats) -> npt.NDArray[np.uint8]:
    """The vectors as an index holds them."""
    return np.clip(np.round(vectors * SCALE) + 128, 0, 255).astype(np.uint8)


def postings(scores: npt.NDArray[np.float64]) -> Postings:
    """One stem, which gives each code its score."""
    codes = np.flatnonzero(scores)
    indptr = np.array([0, len(codes)])
    return Postings(scores[codes].astype(np.float32), codes.astype(np.int32), indptr, len(scores))


def code_texts(vectors: Floats, rows: list[int], kinds: list[int], scores: list[float]) -> CodeTexts:
    """Texts of codes; stem 0 gives each code the score listed for it."""
    return CodeTexts(
        quantised(vectors),
        SCALE,
        postings(np.array(scores)),
        np.array(rows, np.int32),
        np.array(kinds, np.uint8),
    )


def compared(texts: CodeTexts, codes: list[int], meant: Floats, typed: Floats) -> tuple[Floats, list[int]]:
    """Cosines and closest texts of the given codes for one query."""
    vectors, same = np.stack([meant, typed]), np.array_equal(meant, typed)
    allowed = np.ones(99, np.uint8)
    _, rows, cosines, closest, _ = texts.gather(
        np.array([codes], np.int64), [[]], 0, [[]], allowed, vectors, [0 if same else 1]
    )
    assert rows.tolist() == codes
    return cosines, closest.tolist()


def candidates_by_words(scores: list[float], allowed: list[int], by_words: int) -> list[int]:
    """Candidates that the words alone give."""
    texts = code_texts(unit(len(scores), 4), list(range(len(scores))), [0] * len(scores), scores)
    none, mask = np.zeros((1, 0), np.int64), np.array(allowed, np.uint8)
    rows: list[int] = texts.gather(none, [[0]], by_words, [[]], mask, unit(1, 4), [0])[1].tolist()
    return rows


def test_each_code_is_compared_by_all_its_texts() -> None:
    """Code 0 has every kind of text, 1 no short description, 2 nothing but two others."""
    vectors = unit(8, 33)  # no multiple of the processor's registers
    held = (quantised(vectors).astype(np.float32) - 128) / SCALE
    texts = code_texts(vectors[:7], [0, 0, 0, 0, 1, 2, 2], [0, 1, 2, 2, 0, 2, 2], [0, 0, 0])
    meant, typed = unit(2, 33)

    cosines, closest = compared(texts, [0, 1, 2], meant, typed)

    m, t = held @ meant, held @ typed
    expected = [
        [m[0], m[1], max(m[2], m[3]), max(t[0], t[1])],
        [m[4], m[4], -1, t[4]],
        [-1, -1, max(m[5], m[6]), -1],
    ]
    np.testing.assert_allclose(cosines, expected, atol=5e-4)
    assert closest == [int(m[:4].argmax()), 4, 5 + int(m[6] > m[5])]


def test_a_text_as_typed_may_be_the_text_as_meant() -> None:
    """The second computation is skipped."""
    vectors = unit(2, 16)

    cosines, _ = compared(code_texts(vectors, [0, 0], [0, 1], [0]), [0], vectors[0], vectors[0])

    assert cosines[0, 3] == max(cosines[0, 0], cosines[0, 1])


def test_a_query_may_have_no_candidate() -> None:
    """No vectors are compared."""
    vector = unit(1, 8)[0]

    cosines, closest = compared(code_texts(vector[None], [0], [0], [0]), [], vector, vector)

    assert cosines.shape == (0, 4)
    assert closest == []


def test_the_codes_with_the_largest_scores_are_candidates() -> None:
    """Nothing at or below zero, nothing that is not allowed; the first of equal ones."""
    scores, allowed = [3, 9, 0, 5, 5, -1, 7], [1, 0, 1, 1, 1, 1, 1]

    assert candidates_by_words(scores, allowed, 0) == []
    assert candidates_by_words(scores, allowed, 2) == [3, 6]
    assert candidates_by_words(scores, allowed, 3) == [3, 4, 6]
    assert candidates_by_words(scores, allowed, 10) == [0, 3, 4, 6]
    assert candidates_by_words(scores, [0] * 7, 3) == []
    many = RANDOM.integers(0, 50, 500)
    expected = sorted(np.argsort(-many, kind="stable")[:20].tolist())
    assert candidates_by_words(many.tolist(), [1] * 500, 20) == expected


def test_candidates_come_from_meaning_words_and_terms_each_once() -> None:
    """Each query has its own; codes of terms only where they are allowed."""
    texts = code_texts(unit(6, 4), [0, 1, 2, 3, 4, 5], [0] * 6, [0, 0, 7, 0, 0, 0])
    nearest = np.array([[4, -1, 0], [5, 5, 1]])
    allowed = np.array([1, 1, 1, 0, 1, 1], np.uint8)

    indptr, rows, _, closest, scores = texts.gather(
        nearest, [[0], []], 1, [[3, 4, 5], []], allowed, unit(2, 4), [0, 1]
    )

    assert indptr == [0, 4, 6]
    assert rows.tolist() == [0, 2, 4, 5, 1, 5]
    assert closest.tolist() == rows.tolist()
    assert scores.tolist() == [0, 7, 0, 0, 0, 0]
