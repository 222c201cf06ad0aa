"""Word matching beside the vectors: BM25 over all texts of a code together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.store.terms import MEMOIZED_WORDS, TermIndex, frequencies
from index.store.texts import MAX_EMBEDDED_CHARACTERS
from index.text.memoize import memoized
from index.text.words import words

K1 = 1.2
B = 0.5


class Postings(NamedTuple):
    """The codes that hold each stem, a sparse matrix in CSC form: one column a stem, one row a code.

    Attributes:
        weights: float32 (n,): what a stem adds to the score of a code.
        codes: int32 (n,): rows, ascending in each column.
        indptr: int64 (stems + 1,): stem i has `weights[indptr[i]:indptr[i + 1]]`, likewise `codes`.
        n_codes: How many rows there are.
    """

    weights: npt.NDArray[np.float32]
    codes: npt.NDArray[np.int32]
    indptr: npt.NDArray[np.int64]
    n_codes: int


class Lexical:
    """BM25 (Lucene's variant: Kamphuis et al., 2020, table 1) where a document is the stems of a code.

    A stem counts once a code, however often its texts repeat it, so the weight of a stem in a code does not
    depend on the query: all weights are computed here, and a query sums columns.

    Attributes:
        postings: The weight of each stem in each code.
    """

    def __init__(self, table: TermIndex) -> None:
        self._stem = memoized(table.stem, MEMOIZED_WORDS)
        self._codes = len(table.indptr) - 1
        lengths = np.diff(table.indptr)
        frequency = np.bincount(table.tokens, minlength=len(table.vocabulary))
        counts = frequencies(table.tokens, table.indptr, table.counted, len(table.vocabulary))
        idf = np.log(1 + (table.n_counted - counts + 0.5) / (counts + 0.5))
        mean_length = float(lengths[table.counted].mean()) if table.n_counted else 0.0
        long = 1 + K1 * (1 - B + B * lengths / max(mean_length, 1e-6))
        order = np.argsort(table.tokens, kind="stable")  # by stem, and within a stem by code
        codes = np.repeat(np.arange(self._codes), lengths)[order]
        weights = (idf[table.tokens[order]] / long[codes]).astype(np.float32)
        indptr = np.concatenate([[0], np.cumsum(frequency)]).astype(np.int64)
        self.postings = Postings(weights, codes.astype(np.int32), indptr, self._codes)

    def stems(self, normalised: str) -> list[int]:
        """Known stems of a normalised text, as columns: each once, ascending."""
        stems = set(map(self._stem, words(normalised[:MAX_EMBEDDED_CHARACTERS])))
        return sorted([stem for stem in stems if stem is not None])

    def scores(self, normalised: str) -> npt.NDArray[np.float32]:
        """BM25 of every code for a normalised text; float32 of shape (codes,), 0 where no stem matches."""
        scores = np.zeros(self._codes, np.float32)
        for stem in self.stems(normalised):
            column = slice(*self.postings.indptr[stem : stem + 2])
            scores[self.postings.codes[column]] += self.postings.weights[column]
        return scores
