"""Compiled from `_candidates.pyx`. Arrays are C-contiguous; row numbers are not checked."""

import numpy as np
import numpy.typing as npt

from index.store.lexical import Postings

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

class CodeTexts:
    def __init__(
        self,
        vectors: Bytes,
        scale: float,
        postings: Postings,
        rows: npt.NDArray[np.int32],
        kinds: Bytes,
    ) -> None: ...
    def gather(
        self,
        nearest_array: Ids,
        stems: list[list[int]],
        by_words: int,
        term_codes: list[list[int]],
        allowed_array: Bytes,
        vectors_array: Floats,
        typed: list[int],
    ) -> tuple[list[int], Ids, Floats, Ids, Floats]: ...
