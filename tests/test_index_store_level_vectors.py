"""Vectors of two levels of codes: each searched by itself, the answers as one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.arrays import Vectors
from index.errors import QueryError
from index.store.level_vectors import LEVEL_1, LevelVectors, load_vectors
from index.store.vectors import Mask, VectorIndex, int8_scale
from tests.index_fakes import contents_of

N_FIRST, N, DIM = 5000, 9500, 32


def unit(rng: np.random.Generator, n: int) -> Vectors:
    rows: Vectors = rng.normal(size=(n, DIM)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


RNG = np.random.default_rng(16)
VECTORS, QUERIES = unit(RNG, N), unit(RNG, 20)
SCALE = int8_scale(VECTORS)
BOTH = LevelVectors.from_vectors(VECTORS, SCALE, N_FIRST)
SECOND = VectorIndex.from_vectors(VECTORS[N_FIRST:], SCALE)


def test_one_level_answers_as_if_the_other_were_not_there() -> None:
    """The same rows and cosines as an index of that level alone, its rows counted on."""
    allowed = np.arange(N) >= N_FIRST

    cosines, rows = BOTH.search(QUERIES, 10, allowed)
    alone_cosines, alone_rows = SECOND.search(QUERIES, 10)

    assert (rows == alone_rows + N_FIRST).all()
    assert (cosines == alone_cosines).all()


def test_both_levels_together_are_ordered_by_cosine() -> None:
    """The best of both, best first."""
    cosines, rows = BOTH.search(QUERIES, 10)

    found = [LevelVectors.search(BOTH, QUERIES, 10, mask)[0] for mask in masks()]
    assert (np.diff(cosines) <= 0).all()
    assert (cosines == -np.sort(-np.hstack(found), axis=1)[:, :10]).all()
    assert (rows < N_FIRST).any()
    assert (rows >= N_FIRST).any()


def masks() -> list[Mask]:
    return [np.arange(N) < N_FIRST, np.arange(N) >= N_FIRST]


def test_where_less_is_allowed_than_asked_for_the_rest_is_empty() -> None:
    """Minus infinity and -1, also where nothing is allowed."""
    allowed = np.zeros(N, bool)
    assert (BOTH.search(QUERIES[:1], 3, allowed)[1] == -1).all()
    allowed[[7, N - 1]] = True

    cosines, rows = BOTH.search(QUERIES[:1], 3, allowed)

    assert sorted(rows[0]) == [-1, 7, N - 1]
    assert cosines[0, 2] == -np.inf
    small = LevelVectors.from_vectors(VECTORS[:6], SCALE, 2)
    assert small.search(QUERIES[:1], 6, np.arange(6) < 2)[1].shape == (1, 6)
    with pytest.raises(QueryError, match="k is 7, but this index holds 6 codes"):
        small.search(QUERIES, 7)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    """With files of their own for the first level; without them, the vectors are those of one level."""
    BOTH.save(tmp_path)
    loaded = load_vectors(contents_of(tmp_path), SCALE)

    assert isinstance(loaded, LevelVectors)
    assert len(loaded) == N
    assert (loaded.search(QUERIES, 10)[1] == BOTH.search(QUERIES, 10)[1]).all()
    assert (tmp_path / f"{LEVEL_1}codes.faiss").is_file()
    plain = tmp_path / "plain"
    plain.mkdir()
    SECOND.save(plain)
    assert isinstance(load_vectors(contents_of(plain), SCALE), VectorIndex)
