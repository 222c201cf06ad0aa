"""Candidate codes for a query: by meaning, by words, and by known terms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.artifact import Artifact
from index.encoder import Encoder
from index.lexical import stems
from index.loops import closest, largest
from index.texts import LONG, SHORT
from suggest.query import Query

TEXTS = 80  # closest texts that are fetched
BY_MEANING = 24  # candidate codes from them
BY_WORDS = 8
BY_TERM = 8  # codes of one known term

KINDS = {LONG: 0, SHORT: 1}
OTHER = 2

Floats = npt.NDArray[np.float32]


class Evidence(NamedTuple):
    """What speaks for each candidate of a query.

    Attributes:
        rows: int64 (n,): candidate codes, catalogue rows, ascending.
        cosines: float32 (n, 4): of the text with its known terms written out with the long description, with
            the short one, and with the closest other text of the code; of the text as typed with the closer
            of the two descriptions. -1 where there is no such text.
        closest: int64 (n,): the text of the code closest to the query, a position in `Artifact.texts`.
        bm25: float32 (n,).
        vector: float32 (dim,): the text as typed, embedded.
    """

    rows: npt.NDArray[np.int64]
    cosines: Floats
    closest: npt.NDArray[np.int64]
    bm25: Floats
    vector: Floats


class Allowed(NamedTuple):
    """What may be suggested: bool (codes,), and the same for the texts that are searched."""

    codes: npt.NDArray[np.bool_]
    texts: npt.NDArray[np.bool_]


class Retriever:
    """Finds candidates and gathers the evidence for each."""

    def __init__(self, artifact: Artifact, encoder: Encoder) -> None:
        self._artifact = artifact
        self._encoder = encoder
        order = np.argsort(artifact.rows, kind="stable")
        kinds = np.array([KINDS.get(text.source, OTHER) for text in artifact.texts], np.uint8)
        counts = np.bincount(artifact.rows, minlength=len(artifact.catalogue))
        self._indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self._texts = order.astype(np.int32)
        self._kinds = kinds[order]

    def allowed(self, codes: npt.NDArray[np.bool_]) -> Allowed:
        """Codes that may be suggested, as `evidence` takes them."""
        return Allowed(codes, codes[self._artifact.rows[: self._artifact.vectors.searched]])

    def evidence(self, queries: Sequence[Query], allowed: Allowed) -> list[Evidence]:
        """Candidates of each text, and what speaks for them.

        Args:
            queries: The texts, read.
            allowed: What may be suggested.
        """
        texts = list(dict.fromkeys(text for query in queries for text in (query.expanded, query.plain)))
        vectors = dict(zip(texts, self._encoder.encode(texts), strict=True))
        meant = np.stack([vectors[query.expanded] for query in queries])
        most = min(TEXTS, self._artifact.vectors.searched)
        _, nearest = self._artifact.vectors.search(meant, most, allowed.texts)
        found = []
        for i, query in enumerate(queries):
            bm25 = self._artifact.lexical.scores(stems(query.expanded))
            near = self._artifact.rows[nearest[i][nearest[i] >= 0]].tolist()
            by_words = largest(bm25, allowed.codes.view(np.uint8), BY_WORDS).tolist()
            candidates = {*list(dict.fromkeys(near))[:BY_MEANING], *by_words}
            for hit in query.hits:
                candidates.update(row for row in hit.meaning.rows[:BY_TERM] if allowed.codes[row])
            rows = np.array(sorted(candidates), np.int64)
            cosines, which = closest(
                self._artifact.vectors.stored,
                self._artifact.vectors.scale,
                self._indptr,
                self._texts,
                self._kinds,
                rows,
                vectors[query.expanded],
                vectors[query.plain],
            )
            found.append(Evidence(rows, cosines, which, bm25[rows], vectors[query.plain]))
        return found
