"""Calibrated probabilities of the first candidates, and of whether any code fits a text at all.

The shipped models were calibrated on price lists of hospitals that the ranker did not learn from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from suggest._calibration import confidence_columns
from suggest._ranking import first_rows, running_min
from suggest.features import NAMES
from suggest.ranker import WEIGHTS
from suggest.trees import Trees

Floats = npt.NDArray[np.float32]

RANKER_COLUMNS = (
    "cosine", "cosine_plain", "cosine_gap", "query_share", "query_share_plain", "query_share_gap",
    "rarest_missing", "short_share", "long_share", "term_place", "term_alone", "term_whole", "term_elsewhere",
    "name_place", "bm25_gap", "quantity_equal", "attributes_clash", "generic", "code_popularity", "starter",
    "query_words", "query_known", "query_digits", "query_best_cosine", "query_best_share", "sibling_gap",
    "denied_by_code", "denied_by_text", "route_clash", "mended", "quantity_fit",
)  # fmt: skip
"""Columns that the calibration takes from the ranker's matrix."""

SCORE_COLUMNS = ("score", "share", "lead", "place", "spread", "codable")
"""Columns that the calibration computes from the ranker's scores; see `confidence_features`."""

_COLUMNS = np.array([NAMES.index(name) for name in RANKER_COLUMNS], np.int64)


class ScoredCandidates(NamedTuple):
    """The input of the calibration: all candidates of several texts, and which of them come first.

    Attributes:
        matrix: float32 (candidates, features): the ranker's input.
        scores: float32 (candidates,): the ranker's output.
        indptr: Text i has the candidates from `indptr[i]` up to but not including `indptr[i + 1]`.
        top: int64 (m,): positions of the first candidates of each text, best first.
        top_indptr: Text i has the part of `top` from `top_indptr[i]` up to but not including
            `top_indptr[i + 1]`.
        codable: For each text, log odds that texts like it have a code (`Thresholds.codable_weights`).
    """

    matrix: Floats
    scores: Floats
    indptr: list[int]
    top: npt.NDArray[np.int64]
    top_indptr: list[int]
    codable: list[float]


class Probabilities(msgspec.Struct, frozen=True):
    """What the calibration says of one text.

    Attributes:
        accepted: For each first candidate, the probability that a coder would accept it, given that some
            code fits: from 0 to 1, to four places, never rising.
        answerable: Probability that any code fits; 0 for a text without candidates.
    """

    accepted: list[float]
    answerable: float


def confidence_features(scored: ScoredCandidates) -> Floats:
    """Columns that the calibration reads, one row for each first candidate.

    Returns:
        float32 (m, columns): `SCORE_COLUMNS`, then `RANKER_COLUMNS`. `share` is the softmax of the score over
        all candidates of the text, `lead` the distance to the best other score, `place` the position from 0,
        `spread` the entropy of the shares in nats.
    """
    return confidence_columns(*scored, _COLUMNS)


class Calibration(Protocol):
    """Turns scores into probabilities."""

    def probabilities(self, scored: ScoredCandidates) -> list[Probabilities]:
        """Probabilities for each text, in order."""


class Uncalibrated:
    """Cosines in place of probabilities, for an index of an encoder that the calibration does not know."""

    def probabilities(self, scored: ScoredCandidates) -> list[Probabilities]:
        """See `Calibration.probabilities`."""
        cosines = scored.matrix[scored.top, NAMES.index("cosine")].astype(np.float64)
        by_text = running_min(np.clip(cosines, 0.0, 1.0), scored.top_indptr)
        return [Probabilities(accepted, accepted[0] if accepted else 0.0) for accepted in by_text]


class BoostedCalibration:
    """Two boosted tree models (LightGBM, binary log loss) that read the same columns.

    The first gives the probability that a coder would accept a candidate, given that some code fits. The
    second reads the columns of the first candidate and gives the probability that any code fits.
    """

    def __init__(self, accepted: Any, answerable: Any) -> None:
        """Take the two models, in the order of the fields of `Probabilities`."""
        self._accepted = accepted
        self._answerable = answerable

    @classmethod
    def load(cls, folder: Path = WEIGHTS) -> BoostedCalibration:
        """Read the shipped models.

        Raises:
            ArtifactError: If one cannot be read.
        """
        return cls(Trees.load(folder / "confidence.txt"), Trees.load(folder / "answerable.txt"))

    def probabilities(self, scored: ScoredCandidates) -> list[Probabilities]:
        """See `Calibration.probabilities`."""
        columns = confidence_features(scored)
        by_text = running_min(self._accepted.predict(columns), scored.top_indptr)
        answerable = iter(self._answerable.predict(first_rows(columns, scored.top_indptr)).tolist())
        return [Probabilities(accepted, next(answerable) if accepted else 0.0) for accepted in by_text]
