"""Scores of candidates, by which they are ordered: boosted trees over the features of `suggest.features`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from index.errors import ArtifactError
from suggest._ranking import penalised
from suggest.features import NAMES
from suggest.trees import Trees

Floats = npt.NDArray[np.float32]
BEATEN_PENALTY = 5.0
"""Taken from the score of a candidate of another route than the text states, where a candidate of the stated
route holds the same names, and of one that states what the text denies ("not custom"), where one like it does
not: a model that learned from few such texts may prefer it for its dose, or for the word."""

SIZE_PENALTY = 5.0
"""Taken from the score of a candidate whose range leaves out a size of the text, where a sibling near it has
that size: prices give the commonest sibling for every size, and a model that learned from them does too."""

_BEATEN, _OUTSIDE, _GAP = map(NAMES.index, ("beaten", "range_outside", "quantity_gap"))
_ALL_WORSE = -2.0
"""`quantity_gap` of a candidate that misses the one amount of a text which a sibling fits."""

WEIGHTS = Path(__file__).parent / "weights"


class Ranker(Protocol):
    """Gives each candidate a score; higher is better."""

    def scores(self, matrix: Floats) -> Floats:
        """Scores of candidates.

        Args:
            matrix: float32 (n, features), columns as in `suggest.features.NAMES`.

        Returns:
            float32 (n,), without a unit. Only scores of candidates of the same text can be compared.
        """


class BoostedRanker:
    """A LambdaMART model (LightGBM)."""

    def __init__(self, trees: Any) -> None:
        """Take a model with a method `predict`: our `Trees`, or in training LightGBM's own `Booster`."""
        self._trees = trees

    @classmethod
    def load(cls, path: Path = WEIGHTS / "ranker.txt") -> BoostedRanker:
        """Read the shipped model.

        Raises:
            ArtifactError: If it cannot be read or was trained on other features.
        """
        trees = Trees.load(path)
        if trees.features != NAMES:
            raise ArtifactError(
                f"{path} was trained on other features than this version computes; train it again"
            )
        return cls(trees)

    def scores(self, matrix: Floats) -> Floats:
        """See `Ranker.scores`."""
        scores = self._trees.predict(matrix)
        return penalised(
            scores, matrix, (_BEATEN, BEATEN_PENALTY), (_OUTSIDE, _GAP, _ALL_WORSE, SIZE_PENALTY)
        )


class FusionRanker:
    """Weighted sum of three features, for an index of an encoder that the boosted model does not know."""

    def scores(self, matrix: Floats) -> Floats:
        """See `Ranker.scores`."""
        columns = dict(zip(NAMES, matrix.T, strict=True))
        fused: Floats = columns["cosine"] + 0.3 * columns["bm25_gap"] + 0.2 * columns["term_alone"]
        return fused
