"""How likely a candidate is right, and whether any is: calibrated on hospitals the ranker never saw."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from suggest.features import NAMES, calibrated, falling
from suggest.ranker import WEIGHTS
from suggest.trees import Trees

Floats = npt.NDArray[np.float32]
Judged = tuple[list[float], float]

TAKEN = (
    "cosine", "cosine_plain", "cosine_gap", "query_share", "query_share_plain", "query_share_gap",
    "rarest_missing", "short_share", "long_share", "term_place", "term_alone", "term_whole", "term_elsewhere",
    "name_place", "bm25_gap", "dose_equal", "facts_clash", "generic", "hospitals", "starter", "query_words",
    "query_known", "query_digits", "query_best_cosine", "query_best_share", "sibling_gap",
)  # fmt: skip
OWN = ("score", "share", "lead", "place", "spread", "codable")
_COLUMNS = np.array([NAMES.index(name) for name in TAKEN], np.int64)


class Scored(NamedTuple):
    """What the calibration is asked about: the candidates of one text.

    Attributes:
        matrix: float32 (candidates, features) as the ranker read it.
        scores: float32 (candidates,) as it gave them.
        order: int64 (m,): positions of the first candidates, best first.
        codable: How much the text sounds like something that has a code at all (`Figures.codable_weights`).
    """

    matrix: Floats
    scores: Floats
    order: npt.NDArray[np.int64]
    codable: float


def confidence_features(scored: Scored) -> Floats:
    """What the calibration reads of the first candidates.

    Returns:
        float32 (m, columns): `OWN`, then `TAKEN`. `share` is the softmax of the score over all candidates,
        `lead` the distance to the best other one, `spread` the entropy of the shares in nats.
    """
    return calibrated(*scored, _COLUMNS)


class Calibration(Protocol):
    """Turns scores into probabilities."""

    def probabilities(self, scored: Sequence[Scored]) -> list[Judged]:
        """How likely each of the first candidates of each text is right, and how likely any code fits it.

        Returns:
            For each text, probabilities from 0 to 1 to four places, never rising, and one for the text; 0 for
            one without candidates.
        """


class Uncalibrated:
    """The cosine in place of a probability, for an index of an encoder that no calibration was made for."""

    def probabilities(self, scored: Sequence[Scored]) -> list[Judged]:
        """See `Calibration.probabilities`."""
        column = NAMES.index("cosine")
        judged = []
        for one in scored:
            cosines = np.clip(one.matrix[one.order, column].astype(np.float64), 0.0, 1.0)
            sure = falling(cosines, 0, len(cosines))
            judged.append((sure, sure[0] if sure else 0.0))
        return judged


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

    def probabilities(self, scored: Sequence[Scored]) -> list[Judged]:
        """See `Calibration.probabilities`."""
        columns = [confidence_features(one) for one in scored]
        accepted = self._accepted.predict(np.concatenate(columns))
        fits = iter(self._answerable.predict(np.concatenate([some[:1] for some in columns])).tolist())
        judged, start = [], 0
        for some in columns:
            stop = start + len(some)
            judged.append((falling(accepted, start, stop), next(fits) if len(some) else 0.0))
            start = stop
        return judged
