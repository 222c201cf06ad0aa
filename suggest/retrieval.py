"""Candidate codes for a query: by meaning, by words, and by known terms."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from index.artifact import Artifact
from index.encoder import Encoder
from index.lexical import stems
from index.ragged import positions
from index.texts import LONG, SHORT
from suggest.features import Evidence
from suggest.query import Query

TEXTS = 120  # closest texts that are fetched
BY_MEANING = 40  # candidate codes from them
BY_WORDS = 12
BY_TERM = 8  # codes of one known term

Ids = npt.NDArray[np.int64]


class Retriever:
    """Finds candidates and gathers the evidence for each."""

    def __init__(self, artifact: Artifact, encoder: Encoder) -> None:
        self._artifact = artifact
        self._encoder = encoder
        sources = [text.source for text in artifact.texts]
        codes = len(artifact.catalogue)
        self._long = _text_of(artifact.rows, sources, LONG, codes)
        self._short = _text_of(artifact.rows, sources, SHORT, codes)
        self._short = np.where(self._short < 0, self._long, self._short)
        other = [i for i, source in enumerate(sources) if source not in (LONG, SHORT)]
        self._other = np.array(sorted(other, key=lambda i: int(artifact.rows[i])), np.int64)
        counts = np.bincount(artifact.rows[self._other], minlength=codes)
        self._other_indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)

    def text_bits(self, allowed: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
        """Bits of the texts whose code is allowed, as `VectorIndex.search` takes them."""
        return np.packbits(allowed[self._artifact.rows], bitorder="little")

    def evidence(
        self, query: Query, allowed: npt.NDArray[np.bool_], text_bits: npt.NDArray[np.uint8]
    ) -> tuple[Evidence, npt.NDArray[np.int64]]:
        """Candidates and what speaks for each.

        Args:
            query: The text, read.
            allowed: bool (codes,): codes that may be suggested.
            text_bits: The same as `text_bits` gives it.

        Returns:
            The evidence, and for each candidate the text closest to it (a position in `Artifact.texts`).
        """
        texts = [query.expanded] if query.expanded == query.plain else [query.expanded, query.plain]
        vectors = self._encoder.encode(texts)
        bm25 = self._artifact.lexical.scores(stems(query.expanded))
        rows = self._candidates(query, vectors[:1], np.where(allowed, bm25, -1.0), text_bits)
        rows = rows[allowed[rows]]
        others, counts = self._others(rows)
        n = len(rows)
        cosines = self._artifact.vectors.cosines(
            np.concatenate([self._long[rows], self._short[rows], others]), vectors
        )
        other, closest = _best_of_each(cosines[2 * n :, 0], others, counts)
        each = np.stack([cosines[:n, 0], cosines[n : 2 * n, 0], other])
        ids = np.stack([self._long[rows], self._short[rows], closest])
        plain = np.maximum(cosines[:n, -1], cosines[n : 2 * n, -1])
        evidence = Evidence(rows, each[0], each[1], each[2], plain, bm25[rows], vectors[-1])
        return evidence, ids[each.argmax(axis=0), np.arange(n)]

    def _candidates(
        self,
        query: Query,
        vector: npt.NDArray[np.float32],
        bm25: npt.NDArray[np.float32],
        bits: npt.NDArray[np.uint8],
    ) -> npt.NDArray[np.intp]:
        _, texts = self._artifact.vectors.search(vector, min(TEXTS, len(self._artifact.texts)), bits)
        near = list(dict.fromkeys(self._artifact.rows[texts[0][texts[0] >= 0]].tolist()))[:BY_MEANING]
        by_words = np.flatnonzero(bm25 > 0)
        if len(by_words) > BY_WORDS:
            by_words = by_words[np.argpartition(-bm25[by_words], BY_WORDS)[:BY_WORDS]]
        found = set(near) | set(by_words.tolist())
        for hit in query.hits:
            found.update(hit.meaning.rows[:BY_TERM])
        return np.array(sorted(found), np.intp)

    def _others(self, rows: npt.NDArray[np.intp]) -> tuple[Ids, Ids]:
        """Texts of some codes beside their descriptions, one code after the other, and how many each has."""
        index, counts = positions(self._other_indptr, rows)
        return self._other[index], counts


def _best_of_each(
    cosines: npt.NDArray[np.float32], texts: Ids, counts: Ids
) -> tuple[npt.NDArray[np.float32], Ids]:
    """The best cosine of each code and the text that has it; -1 for a code without any."""
    best = np.full(len(counts), -1.0, np.float32)
    which = np.full(len(counts), -1, np.int64)
    owner = np.repeat(np.arange(len(counts)), counts)
    order = np.argsort(
        cosines, kind="stable"
    )  # of several assignments to one place the last, the best, stays
    best[owner[order]] = cosines[order]
    which[owner[order]] = texts[order]
    return best, which


def _text_of(
    rows: npt.NDArray[np.int32], sources: list[str], source: str, codes: int
) -> npt.NDArray[np.int64]:
    found = np.full(codes, -1, np.int64)
    for text, (row, own) in enumerate(zip(rows.tolist(), sources, strict=True)):
        if own == source:
            found[row] = text
    return found
