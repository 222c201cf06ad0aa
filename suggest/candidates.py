"""Candidate codes for a query: by meaning, by words, and by known terms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.encoder import Encoder
from index.store.artifact import Artifact
from index.store.texts import LONG, SHORT
from suggest._candidates import CodeTexts
from suggest.reader import Query

BY_MEANING = 20  # candidate codes; more when more are asked for
BY_WORDS = 8
BY_TERM = 8  # codes of one known term

KINDS = {LONG: 0, SHORT: 1}
OTHER = 2

Floats = npt.NDArray[np.float32]


class Candidates(NamedTuple):
    """What speaks for each candidate of some queries.

    Attributes:
        indptr: Query i has the candidates from `indptr[i]` to `indptr[i + 1]`.
        rows: int64 (n,): candidate codes, catalogue rows, ascending in each query.
        cosines: float32 (n, 4): of the text with its known terms written out with the long description, with
            the short one, and with the closest other text of the code; of the text as typed with the closer
            of the two descriptions. -1 where there is no such text.
        closest: int64 (n,): the text of the code closest to the query, a position in `Artifact.texts`; -1
            for none.
        bm25: float32 (n,).
        vectors: float32 (m, dim): the texts, embedded.
        typed: Of each query, which of them is the text as typed.
    """

    indptr: list[int]
    rows: npt.NDArray[np.int64]
    cosines: Floats
    closest: npt.NDArray[np.int64]
    bm25: Floats
    vectors: Floats
    typed: list[int]


class Retriever:
    """Finds candidates and gathers the evidence for each."""

    def __init__(self, artifact: Artifact, encoder: Encoder) -> None:
        self._artifact = artifact
        self._encoder = encoder
        kinds = np.array([KINDS.get(text.source, OTHER) for text in artifact.texts], np.uint8)
        vectors = artifact.text_vectors
        self._texts = CodeTexts(vectors.codes, vectors.scale, artifact.lexical.postings, artifact.rows, kinds)

    def evidence(
        self, queries: Sequence[Query], allowed: npt.NDArray[np.bool_], by_meaning: int
    ) -> Candidates:
        """Candidates of each text, and what speaks for them.

        Args:
            queries: The texts, read.
            allowed: bool (codes,): which may be suggested.
            by_meaning: How many of the closest codes are candidates.
        """
        texts, typed = [query.expanded for query in queries], []
        for i, query in enumerate(queries):
            typed.append(i if query.plain == query.expanded else len(texts))
            if typed[i] != i:
                texts.append(query.plain)
        vectors = self._encoder.encode(texts)
        most = min(by_meaning, len(self._artifact.vectors))
        _, nearest = self._artifact.vectors.search(vectors[: len(queries)], most, allowed)
        stems = [self._artifact.lexical.stems(query.expanded) for query in queries]
        pointed = [[row for hit in query.hits for row in hit.meaning.rows[:BY_TERM]] for query in queries]
        may = allowed.view(np.uint8)
        found = self._texts.gather(nearest, stems, BY_WORDS, pointed, may, vectors, typed)
        return Candidates(*found, vectors, typed)
