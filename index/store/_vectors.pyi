"""Compiled from `_vectors.pyx`. Arrays are C-contiguous; row numbers are not checked."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

def top_k(
    codes_array: Bytes,
    scale: float,
    candidates_array: Ids,
    allowed_array: Bytes,
    queries_array: Floats,
    k: int,
) -> tuple[Floats, Ids, int]: ...
def sums_by_row(vectors: Floats, rows: Ids, n: int) -> Floats: ...
