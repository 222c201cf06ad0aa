"""Scores of candidates."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from suggest.features import COUNT, NAMES
from suggest.ranker import ROUTE_PENALTY, BoostedRanker


class FirstColumn:
    """A model whose score is the first column."""

    def predict(self, matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Scores as the trees give them."""
        return matrix[:, 0].astype(np.float64)


def test_a_beaten_route_costs_the_penalty() -> None:
    """Nothing else changes; the scores stay float32."""
    matrix = np.zeros((3, COUNT), np.float32)
    matrix[:, 0] = [2, 1, 0]
    matrix[0, NAMES.index("route_beaten")] = 1

    scores = BoostedRanker(FirstColumn()).scores(matrix)

    assert scores.dtype == np.float32
    assert scores.tolist() == [2 - ROUTE_PENALTY, 1, 0]
