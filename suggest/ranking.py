"""From texts that were read to their first candidates, in order, with how likely each is right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from suggest._ranking import gather_shown, top_k
from suggest.calibration import Calibration, Scored
from suggest.candidates import BY_MEANING, Candidates, Retriever
from suggest.features import Features
from suggest.ranker import Ranker
from suggest.reader import Query
from suggest.thresholds import Thresholds


class Ranking(NamedTuple):
    """The first candidates of one text, best first.

    Attributes:
        rows: Catalogue rows of the codes.
        closest: The text of each code closest to the query, a position in `Artifact.texts`; -1 for none.
        scores: What the ranker gave, to four places.
        confidences: Probabilities that a coder would accept each, given that some code fits; likewise.
        answerable: Probability that any code fits.
    """

    rows: list[int]
    closest: list[int]
    scores: list[float]
    confidences: list[float]
    answerable: float


class RankingPipeline:
    """Retrieval, features, ranker and calibration, one step after the other for several texts.

    Each step does all texts before the next begins: its code and data are still in the processor's cache.
    """

    def __init__(
        self,
        retriever: Retriever,
        features: Features,
        ranker: Ranker,
        calibration: Calibration,
        thresholds: Thresholds,
    ) -> None:
        self._retriever = retriever
        self._features = features
        self._ranker = ranker
        self._calibration = calibration
        self._codable_weights = np.array(thresholds.codable_weights, np.float32)
        self._codable_bias = thresholds.codable_bias

    def rankings(self, queries: Sequence[Query], k: int, allowed: npt.NDArray[np.bool_]) -> list[Ranking]:
        """The first candidates of each text: k, and one more for every code that stands in it.

        Args:
            queries: The texts, read.
            k: How many are wanted.
            allowed: bool (codes,): which may be suggested.
        """
        if not queries:
            return []
        evidence = self._retriever.evidence(queries, allowed, max(BY_MEANING, k))
        matrix = self._features.matrix(queries, evidence)
        scores = self._ranker.scores(matrix)
        order, firsts = top_k(scores, evidence.indptr, [k + len(query.codes) for query in queries])
        judged = self._calibration.probabilities(
            Scored(matrix, scores, evidence.indptr, order, firsts, self._codable(evidence))
        )
        rows, closest, best = gather_shown(order, evidence.rows, evidence.closest, scores)
        return [
            Ranking(rows[start:stop], closest[start:stop], best[start:stop], *sure)
            for start, stop, sure in zip(firsts, firsts[1:], judged, strict=False)
        ]

    def _codable(self, candidates: Candidates) -> list[float]:
        """Log odds that each text has a code at all; the bias alone where no weights were trained."""
        if not len(self._codable_weights):
            return [self._codable_bias] * len(candidates.typed)
        # Row by row, so that a text has the same sum alone and among others.
        products = [float(candidates.vectors[row].dot(self._codable_weights)) for row in candidates.typed]
        return [product + self._codable_bias for product in products]
