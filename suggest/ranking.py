"""From queries to their first candidates, best first, each with a score and a probability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from index.arrays import Vectors
from suggest._ranking import gather_shown, top_k
from suggest.calibration import Calibration, ScoredCandidates
from suggest.candidates import CODES_BY_MEANING, Retriever
from suggest.features import Features
from suggest.ranker import Ranker
from suggest.reader import Query
from suggest.systems import UNKNOWN_SYSTEMS, SystemModel, own_log_odds


class Past(NamedTuple):
    """A site's own line that speaks for a code.

    Attributes:
        line: As it was written.
        cosine: Of the line with the text.
        same: Whether the text has the same words, in any order.
    """

    line: str
    cosine: float
    same: bool


NO_PAST: Mapping[int, Past] = MappingProxyType({})
NO_VECTOR: Vectors = np.empty(0, np.float32)


class Ranking(msgspec.Struct, frozen=True):
    """The first candidates of one query, best first.

    Attributes:
        rows: Catalogue rows of the codes.
        closest: The text of each code that is closest to the query, a position in `Artifact.texts`; -1 for a
            code without texts.
        scores: The ranker's scores, to four places; higher is better.
        confidences: Probability for each that a coder would accept it, given that some code fits; to four
            places.
        answerable: Probability that any code fits.
        systems: Probability of each of `suggest.systems.SYSTEMS`, by the words alone.
        past: Row -> the site's own line that speaks most for the code; empty without such lines.
        vector: float32 (dim,), of unit length: the plain text, embedded.
    """

    rows: list[int]
    closest: list[int]
    scores: list[float]
    confidences: list[float]
    answerable: float
    systems: Sequence[float]
    past: Mapping[int, Past] = NO_PAST
    vector: Vectors = NO_VECTOR


class Ranked(NamedTuple):
    """The first codes of one text, best first, without reasons.

    Attributes:
        named: Codes that the text itself contains.
        codes: The candidates.
        confidences: Of each candidate, as `Suggestion.confidence`.
        together: Groups of candidates that the text does not tell apart.
        refused: Whether it is likely that no code fits the text.
    """

    named: tuple[str, ...]
    codes: tuple[str, ...]
    confidences: tuple[float, ...]
    together: tuple[frozenset[str], ...]
    refused: bool


class RankingPipeline:
    """Retrieval, features, ranker and calibration, in this order, for several queries.

    Each step does all queries before the next one begins, so that its code and data stay in the processor's
    cache.
    """

    def __init__(
        self,
        retriever: Retriever,
        features: Features,
        ranker: Ranker,
        calibration: Calibration,
        systems: SystemModel | None = None,
    ) -> None:
        """Take the steps; `systems` is None for an encoder whose features it does not know."""
        self._retriever = retriever
        self._features = features
        self._ranker = ranker
        self._calibration = calibration
        self._systems = systems

    def rankings(self, queries: Sequence[Query], k: int, allowed: npt.NDArray[np.bool_]) -> list[Ranking]:
        """The first candidates of each query: k, and one more for every code that its text contains.

        Args:
            queries: Texts that were read.
            k: Number of candidates wanted.
            allowed: bool (codes,): which codes may be suggested.
        """
        if not queries:
            return []
        candidates = self._retriever.candidates(queries, allowed, max(CODES_BY_MEANING, k))
        matrix = self._features.matrix(queries, candidates)
        scores = self._ranker.scores(matrix)
        top, top_indptr = top_k(scores, candidates.indptr, [k + len(query.codes) for query in queries])
        systems = self._systems_of(queries)
        codable = list(map(own_log_odds, systems))
        probabilities = self._calibration.probabilities(
            ScoredCandidates(matrix, scores, candidates.indptr, top, top_indptr, codable)
        )
        rows, closest, top_scores = gather_shown(top, candidates.rows, candidates.closest, scores)
        vectors = candidates.vectors
        return [
            Ranking(
                rows[start:stop],
                closest[start:stop],
                top_scores[start:stop],
                of_text.accepted,
                of_text.answerable,
                other,
                NO_PAST,
                vectors[typed],
            )
            for (start, stop), of_text, other, typed in zip(
                pairwise(top_indptr), probabilities, systems, candidates.typed, strict=True
            )
        ]

    def _systems_of(self, queries: Sequence[Query]) -> list[list[float]]:
        """Probability of each code system for each query, by its words alone; even odds without a model."""
        if self._systems is None:
            return [UNKNOWN_SYSTEMS] * len(queries)
        return self._systems.probabilities([query.plain for query in queries])
