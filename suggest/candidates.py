"""Candidate codes of a query: by meaning, by words and by known terms."""

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

CODES_BY_MEANING = 12  # more when a user wants more suggestions
CODES_BY_WORDS = 6
CODES_BY_TERM = 8  # of each known term

_KINDS = {LONG: 0, SHORT: 1}  # of texts, as `CodeTexts` numbers them
_OTHER_KIND = 2

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]


class Candidates(NamedTuple):
    """Candidate codes of several queries, and how well each one matches.

    Attributes:
        indptr: Query i has the candidates from `indptr[i]` up to but not including `indptr[i + 1]`.
        rows: int64 (n,): catalogue rows of the codes, ascending within each query.
        cosines: float32 (n, 4): of the expanded text with the long description, with the short description,
            and with the closest other text of the code; of the plain text with the closer description.
            -1 where there is no such text.
        closest: int64 (n,): the text of the code that is closest to the expanded text, a position in
            `Artifact.texts`; -1 for a code without texts.
        bm25: float32 (n,).
        vectors: float32 (m, dim), rows of unit length: the embedded texts, first the expanded ones.
        typed: For each query, the row of `vectors` that is its plain text.
    """

    indptr: list[int]
    rows: Ids
    cosines: Floats
    closest: Ids
    bm25: Floats
    vectors: Floats
    typed: list[int]


class Retriever:
    """Finds the candidates of queries in one index."""

    def __init__(self, artifact: Artifact, encoder: Encoder) -> None:
        """Take an index and the encoder that it was built with."""
        self._artifact = artifact
        self._encoder = encoder
        kinds = np.array([_KINDS.get(text.source, _OTHER_KIND) for text in artifact.texts], np.uint8)
        vectors = artifact.text_vectors
        self._texts = CodeTexts(vectors.codes, vectors.scale, artifact.lexical.postings, artifact.rows, kinds)

    def candidates(
        self, queries: Sequence[Query], allowed: npt.NDArray[np.bool_], by_meaning: int
    ) -> Candidates:
        """Candidates of each query.

        Args:
            queries: Texts that were read.
            allowed: bool (codes,): which codes may be candidates.
            by_meaning: Number of codes that are taken by meaning; fewer in a smaller index.
        """
        vectors, typed = self._vectors(queries)
        n_nearest = min(by_meaning, len(self._artifact.vectors))
        _, nearest = self._artifact.vectors.search(vectors[: len(queries)], n_nearest, allowed)
        stems = [self._artifact.lexical.stems(query.expanded) for query in queries]
        by_term = [
            [row for hit in query.hits for row in hit.meaning.rows[:CODES_BY_TERM]] for query in queries
        ]
        allowed_bytes = allowed.view(np.uint8)
        columns = self._texts.gather(nearest, stems, CODES_BY_WORDS, by_term, allowed_bytes, vectors, typed)
        return Candidates(*columns, vectors, typed)

    def _vectors(self, queries: Sequence[Query]) -> tuple[Floats, list[int]]:
        """Embeds the expanded texts, then the plain texts that differ from them: see `Candidates`."""
        texts, typed = [query.expanded for query in queries], []
        for i, query in enumerate(queries):
            if query.plain == query.expanded:
                typed.append(i)
            else:
                typed.append(len(texts))
                texts.append(query.plain)
        return self._encoder.encode(texts), typed
