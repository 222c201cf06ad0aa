"""Scores of candidates."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from suggest.features import COUNT, NAMES
from suggest.ranker import BEATEN_PENALTY, SIZE_PENALTY, BoostedRanker


class FirstColumn:
    """A model whose score is the first column."""

    def predict(self, matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Scores as the trees give them."""
        return matrix[:, 0].astype(np.float64)


def test_a_beaten_route_costs_the_penalty() -> None:
    """Nothing else changes; the scores stay float32."""
    matrix = np.zeros((3, COUNT), np.float32)
    matrix[:, 0] = [2, 1, 0]
    matrix[0, NAMES.index("beaten")] = 1

    scores = BoostedRanker(FirstColumn()).scores(matrix)

    assert scores.dtype == np.float32
    assert scores.tolist() == [2 - BEATEN_PENALTY, 1, 0]


def test_a_size_outside_the_range_costs_the_penalty_where_a_sibling_fits() -> None:
    """A dose that is a multiple is no worse fit than -1.5, and a candidate without a better sibling stays."""
    matrix = np.zeros((4, COUNT), np.float32)
    matrix[:, 0] = [3, 2, 1, 0]
    matrix[:, NAMES.index("range_outside")] = [1, 1, 1, 0]
    matrix[:, NAMES.index("quantity_gap")] = [-2, -1.5, 0, -2]

    scores = BoostedRanker(FirstColumn()).scores(matrix)

    assert scores.tolist() == [3 - SIZE_PENALTY, 2, 1, 0]
