"""The probability that a coder accepts a candidate, calibrated on hospitals the ranker never saw."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from suggest.booster import Booster
from suggest.features import NAMES
from suggest.ranker import WEIGHTS

Floats = npt.NDArray[np.float32]

TAKEN = (
    "cosine", "cosine_plain", "cosine_gap", "query_share", "query_share_plain", "query_share_gap",
    "rarest_missing", "short_share", "long_share", "term_place", "term_alone", "term_whole", "term_elsewhere",
    "name_place", "bm25_gap", "dose_equal", "facts_clash", "generic", "hospitals", "starter", "query_words",
    "query_known", "query_digits", "query_best_cosine", "query_best_share", "sibling_gap",
)  # fmt: skip
OWN = ("score", "share", "lead", "place", "spread")
_COLUMNS = [NAMES.index(name) for name in TAKEN]


def confidence_features(matrix: Floats, scores: Floats, order: npt.NDArray[np.intp]) -> Floats:
    """What the calibration reads of the first candidates.

    Args:
        matrix: float32 (candidates, features) as the ranker read it.
        scores: float32 (candidates,) as it gave them.
        order: Positions of the first candidates, best first.

    Returns:
        float32 (len(order), columns): `OWN`, then `TAKEN`. `share` is the softmax of the score over all
        candidates, `lead` the distance to the best other one, `spread` the entropy of the shares in nats.
    """
    weights = np.exp(scores - scores.max())
    shares = weights / weights.sum()
    best = np.sort(scores)[::-1]
    second = best[1] if len(best) > 1 else best[0] - 9.0
    rival = np.where(scores[order] >= best[0], second, best[0])
    spread = float(-(shares * np.log(np.maximum(shares, 1e-9))).sum())
    own = np.stack(
        [
            scores[order],
            shares[order],
            scores[order] - rival,
            np.arange(len(order), dtype=np.float32),
            np.full(len(order), spread, np.float32),
        ],
        axis=1,
    )
    return np.concatenate([own, matrix[order][:, _COLUMNS]], axis=1).astype(np.float32)


class Confidence:
    """Boosted probabilities (LightGBM, binary log loss), never rising down the list."""

    def __init__(self, booster: Any) -> None:
        self._booster = booster

    @classmethod
    def load(cls, path: Path = WEIGHTS / "confidence.txt") -> Confidence:
        """Read the shipped model.

        Raises:
            ArtifactError: If it cannot be read.
        """
        return cls(Booster.load(path))

    def probabilities(self, matrix: Floats, scores: Floats, order: npt.NDArray[np.intp]) -> Floats:
        """Probabilities of the first candidates, float32 (len(order),), from 0 to 1."""
        if not len(order):
            return np.zeros(0, np.float32)
        raw = self._booster.predict(confidence_features(matrix, scores, order))
        return np.minimum.accumulate(np.asarray(raw, np.float32))
