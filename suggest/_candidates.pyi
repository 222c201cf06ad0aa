"""Compiled from `_candidates.pyx`. Arrays are C-contiguous; row numbers are not checked."""

import numpy as np
import numpy.typing as npt

from index.store.lexical import Postings

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

class CodeTexts:
    """The texts of each code: their vectors, and the stems of all together."""

    def __init__(
        self,
        vectors: Bytes,
        scale: float,
        postings: Postings,
        rows: npt.NDArray[np.int32],
        kinds: Bytes,
    ) -> None:
        """Sorts the texts by code.

        Args:
            vectors: uint8 (texts, dim): `round(component * scale) + 128` of each text's vector.
            scale: See `vectors`.
            postings: BM25 weights by stem and code.
            rows: int32 (texts,): the code of each text.
            kinds: uint8 (texts,): 0 long description, 1 short description, 2 other.
        """

    def gather(
        self,
        nearest: Ids,
        stems: list[list[int]],
        by_words: int,
        term_codes: list[list[int]],
        allowed: Bytes,
        vectors: Floats,
        typed: list[int],
    ) -> tuple[list[int], Ids, Floats, Ids, Floats]:
        """Candidate codes of some queries, each compared with all of its texts.

        Args:
            nearest: int64 (queries, n): candidates by meaning; -1 for none.
            stems: The stems of each query, columns of the postings.
            by_words: How many codes with the largest BM25 score above 0 are candidates.
            term_codes: The codes that the terms of each query point to; candidates where allowed.
            allowed: uint8 (codes,): 1 for codes that may be suggested.
            vectors: float32 (m, dim), unit length: first the texts with their known terms written out.
            typed: For each query the row of the text as typed; its own row where the two do not differ.

        Returns:
            The fields `indptr` to `bm25` of `suggest.candidates.Candidates`.
        """
