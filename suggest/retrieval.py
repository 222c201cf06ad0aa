"""Candidate codes for a query: by meaning, by words, and by known terms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.artifact import Artifact
from index.encoder import Encoder
from index.lexical import stems
from index.loops import TextsOfCodes
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
        kinds = np.array([KINDS.get(text.source, OTHER) for text in artifact.texts], np.uint8)
        self._texts = TextsOfCodes(artifact.vectors.stored, artifact.rows, kinds, len(artifact.catalogue))

    def allowed(self, codes: npt.NDArray[np.bool_]) -> Allowed:
        """Codes that may be suggested, as `evidence` takes them."""
        return Allowed(codes, codes[self._artifact.rows[: self._artifact.vectors.searched]])

    def evidence(self, queries: Sequence[Query], allowed: Allowed) -> list[Evidence]:
        """Candidates of each text, and what speaks for them.

        Args:
            queries: The texts, read.
            allowed: What may be suggested.
        """
        meant = self._encoder.encode([query.expanded for query in queries])
        typed = list(meant)
        other = [i for i, query in enumerate(queries) if query.plain != query.expanded]
        if other:
            for i, vector in zip(other, self._encoder.encode([queries[i].plain for i in other]), strict=True):
                typed[i] = vector
        most = min(TEXTS, self._artifact.vectors.searched)
        _, nearest = self._artifact.vectors.search(meant, most, allowed.texts)
        return [self._of_one(*one, allowed) for one in zip(queries, nearest, meant, typed, strict=True)]

    def _of_one(
        self, query: Query, near: npt.NDArray[np.int64], meant: Floats, typed: Floats, allowed: Allowed
    ) -> Evidence:
        bm25 = self._artifact.lexical.scores(stems(query.expanded))
        pointed = [row for hit in query.hits for row in hit.meaning.rows[:BY_TERM]]
        may = allowed.codes.view(np.uint8)
        rows = self._texts.gathered(near, BY_MEANING, bm25, BY_WORDS, pointed, may)
        cosines, closest = self._texts.closest(rows, meant, typed)
        return Evidence(rows, cosines, closest, bm25[rows], typed)
