"""The columns that the calibration reads, against the same calculation in numpy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from suggest._ranking import first_rows, gather_shown, running_min, top_k
from suggest.calibration import (
    RANKER_COLUMNS,
    SCORE_COLUMNS,
    Probabilities,
    ScoredCandidates,
    Uncalibrated,
    confidence_features,
)
from suggest.features import COUNT, NAMES

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
RANDOM = np.random.default_rng(11)


def of_one(matrix: Floats, scores: Floats, order: Ids, codable: float) -> ScoredCandidates:
    """The candidates of one text."""
    return ScoredCandidates(matrix, scores, [0, len(scores)], order, [0, len(order)], [codable])


@pytest.mark.parametrize("n", [1, 2, 30])
def test_columns_are_what_they_are_named_for(n: int) -> None:
    """Score, softmax share, lead over the best other, position and entropy; then the ranker's own columns."""
    matrix = RANDOM.normal(size=(n, COUNT)).astype(np.float32)
    scores = RANDOM.normal(size=n).astype(np.float32)
    order = np.argsort(-scores)[:10]

    columns = dict(
        zip(
            (*SCORE_COLUMNS, *RANKER_COLUMNS),
            confidence_features(of_one(matrix, scores, order, 0.5)).T,
            strict=True,
        )
    )

    shares = np.exp(scores) / np.exp(scores).sum()
    others = [np.delete(scores, at).max(initial=scores[order[0]] - 9) for at in order]
    np.testing.assert_array_equal(columns["score"], scores[order])
    np.testing.assert_allclose(columns["share"], shares[order], rtol=1e-5)
    np.testing.assert_allclose(columns["lead"], scores[order] - others, atol=1e-6)
    assert columns["place"].tolist() == list(range(len(order)))
    np.testing.assert_allclose(columns["spread"], -(shares * np.log(shares)).sum(), rtol=1e-4, atol=1e-6)
    assert set(columns["codable"].tolist()) == {0.5}
    for name in RANKER_COLUMNS:
        np.testing.assert_array_equal(columns[name], matrix[order, NAMES.index(name)])


def test_two_that_lead_together_have_no_lead() -> None:
    """Each has the other beside it."""
    scores = np.array([1.0, 3.0, 3.0], np.float32)
    columns = confidence_features(of_one(np.zeros((3, COUNT), np.float32), scores, np.array([1, 2, 0]), 0.0))

    assert columns[:, SCORE_COLUMNS.index("lead")].tolist() == [0.0, 0.0, -2.0]


def test_texts_asked_together_are_judged_each_by_its_own_candidates() -> None:
    """Also one without any."""
    sizes = [3, 0, 5, 1]
    matrices = [RANDOM.normal(size=(n, COUNT)).astype(np.float32) for n in sizes]
    scores = [RANDOM.normal(size=n).astype(np.float32) for n in sizes]
    indptr = np.cumsum([0, *sizes]).tolist()
    together = np.concatenate(scores)

    order, firsts = top_k(together, indptr, [2, 2, 2, 2])
    columns = confidence_features(
        ScoredCandidates(np.concatenate(matrices), together, indptr, order, firsts, [0.1, 0.2, 0.3, 0.4])
    )

    assert firsts == [0, 2, 2, 4, 5]
    for i, at in enumerate((0.1, 0.2, 0.3, 0.4)):
        own = np.argsort(-scores[i])[:2]
        assert (order[firsts[i] : firsts[i + 1]] - indptr[i]).tolist() == own.tolist()
        if len(own):
            alone = confidence_features(of_one(matrices[i], scores[i], own, at))
            np.testing.assert_array_equal(columns[firsts[i] : firsts[i + 1]], alone)
    np.testing.assert_array_equal(first_rows(columns, firsts), columns[[0, 2, 4]])


def test_shown_confidence_never_rises_within_a_text() -> None:
    """To four decimals; each text has its own minimum."""
    values = np.array([0.50004, 0.7, 0.2, 0.9, 0.95])

    assert running_min(values, [0, 3, 3, 5]) == [[0.5, 0.5, 0.2], [], [0.9, 0.9]]


def test_what_is_shown_comes_in_order() -> None:
    """Scores to four decimals."""
    scores = np.array([1.23456, 7, -2.00001], np.float32)

    shown = gather_shown(np.array([2, 0]), np.array([5, 6, 7]), np.array([50, 60, 70]), scores)

    assert shown == ([7, 5], [70, 50], [-2.0, 1.2346])


def test_without_a_calibration_the_cosine_stands_for_the_probability() -> None:
    """The first says whether any code fits; none rises again; below 0 is 0; a text can have no candidate."""
    matrix = np.zeros((5, COUNT), np.float32)
    matrix[:, NAMES.index("cosine")] = [0.75, -0.5, 0.5, 0.25, 0.375]
    matrix[:, NAMES.index("cosine_plain")] = 0.125
    scored = ScoredCandidates(
        matrix, np.zeros(5, np.float32), [0, 2, 2, 5], np.array([0, 1, 2, 3, 4]), [0, 2, 2, 5], [0.0] * 3
    )

    assert Uncalibrated().probabilities(scored) == [
        Probabilities([0.75, 0.0], 0.75),
        Probabilities([], 0.0),
        Probabilities([0.5, 0.25, 0.25], 0.5),
    ]
