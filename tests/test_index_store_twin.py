"""Compiled sums and searches of an index: calculated by hand, and against plain Python on random arrays."""

from __future__ import annotations

from math import inf, log

import numpy as np
import pytest

from index.store.forward import ForwardIndex
from index.store.lexical import Lexical
from index.store.terms import TermIndex
from index.text.words import lengths_by_first, normalise
from tests import random_queries, twin_candidates, twin_store
from tests.compiled import closest_rows, longest_phrases, sums_by_row, unit_sums, weighted_sum
from tests.effort import seeds
from tests.real_index import RealIndex


def unit(random: np.random.Generator, n: int, dim: int) -> np.ndarray:
    """Rows of unit length, one of them zero."""
    rows = random.normal(size=(n, dim)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    rows[n // 2] = 0
    return rows


def test_a_cosine_by_hand() -> None:
    """A byte of 228 stands for (228 - 128) / 100 = 1; the query is rounded to multiples of 1 / 8192."""
    stored = np.array([[228, 128], [128, 28], [188, 208], [128, 128]], np.uint8)
    query = np.array([[0.6, 0.8]], np.float32)  # 0.6 * 8192 = 4915.2; 0.8 * 8192 = 6553.6

    cosines, rows, fewest = closest_rows(
        stored, 100.0, np.array([[0, 1, 2, 3]]), np.ones(4, np.uint8), query, 4
    )

    # Row 2 is (0.6, 0.8): 0.6 * 4915 + 0.8 * 6554 = 8192.2; row 0 is (1, 0); row 3 is zero; row 1 is (0, -1).
    assert rows.tolist() == [[2, 0, 3, 1]]
    assert cosines[0].tolist() == pytest.approx([8192.2 / 8192, 4915 / 8192, 0, -6554 / 8192], abs=1e-7)
    assert fewest == 4


@seeds(25, 500, "random vectors, words and phrases, against the twin")
def test_the_closest_rows_are_those_of_the_twin(seed: int) -> None:
    """Rows that are not allowed, none (-1), given twice, or equally close; more wanted than there are."""
    random = np.random.default_rng(seed)
    n, dim, wanted = int(random.integers(1, 30)), int(random.integers(1, 40)), int(random.integers(1, 12))
    stored = random.integers(0, 256, (n, dim)).astype(np.uint8)
    stored[random.random(n) < 0.3] = stored[0]
    candidates = random.integers(-1, n, (4, int(random.integers(0, 25))))
    allowed = (random.random(n) < 0.7).astype(np.uint8)
    queries = unit(random, 4, dim)

    cosines, rows, fewest = closest_rows(stored, 190.5, candidates, allowed, queries, wanted)

    expected = twin_store.best(stored, 190.5, candidates, allowed, queries, wanted)
    assert (cosines.tolist(), rows.tolist(), fewest) == expected


def test_no_candidate_is_no_answer() -> None:
    """Minus infinity and -1 fill the places."""
    stored, queries = np.zeros((1, 3), np.uint8), np.zeros((2, 3), np.float32)
    none = np.zeros((2, 0), np.int64)

    cosines, rows, fewest = closest_rows(stored, 127.0, none, np.ones(1, np.uint8), queries, 2)

    assert (cosines.tolist(), rows.tolist(), fewest) == ([[-inf] * 2] * 2, [[-1] * 2] * 2, 0)


def test_real_searches_find_the_closest_allowed_rows(real_index: RealIndex) -> None:
    """The cosines are the twin's, largest first; of the ten closest nine are found, always the first."""
    import faiss

    vectors, allowed = real_index.artifact.vectors, real_index.allowed
    queries = real_index.encoder.encode([normalise(text) for text in real_index.texts[::40]])
    exact = faiss.read_index(str(real_index.folder / "codes.faiss"))
    components = exact.reconstruct_n(0, exact.ntotal)
    stored = (components + twin_store.ZERO).astype(np.uint8)

    cosines, rows = vectors.search(queries, 20, allowed)

    assert allowed[rows].all()
    found = 0
    for query, own, given in zip(queries, rows.tolist(), cosines.tolist(), strict=True):
        assert given == sorted(given, reverse=True)
        expected = [twin_store.cosine(stored[row], query, vectors.scale) for row in own]
        assert given == pytest.approx(expected, abs=0.005)  # a small index rounds the query to 127 steps
        closest = np.argsort(-np.where(allowed, components @ query, -inf))[:10].tolist()
        assert given[0] >= twin_store.cosine(stored[closest[0]], query, vectors.scale) - 0.005
        assert len(set(own)) == 20
        found += len(set(own) & set(closest))
    assert found / (10 * len(queries)) > 0.9


def test_a_narrow_filter_is_searched_whole(real_index: RealIndex) -> None:
    """Every allowed row is found, although the coarse codes would not have led to it."""
    few = np.zeros(len(real_index.artifact.vectors), bool)
    few[::200] = True
    queries = real_index.encoder.encode([normalise(text) for text in real_index.texts[::500]])

    cosines, rows = real_index.artifact.vectors.search(queries, 20, few)

    for query_rows, query_cosines in zip(rows, cosines, strict=True):
        held = query_rows[query_rows >= 0]
        assert len(held) == len(set(held.tolist())) == min(20, few.sum())
        assert few[held].all()
        assert np.isneginf(query_cosines[len(held) :]).all()


@seeds(25, 500, "random vectors, words and phrases, against the twin")
def test_sums_are_those_of_the_twin(seed: int) -> None:
    """On whole numbers, so that no order of adding up differs; rows of none are left out."""
    random = np.random.default_rng(seed)
    dim, n = int(random.integers(1, 70)), int(random.integers(1, 12))
    vectors = random.integers(-9, 10, (n, dim)).astype(np.float32)
    table = random.integers(-128, 128, (n, dim)).astype(np.int8)
    weights = random.integers(-9, 10, n).astype(np.float32) / 4
    rows = random.integers(-1, 4, n)
    taken = random.integers(0, n, int(random.integers(0, 9))).tolist()
    parts = [[vectors[at].tobytes() for at in random.integers(0, n, count)] for count in (0, 1, 2, 5)]
    parts.append([vectors[0].tobytes(), (-vectors[0]).tobytes()])

    assert sums_by_row(vectors, rows, 4).tolist() == twin_store.sums_by_row(vectors, rows, 4)
    summed = np.frombuffer(weighted_sum(table, weights, taken), np.float32)
    assert summed.tolist() == twin_store.weighted_sum(table, weights, taken)
    np.testing.assert_allclose(unit_sums(parts, dim), twin_store.unit_sums(parts, dim), atol=1e-6)


def test_sums_by_hand() -> None:
    """Two rows of two numbers."""
    table, weights = np.array([[1, 2], [-3, 4]], np.int8), np.array([0.5, 2], np.float32)
    vectors = np.array([[3, 4], [1, 1], [0, -4]], np.float32)

    # 0.5 * (1, 2) + 2 * (-3, 4) + 0.5 * (1, 2) = (-5, 10).
    assert np.frombuffer(weighted_sum(table, weights, [0, 1, 0]), np.float32).tolist() == [-5, 10]
    # Rows 0 and 2 belong to 1, row 1 to none.
    assert sums_by_row(vectors, np.array([1, -1, 1]), 3).tolist() == [[0, 0], [3, 0], [0, 0]]
    # (3, 4) has length 5; (3, 4) and (0, -4) are (3, 0); nothing stays nothing.
    parts = [part.tobytes() for part in vectors]
    expected = [0.6, 0.8, 1, 0, 0, 0]
    assert unit_sums([[parts[0]], [parts[0], parts[2]], []], 2).ravel().tolist() == pytest.approx(expected)
    with pytest.raises(ValueError, match="dimension"):
        unit_sums([[parts[0]]], 3)


def test_bm25_by_hand() -> None:
    """Four codes with 2, 2, 1 and 0 stems, 1.25 in the mean; two of them hold "wood", one holds "cane"."""
    terms = TermIndex(
        ["cane", "pad", "wheelchair", "wood"],
        np.zeros(4, np.float32),  # BM25 has its own idf
        np.array([0, 2, 4, 5, 5]),
        np.array([0, 3, 1, 2, 3], np.int32),
        np.ones(5, np.uint8),
        ["cane", "pad", "wheelchair", "wood"],
    )
    lexical = Lexical(terms)

    # idf of "wood": ln(1 + (4 - 2 + 0.5) / (2 + 0.5)) = ln 2; of "cane": ln(1 + 3.5 / 1.5) = ln(10 / 3).
    # Divided by 1 + 1.2 * (0.5 + 0.5 * 2 / 1.25) = 2.56 for two stems, by 1 + 1.2 * 0.9 = 2.08 for one.
    wood = [log(2) / 2.56, 0, log(2) / 2.08, 0]
    both = [(log(2) + log(10 / 3)) / 2.56, 0, log(2) / 2.08, 0]
    assert lexical.scores("wood").tolist() == pytest.approx(wood)
    assert lexical.scores("wood cane woods").tolist() == pytest.approx(both)
    assert lexical.scores("zebra").tolist() == [0] * 4


@seeds(25, 500, "random vectors, words and phrases, against the twin")
def test_bm25_is_that_of_the_twin(seed: int) -> None:
    """Of random codes, some without a text."""
    random = np.random.default_rng(seed)
    terms = random_queries.terms(random)
    lexical, weights = Lexical(terms), twin_candidates.bm25_weights(terms)
    for count in (0, 1, 4, 80):
        text = " ".join(random.choice(random_queries.TYPED, count))
        scores = twin_candidates.bm25(terms, weights, text)
        expected = [float(scores.get(row, 0)) for row in range(random_queries.CODES)]
        np.testing.assert_allclose(lexical.scores(text), expected, rtol=1e-6)


@seeds(25, 500, "random vectors, words and phrases, against the twin")
def test_shared_words_are_those_of_the_twin(seed: int) -> None:
    """Repeated words, unknown ones, no text, a text without words, the same text twice."""
    random = np.random.default_rng(seed)
    forms = [" ".join(random.choice(random_queries.WRITTEN, random.integers(0, 12))) for _ in range(9)]
    words = ForwardIndex.from_forms(forms)
    texts = random.integers(-1, 9, 20).tolist()
    known = frozenset(random.choice(random_queries.TYPED, random.integers(0, 20)).tolist())

    expected = twin_store.shared_words(words.vocabulary, words.indptr, words.numbers, texts, known)
    assert words.shared(texts, known) == expected


@seeds(25, 500, "random vectors, words and phrases, against the twin")
def test_words_are_numbered_as_the_twin_does(seed: int) -> None:
    """Also of texts without words, and of none at all."""
    random = np.random.default_rng(seed)
    pieces = ("wood", "w/o", "0.5", "5%", "a-b", "<=", "'", "wood")
    texts = [" ".join(random.choice(pieces, random.integers(0, 7))) for _ in range(random.integers(0, 6))]

    words = ForwardIndex.from_forms(texts)

    assert (words.vocabulary, words.indptr.tolist(), words.numbers.tolist()) == twin_store.numbered(texts)


@seeds(100, 2_000, "random vectors, words and phrases, against the twin")
def test_the_longest_phrases_are_those_of_the_twin(seed: int) -> None:
    """Phrases within phrases, that overlap, and that the text ends in."""
    random = np.random.default_rng(seed)
    letters = tuple("abc")
    phrases = {" ".join(random.choice(letters, random.integers(1, 5))) for _ in range(random.integers(1, 9))}
    lengths = lengths_by_first([phrase.split(" ") for phrase in sorted(phrases)])
    found = random.choice(letters, random.integers(0, 14)).tolist()

    assert longest_phrases(found, lengths, phrases) == twin_store.longest_phrases(found, phrases)
