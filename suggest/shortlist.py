"""From texts that were read to their first candidates, in order, with how likely each is right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.loops import dot
from suggest.confidence import Calibration, Scored
from suggest.features import Features, first
from suggest.figures import Figures
from suggest.query import Query
from suggest.ranker import Ranker
from suggest.retrieval import Allowed, Retriever


class Shortlist(NamedTuple):
    """The first candidates of one text, best first.

    Attributes:
        rows: Catalogue rows of the codes.
        closest: The text of each code closest to the query, a position in `Artifact.texts`.
        scores: What the ranker gave, to four places.
        confidences: Probabilities that a coder would accept each, given that some code fits; likewise.
        answerable: Probability that any code fits.
    """

    rows: list[int]
    closest: list[int]
    scores: list[float]
    confidences: list[float]
    answerable: float


class Shortlister:
    """Retrieval, features, ranker and calibration, one step after the other for several texts.

    Each step does all texts before the next begins: its code and data are still in the processor's cache.
    """

    def __init__(
        self,
        retriever: Retriever,
        features: Features,
        ranker: Ranker,
        calibration: Calibration,
        figures: Figures,
    ) -> None:
        self._retriever = retriever
        self._features = features
        self._ranker = ranker
        self._calibration = calibration
        self._codable = np.array(figures.codable_weights, np.float32)
        self._codable_bias = figures.codable_bias

    def allowed(self, codes: npt.NDArray[np.bool_]) -> Allowed:
        """Codes that may be suggested, bool (codes,), as `shortlists` takes them."""
        return self._retriever.allowed(codes)

    def shortlists(self, queries: Sequence[Query], k: int, allowed: Allowed) -> list[Shortlist]:
        """The first candidates of each text: k, and one more for every code that stands in it."""
        if not queries:
            return []
        found = self._retriever.evidence(queries, allowed)
        matrix = np.concatenate(
            [self._features.matrix(query, one) for query, one in zip(queries, found, strict=True)]
        )
        scores = self._ranker.scores(matrix)
        scored, firsts, start = [], [], 0
        for query, one in zip(queries, found, strict=True):
            own = slice(start, start + len(one.rows))
            order, rows, closest, best = first(scores[own], one.rows, one.closest, k + len(query.codes))
            codable = dot(one.vector, self._codable) + self._codable_bias if len(self._codable) else 0.0
            scored.append(Scored(matrix[own], scores[own], order, codable))
            firsts.append((rows, closest, best))
            start = own.stop
        judged = self._calibration.probabilities(scored)
        return [Shortlist(*one, *sure) for one, sure in zip(firsts, judged, strict=True)]
