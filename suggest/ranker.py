"""Ordering candidates: a small gradient-boosted model over the features, in LightGBM's own text format."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from index.errors import ArtifactError
from suggest.features import NAMES
from suggest.trees import Trees

Floats = npt.NDArray[np.float32]
WEIGHTS = Path(__file__).parent / "weights"


class Ranker(Protocol):
    """Gives each candidate a score; higher is better."""

    def scores(self, matrix: Floats) -> Floats:
        """Score candidates: float32 (n, features) -> float32 (n,)."""


class BoostedRanker:
    """LambdaMART trees (LightGBM)."""

    def __init__(self, trees: Any) -> None:
        self._trees = trees

    @classmethod
    def load(cls, path: Path = WEIGHTS / "ranker.txt") -> BoostedRanker:
        """Read the shipped model.

        Raises:
            ArtifactError: If it is missing or was trained on other features.
        """
        trees = Trees.load(path)
        if trees.features != NAMES:
            raise ArtifactError(
                f"{path} was trained on other features than this version computes; train it again"
            )
        return cls(trees)

    def scores(self, matrix: Floats) -> Floats:
        """See `Ranker.scores`."""
        return np.asarray(self._trees.predict(matrix), np.float32)


class FusionRanker:
    """Cosine plus a share of BM25: for indexes made with an encoder that the boosted model never saw."""

    def scores(self, matrix: Floats) -> Floats:
        """See `Ranker.scores`."""
        named = dict(zip(NAMES, matrix.T, strict=True))
        fused: Floats = named["cosine"] + 0.3 * named["bm25_gap"] + 0.2 * named["term_alone"]
        return fused
