"""From scores to the best candidates and their confidence columns: by hand, and against plain Python."""

from __future__ import annotations

from itertools import pairwise
from math import e, log

import numpy as np
import pytest

from suggest.calibration import (
    RANKER_COLUMNS,
    SCORE_COLUMNS,
    BoostedCalibration,
    Probabilities,
    ScoredCandidates,
    confidence_features,
)
from suggest.ranker import WEIGHTS, BoostedRanker
from suggest.ranking import RankingPipeline
from suggest.systems import MIN_ODDS, SystemModel
from suggest.trees import Trees
from tests import twin_ranking
from tests.compiled import NAMES, Features, first_rows, gather_shown, running_min, top_k
from tests.effort import seeds
from tests.real_index import RealIndex

TAKEN = [NAMES.index(name) for name in RANKER_COLUMNS]


def test_the_confidence_columns_by_hand() -> None:
    """Three candidates with scores 1, 2 and 2 - ln 2, of which two are judged; a second text has one."""
    scores = np.array([1, 2, 2 - log(2), 5], np.float32)
    matrix = np.arange(4 * len(NAMES), dtype=np.float32).reshape(4, len(NAMES))
    scored = ScoredCandidates(matrix, scores, [0, 3, 4], np.array([1, 2, 3]), [0, 2, 3], [0.25, -0.5])

    columns = confidence_features(scored)

    # Weights beside the best: 1 / e, 1 and 1 / 2; in all 1.5 + 1 / e.
    total = 1.5 + 1 / e
    shares = [1 / e / total, 1 / total, 0.5 / total]
    spread = -sum(share * log(share) for share in shares)
    expected = [
        [2, shares[1], log(2), 0, spread, 0.25],  # leads over 2 - ln 2 by ln 2
        [2 - log(2), shares[2], -log(2), 1, spread, 0.25],
        [5, 1, 9, 0, 0, -0.5],  # alone
    ]
    np.testing.assert_allclose(columns[:, :6], expected, rtol=1e-6, atol=1e-6)
    for place, row in enumerate((1, 2, 3)):
        assert columns[place, 6:].tolist() == [row * len(NAMES) + column for column in TAKEN]
    assert columns.shape == (3, len(SCORE_COLUMNS) + len(RANKER_COLUMNS))


@seeds(25, 500, "random selections and calibrations, against the twin")
def test_the_confidence_columns_are_those_of_the_twin(seed: int) -> None:
    """Texts asked together, one without candidates, with equal scores, some far apart."""
    random = np.random.default_rng(seed)
    sizes = [*random.integers(0, 12, 4).tolist(), 0, 1]
    indptr = [0, *np.cumsum(sizes).tolist()]
    scores = np.round(random.normal(size=indptr[-1]) * random.choice([1, 30]), 1).astype(np.float32)
    matrix = random.normal(size=(indptr[-1], len(NAMES))).astype(np.float32)
    k, codable = random.integers(0, 8, len(sizes)).tolist(), random.normal(size=len(sizes)).tolist()

    order, bounds = top_k(scores, indptr, k)
    columns = confidence_features(ScoredCandidates(matrix, scores, indptr, order, bounds, codable))

    best = twin_ranking.top_k(scores.tolist(), indptr, k)
    for i, own in enumerate(best):
        assert order[bounds[i] : bounds[i + 1]].tolist() == own
        start, stop = indptr[i], indptr[i + 1]
        expected = twin_ranking.confidence_columns(
            matrix[start:stop], scores[start:stop].tolist(), [at - start for at in own], codable[i], TAKEN
        )
        for given, row in zip(columns[bounds[i] : bounds[i + 1]], expected, strict=True):
            np.testing.assert_allclose(given, row, rtol=1e-5, atol=2e-5)
    firsts = [bounds[i] for i in range(len(sizes)) if bounds[i] < bounds[i + 1]]
    np.testing.assert_array_equal(first_rows(columns, bounds), columns[firsts])


def test_the_best_by_hand() -> None:
    """Of equal scores the earlier comes first; more than there are is all."""
    scores = np.array([1, 3, 3, 2, 9, 0], np.float32)

    order, bounds = top_k(scores, [0, 4, 4, 6], [3, 2, 5])

    assert order.tolist() == [1, 2, 3, 4, 5]
    assert bounds == [0, 3, 3, 5]


def test_what_is_shown_by_hand() -> None:
    """Scores to four places; the running minimum of two texts, and of one without any."""
    scores = np.array([1.23456, 7, -2.00001], np.float32)
    order = np.array([2, 0])

    assert gather_shown(order, np.array([5, 6, 7]), np.array([-1, 60, 70]), scores) == (
        [7, 5],
        [70, -1],
        [-2.0, 1.2346],
    )
    assert running_min(np.array([0.50004, 0.7, 0.2, 0.9, 0.95]), [0, 3, 3, 5]) == [
        [0.5, 0.5, 0.2],
        [],
        [0.9, 0.9],
    ]
    columns = np.array([[1, 2], [3, 4], [5, 6]], np.float32)
    assert first_rows(columns, [0, 2, 2, 3]).tolist() == [[1, 2], [5, 6]]


@seeds(25, 500, "random selections and calibrations, against the twin")
def test_the_best_and_what_is_shown_of_them_are_the_twins(seed: int) -> None:
    """Many equal scores; none wanted, and more than there are."""
    random = np.random.default_rng(seed)
    sizes = random.integers(0, 15, 6).tolist()
    indptr, k = [0, *np.cumsum(sizes).tolist()], random.integers(0, 20, 6).tolist()
    scores = (random.integers(-3, 4, indptr[-1]) / 3).astype(np.float32)

    order, bounds = top_k(scores, indptr, k)

    best = twin_ranking.top_k(scores.tolist(), indptr, k)
    assert order.tolist() == sum(best, [])
    assert bounds == [sum(map(len, best[:i])) for i in range(7)]
    rows, closest = random.integers(0, 99, (2, indptr[-1]))
    shown = [round(score, 4) for score in scores[order].astype(float).tolist()]
    assert gather_shown(order, rows, closest, scores) == (
        rows[order].tolist(),
        closest[order].tolist(),
        shown,
    )


@seeds(25, 500, "random selections and calibrations, against the twin")
def test_what_never_rises_is_the_twins(seed: int) -> None:
    """Each text has its own minimum; 1 at most."""
    random = np.random.default_rng(seed)
    sizes = random.integers(0, 9, 5).tolist()
    bounds = [0, *np.cumsum(sizes).tolist()]
    values = random.random(bounds[-1]) * 1.1

    assert running_min(values, bounds) == twin_ranking.running_min(values.tolist(), bounds)


@seeds(25, 500, "random selections and calibrations, against the twin")
@pytest.mark.parametrize("objective", ["lambdarank", "binary sigmoid:1"])
def test_random_forests_say_what_a_plain_walk_says(seed: int, objective: str) -> None:
    """Any number of trees and rows, a tree of one leaf, values that meet thresholds."""
    random = np.random.default_rng(seed)
    features = int(random.integers(1, 5))
    model = twin_ranking.random_model(random, int(random.integers(1, 20)), features, objective)
    matrix = (random.integers(-5, 6, (int(random.integers(0, 20)), features)) / 2).astype(np.float32)

    predicted = Trees(model).predict(matrix)

    logistic = objective.startswith("binary")
    expected = [twin_ranking.forest(model, row, logistic=logistic) for row in matrix.tolist()]
    np.testing.assert_allclose(predicted, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["ranker", "confidence", "answerable"])
def test_the_shipped_forests_say_what_a_plain_walk_says(name: str) -> None:
    """For one row, for eight rows that are evaluated together, and for the remaining rows."""
    model = (WEIGHTS / f"{name}.txt").read_text(encoding="utf-8")
    trees = Trees(model)
    matrix = np.random.default_rng(3).normal(size=(11, len(trees.features))).astype(np.float32)

    logistic = name != "ranker"
    expected = [twin_ranking.forest(model, row, logistic=logistic) for row in matrix.tolist()]

    np.testing.assert_allclose(trees.predict(matrix), expected, rtol=1e-12)
    np.testing.assert_allclose(trees.predict(matrix[:1]), expected[:1], rtol=1e-12)


class Recorder:
    """Gives no probabilities, and records its inputs."""

    def __init__(self) -> None:
        self.asked: list[ScoredCandidates] = []

    def probabilities(self, scored: ScoredCandidates) -> list[Probabilities]:
        """See `Calibration.probabilities`."""
        self.asked.append(scored)
        return [Probabilities([0.5] * (stop - start), 0.25) for start, stop in pairwise(scored.top_indptr)]


def test_probabilities_are_those_of_plain_walks() -> None:
    """One shipped model for each candidate, the other for the first one of each text."""
    random = np.random.default_rng(21)
    sizes, k = [6, 0, 1, 9], [4, 4, 4, 4]
    indptr = [0, *np.cumsum(sizes).tolist()]
    matrix = random.random((indptr[-1], len(NAMES))).astype(np.float32)
    scores = random.normal(size=indptr[-1]).astype(np.float32)
    order, bounds = top_k(scores, indptr, k)
    scored = ScoredCandidates(matrix, scores, indptr, order, bounds, [0.5, 1.0, -2.0, 0.0])
    columns = confidence_features(scored).tolist()
    accepted, answerable = (
        [twin_ranking.forest((WEIGHTS / f"{name}.txt").read_text(), row, logistic=True) for row in columns]
        for name in ("confidence", "answerable")
    )

    judged = BoostedCalibration.load().probabilities(scored)

    expected = twin_ranking.running_min(accepted, bounds)
    assert [one.accepted for one in judged] == expected
    firsts = [answerable[start] if start < stop else 0.0 for start, stop in pairwise(bounds)]
    assert [one.answerable for one in judged] == pytest.approx(firsts, rel=1e-12)


def test_the_pipeline_hands_on_what_each_step_gave(real_index: RealIndex) -> None:
    """Rows, closest texts and scores of the best of each text; the log odds of its words as typed."""
    features, ranker, recorder = (
        Features(real_index.artifact.table, real_index.columns),
        BoostedRanker.load(),
        Recorder(),
    )
    systems = SystemModel.load(real_index.encoder)
    pipeline = RankingPipeline(real_index.retriever, features, ranker, recorder, systems)
    queries = real_index.query_batches(60)[0]

    rankings = pipeline.rankings(queries, 7, real_index.allowed)

    found = real_index.candidates(queries)
    scores = ranker.scores(features.matrix(queries, found))
    best = twin_ranking.top_k(scores.tolist(), found.indptr, [7 + len(query.codes) for query in queries])
    asked = recorder.asked[0]
    for i, (query, ranking, own) in enumerate(zip(queries, rankings, best, strict=True)):
        assert ranking.rows == found.rows[own].tolist()
        assert ranking.closest == found.closest[own].tolist()
        assert ranking.scores == [round(score, 4) for score in scores[own].astype(float).tolist()]
        assert (ranking.confidences, ranking.answerable) == ([0.5] * len(own), 0.25)
        own = systems.probabilities([query.plain])[0]
        assert ranking.systems == own
        ours = float(np.clip(own[0], MIN_ODDS, 1 - MIN_ODDS))
        assert asked.codable[i] == pytest.approx(np.log(ours / (1 - ours)))
