"""How likely a candidate is right, and whether any is: calibrated on hospitals the ranker never saw."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

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
OWN = ("score", "share", "lead", "place", "spread", "codable")
_COLUMNS = [NAMES.index(name) for name in TAKEN]


def confidence_features(
    matrix: Floats, scores: Floats, order: npt.NDArray[np.intp], codable: float
) -> Floats:
    """What the calibration reads of the first candidates.

    Args:
        matrix: float32 (candidates, features) as the ranker read it.
        scores: float32 (candidates,) as it gave them.
        order: Positions of the first candidates, best first.
        codable: How much the text sounds like something that has a code at all (`Figures.codable_weights`).

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
            np.full(len(order), codable, np.float32),
        ],
        axis=1,
    )
    return np.concatenate([own, matrix[order][:, _COLUMNS]], axis=1).astype(np.float32)


class Calibration(Protocol):
    """Turns scores into probabilities."""

    def probabilities(
        self, matrix: Floats, scores: Floats, order: npt.NDArray[np.intp], codable: float
    ) -> tuple[Floats, float]:
        """How likely each of the first candidates is right, and how likely any code fits."""


class Uncalibrated:
    """The cosine in place of a probability, for an index of an encoder that no calibration was made for."""

    def probabilities(
        self, matrix: Floats, scores: Floats, order: npt.NDArray[np.intp], codable: float
    ) -> tuple[Floats, float]:
        """See `Calibration.probabilities`."""
        cosines = np.clip(matrix[order, NAMES.index("cosine")], 0.0, 1.0)
        return np.minimum.accumulate(cosines), float(cosines[0])


class Confidence:
    """Two boosted probabilities (LightGBM, binary log loss) over the same columns.

    One says of each candidate whether a coder would accept it, given that some code fits; the other says of
    the first candidate whether any code fits at all.
    """

    def __init__(self, accepted: Any, answerable: Any) -> None:
        self._accepted = accepted
        self._answerable = answerable

    @classmethod
    def load(cls, folder: Path = WEIGHTS) -> Confidence:
        """Read the shipped models.

        Raises:
            ArtifactError: If one cannot be read.
        """
        return cls(Booster.load(folder / "confidence.txt"), Booster.load(folder / "answerable.txt"))

    def probabilities(
        self, matrix: Floats, scores: Floats, order: npt.NDArray[np.intp], codable: float
    ) -> tuple[Floats, float]:
        """How likely each of the first candidates is right, and how likely any code fits.

        Args:
            matrix: float32 (candidates, features).
            scores: float32 (candidates,).
            order: Positions of the first candidates, best first; not empty.
            codable: See `confidence_features`.

        Returns:
            Probabilities from 0 to 1, float32 (len(order),), never rising, and one for the text.
        """
        columns = confidence_features(matrix, scores, order, codable)
        accepted = np.minimum.accumulate(np.asarray(self._accepted.predict(columns), np.float32))
        return accepted, float(self._answerable.predict(columns[:1])[0])
