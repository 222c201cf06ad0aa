"""How likely a candidate is right, and whether any is: calibrated on hospitals the ranker never saw."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from suggest._calibration import confidence_columns
from suggest._ranking import first_rows, running_min
from suggest.features import NAMES
from suggest.ranker import WEIGHTS
from suggest.trees import Trees

Floats = npt.NDArray[np.float32]
Judged = tuple[list[float], float]

RANKER_COLUMNS = (
    "cosine", "cosine_plain", "cosine_gap", "query_share", "query_share_plain", "query_share_gap",
    "rarest_missing", "short_share", "long_share", "term_place", "term_alone", "term_whole", "term_elsewhere",
    "name_place", "bm25_gap", "quantity_equal", "attributes_clash", "generic", "code_popularity", "starter",
    "query_words", "query_known", "query_digits", "query_best_cosine", "query_best_share", "sibling_gap",
)  # fmt: skip
SCORE_COLUMNS = ("score", "share", "lead", "place", "spread", "codable")
_COLUMNS = np.array([NAMES.index(name) for name in RANKER_COLUMNS], np.int64)


class Scored(NamedTuple):
    """What the calibration is asked about: the candidates of some texts.

    Attributes:
        matrix: float32 (candidates, features) as the ranker read it.
        scores: float32 (candidates,) as it gave them.
        indptr: Text i has the candidates from `indptr[i]` to `indptr[i + 1]`.
        order: int64 (m,): positions of each text's first candidates, best first.
        firsts: Text i has those from `firsts[i]` to `firsts[i + 1]`.
        codable: How much each sounds like something that has a code at all
            (`Thresholds.codable_weights`).
    """

    matrix: Floats
    scores: Floats
    indptr: list[int]
    order: npt.NDArray[np.int64]
    firsts: list[int]
    codable: list[float]


def confidence_features(scored: Scored) -> Floats:
    """What the calibration reads of the first candidates.

    Returns:
        float32 (m, columns): `SCORE_COLUMNS`, then `RANKER_COLUMNS`. `share` is the softmax of the score over
        all candidates of the text, `lead` the distance to the best other one, `spread` the entropy of the
        shares in nats.
    """
    return confidence_columns(*scored, _COLUMNS)


class Calibration(Protocol):
    """Turns scores into probabilities."""

    def probabilities(self, scored: Scored) -> list[Judged]:
        """How likely each of the first candidates of each text is right, and how likely any code fits it.

        Returns:
            For each text, probabilities from 0 to 1 to four places, never rising, and one for the text; 0 for
            one without candidates.
        """


class Uncalibrated:
    """The cosine in place of a probability, for an index of an encoder that no calibration was made for."""

    def probabilities(self, scored: Scored) -> list[Judged]:
        """See `Calibration.probabilities`."""
        cosines = scored.matrix[scored.order, NAMES.index("cosine")].astype(np.float64)
        sure = running_min(np.clip(cosines, 0.0, 1.0), scored.firsts)
        return [(some, some[0] if some else 0.0) for some in sure]


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

    def probabilities(self, scored: Scored) -> list[Judged]:
        """See `Calibration.probabilities`."""
        columns = confidence_features(scored)
        sure = running_min(self._accepted.predict(columns), scored.firsts)
        fits = iter(self._answerable.predict(first_rows(columns, scored.firsts)).tolist())
        return [(some, next(fits) if some else 0.0) for some in sure]
