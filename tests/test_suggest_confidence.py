"""What the calibration reads of the first candidates, against the same sums in numpy."""

from __future__ import annotations

import numpy as np
import pytest

from suggest.confidence import OWN, TAKEN, Scored, confidence_features
from suggest.features import COUNT, NAMES

RANDOM = np.random.default_rng(11)


@pytest.mark.parametrize("n", [1, 2, 30])
def test_columns_are_what_they_are_named_for(n: int) -> None:
    """Score, softmax share, lead over the best other, place and entropy; then the ranker's own columns."""
    matrix = RANDOM.normal(size=(n, COUNT)).astype(np.float32)
    scores = RANDOM.normal(size=n).astype(np.float32)
    order = np.argsort(-scores)[:10]

    columns = dict(
        zip((*OWN, *TAKEN), confidence_features(Scored(matrix, scores, order, 0.5)).T, strict=True)
    )

    shares = np.exp(scores) / np.exp(scores).sum()
    others = [np.delete(scores, at).max(initial=scores[order[0]] - 9) for at in order]
    np.testing.assert_array_equal(columns["score"], scores[order])
    np.testing.assert_allclose(columns["share"], shares[order], rtol=1e-5)
    np.testing.assert_allclose(columns["lead"], scores[order] - others, atol=1e-6)
    assert columns["place"].tolist() == list(range(len(order)))
    np.testing.assert_allclose(columns["spread"], -(shares * np.log(shares)).sum(), rtol=1e-4, atol=1e-6)
    assert set(columns["codable"].tolist()) == {0.5}
    for name in TAKEN:
        np.testing.assert_array_equal(columns[name], matrix[order, NAMES.index(name)])


def test_two_that_lead_together_have_no_lead() -> None:
    """Each has the other beside it."""
    scores = np.array([1.0, 3.0, 3.0], np.float32)
    columns = confidence_features(Scored(np.zeros((3, COUNT), np.float32), scores, np.array([1, 2, 0]), 0.0))

    assert columns[:, OWN.index("lead")].tolist() == [0.0, 0.0, -2.0]
