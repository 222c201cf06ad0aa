"""How likely a candidate is right, and whether any is: calibrated on hospitals the ranker never saw."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from suggest.features import NAMES, calibrated
from suggest.ranker import WEIGHTS
from suggest.trees import Trees

Floats = npt.NDArray[np.float32]

TAKEN = (
    "cosine", "cosine_plain", "cosine_gap", "query_share", "query_share_plain", "query_share_gap",
    "rarest_missing", "short_share", "long_share", "term_place", "term_alone", "term_whole", "term_elsewhere",
    "name_place", "bm25_gap", "dose_equal", "facts_clash", "generic", "hospitals", "starter", "query_words",
    "query_known", "query_digits", "query_best_cosine", "query_best_share", "sibling_gap",
)  # fmt: skip
OWN = ("score", "share", "lead", "place", "spread", "codable")
_COLUMNS = np.array([NAMES.index(name) for name in TAKEN], np.int64)


def confidence_features(
    matrix: Floats, scores: Floats, order: npt.NDArray[np.int64], codable: float
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
    return calibrated(matrix, scores, order, codable, _COLUMNS)


class Calibration(Protocol):
    """Turns scores into probabilities."""

    def probabilities(
        self, matrix: Floats, scores: Floats, order: npt.NDArray[np.int64], codable: float
    ) -> tuple[Floats, float]:
        """How likely each of the first candidates is right, and how likely any code fits."""


class Uncalibrated:
    """The cosine in place of a probability, for an index of an encoder that no calibration was made for."""

    def probabilities(
        self, matrix: Floats, scores: Floats, order: npt.NDArray[np.int64], codable: float
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
        return cls(Trees.load(folder / "confidence.txt"), Trees.load(folder / "answerable.txt"))

    def probabilities(
        self, matrix: Floats, scores: Floats, order: npt.NDArray[np.int64], codable: float
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
