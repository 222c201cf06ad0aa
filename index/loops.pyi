"""Inner loops over flat arrays, compiled from `loops.pyx`. Arrays are C-contiguous; rows are not checked."""

import numpy as np
import numpy.typing as npt

def compare(
    stored: npt.NDArray[np.uint8],
    scale: float,
    candidates: npt.NDArray[np.int64],
    allowed: npt.NDArray[np.uint8],
    queries: npt.NDArray[np.float32],
    k: int,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """The candidates closest to each query.

    Args:
        stored: uint8 (texts, dim): `VectorIndex.stored`.
        scale: `VectorIndex.scale`.
        candidates: int64 (n, m): rows of `stored`; -1 where there is none.
        allowed: uint8: of each row that may be a candidate, whether it may be given.
        queries: float32 (n, dim), unit length.
        k: How many are wanted.

    Returns:
        Cosines, float32 (n, k), largest first, and their rows, int64 (n, k); minus infinity and -1 at the end
        where there are fewer.
    """

def closest(
    stored: npt.NDArray[np.uint8],
    scale: float,
    indptr: npt.NDArray[np.int64],
    texts: npt.NDArray[np.int32],
    kinds: npt.NDArray[np.uint8],
    rows: npt.NDArray[np.int64],
    meant: npt.NDArray[np.float32],
    typed: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Compare a query with every text of some codes.

    Args:
        stored: uint8 (texts, dim): `VectorIndex.stored`.
        scale: `VectorIndex.scale`.
        indptr: int64 (codes + 1,): code i has the texts `texts[indptr[i]:indptr[i + 1]]`.
        texts: int32 (n,): rows of `stored`.
        kinds: uint8 (n,): 0 long description, 1 short description, 2 other.
        rows: int64 (m,): the codes.
        meant: float32 (dim,), unit length: the query with its known terms written out.
        typed: float32 (dim,), unit length: the query as typed; the same array where the two do not differ.

    Returns:
        float32 (m, 4), cosines: of `meant` with the closest text of each kind (the long description stands in
        for an absent short one, -1 for others), of `typed` with the closer description; and int64 (m,), the
        text of each code closest to `meant`.
    """

def add_columns(
    data: npt.NDArray[np.float32],
    indices: npt.NDArray[np.int32],
    indptr: npt.NDArray[np.int64],
    columns: npt.NDArray[np.int64],
    sums: npt.NDArray[np.float32],
) -> None:
    """Add columns of a sparse matrix in CSC form (`data`, `indices`, `indptr`) to `sums`, float32 (rows,)."""

def largest(values: npt.NDArray[np.float32], allowed: npt.NDArray[np.uint8], k: int) -> npt.NDArray[np.int64]:
    """Places of the k largest values above 0 that are allowed, largest first, equal ones in order."""
