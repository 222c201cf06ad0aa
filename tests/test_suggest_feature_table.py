"""The table of features is what the compiled code computes, what the models read, and what the docs say."""

from __future__ import annotations

from math import inf
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from suggest.calibration import RANKER_COLUMNS, SCORE_COLUMNS, ScoredCandidates, confidence_features
from suggest.feature_table import FEATURES, GROUP_MEANINGS, SCORE_FEATURES, Feature, markdown
from suggest.ranker import WEIGHTS, BoostedRanker
from suggest.trees import Trees
from tests import random_queries
from tests.compiled import NAMES, Features, top_k
from tests.effort import seeds
from tests.real_index import RealIndex

PAGE = Path(__file__).parents[1] / "docs" / "ranker.md"
EVERY = (*FEATURES, *SCORE_FEATURES)
ROUNDING = 1e-6  # of float32

Floats = npt.NDArray[np.float32]


def outside(features: tuple[Feature, ...], matrix: Floats) -> list[str]:
    """Features with a value out of their range, or a value that is not a number."""
    assert matrix.shape[1] == len(features)
    return [
        f"{feature.name}: {column.min()} to {column.max()}"
        for feature, column in zip(features, matrix.T, strict=True)
        if not np.all((column >= feature.low - ROUNDING) & (column <= feature.high + ROUNDING))
    ]


def test_the_table_names_the_compiled_columns_in_order() -> None:
    """A column cannot be added, moved or renamed without its row."""
    assert tuple(feature.name for feature in FEATURES) == NAMES


def test_the_table_says_what_the_confidence_models_read() -> None:
    """The models' own files hold the names."""
    assert tuple(feature.name for feature in SCORE_FEATURES) == SCORE_COLUMNS
    assert {feature.name for feature in FEATURES if feature.confidence} == set(RANKER_COLUMNS)
    assert all(feature.confidence for feature in SCORE_FEATURES)
    for model in ("confidence.txt", "answerable.txt"):
        assert Trees.load(WEIGHTS / model).features == (*SCORE_COLUMNS, *RANKER_COLUMNS)


def test_the_ranker_reads_the_table() -> None:
    """Column by column."""
    assert Trees.load(WEIGHTS / "ranker.txt").features == tuple(feature.name for feature in FEATURES)


@pytest.mark.parametrize("feature", EVERY, ids=lambda feature: feature.name)
def test_every_row_says_what_how_much_and_whence(feature: Feature) -> None:
    """One sentence, a range that is not empty, a known group, fields that the number comes from."""
    assert feature.meaning.endswith(".")
    assert feature.low < feature.high
    assert feature.low in (-inf, 0) or feature.low < 0
    assert feature.group in GROUP_MEANINGS
    assert feature.source


def test_the_page_is_made_from_the_table() -> None:
    """Write it again: `python -m suggest.feature_table > docs/ranker.md`."""
    assert PAGE.read_text(encoding="utf-8") == markdown()


def test_numbers_of_real_texts_stay_inside_the_ranges(real_index: RealIndex) -> None:
    """Thousands of texts; the ranges are as narrow as the definitions allow, so some reach both ends."""
    features, ranker = Features(real_index.artifact.table, real_index.columns), BoostedRanker.load()
    matrices, columns = [], []
    for queries in real_index.query_batches(3000):
        found = real_index.candidates(queries)
        matrix = features.matrix(queries, found)
        scores = ranker.scores(matrix)
        order, firsts = top_k(scores, found.indptr, [10] * len(queries))
        scored = ScoredCandidates(matrix, scores, found.indptr, order, firsts, [0.0] * len(queries))
        matrices.append(matrix)
        columns.append(confidence_features(scored)[:, : len(SCORE_FEATURES)])
    matrix = np.concatenate(matrices)

    assert outside(FEATURES, matrix) == []
    assert outside(SCORE_FEATURES, np.concatenate(columns)) == []
    zero_to_one = [i for i, feature in enumerate(FEATURES) if (feature.low, feature.high) == (0, 1)]
    assert len(zero_to_one) > 20
    for i in zero_to_one:
        assert matrix[:, i].min() == 0, NAMES[i]
        if NAMES[i] not in REACHES_LESS:
            assert matrix[:, i].max() == pytest.approx(1), NAMES[i]
    constant = [NAMES[i] for i in range(len(NAMES)) if np.ptp(matrix[:, i]) == 0]
    assert [name for name in constant if name not in REACHES_LESS] == []


@seeds(20, 500, "feature matrices of random queries, against the table's ranges")
def test_numbers_of_random_queries_stay_inside_the_ranges(seed: int) -> None:
    """Quantities at the limits, attributes in any combination, long queries."""
    random = np.random.default_rng(seed)
    terms, codes = random_queries.terms(random), random_queries.code_columns(random)
    queries = [random_queries.query(random, count) for count in (0, 1, 5, 64)]
    candidates = random_queries.candidates(random, [10, 20, 30, 40])

    assert outside(FEATURES, Features(terms, codes).matrix(queries, candidates)) == []


REACHES_LESS = {"name_place", "starter", "maker"}
"""Depend on the index: without downloaded names `name_place` is 0, in the starter `starter` is always 1."""
