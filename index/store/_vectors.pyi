"""Compiled from `_vectors.pyx`. Arrays are C-contiguous; row numbers are not checked."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

def top_k(
    codes: Bytes, scale: float, candidates: Ids, allowed: Bytes, queries: Floats, k: int
) -> tuple[Floats, Ids, int]:
    """The k allowed candidates closest to each query.

    Args:
        codes: uint8 (rows, dim): `round(component * scale) + 128` of each vector.
        scale: See `codes`.
        candidates: int64 (n, m): rows; -1 for none.
        allowed: uint8 (rows,): 1 for rows that may be returned.
        queries: float32 (n, dim), rows of unit length.
        k: How many candidates are wanted.

    Returns:
        Cosines, float32 (n, k), largest first, and rows, int64 (n, k), padded with minus infinity and -1; the
        smallest number of candidates that any query got.
    """

def sums_by_row(vectors: Floats, rows: Ids, n: int) -> Floats:
    """Sums vectors, float32 (m, dim), by their row, -1 for none: float32 (n, dim)."""
