"""Compiled from `_encoder.pyx`. Arrays are C-contiguous; row numbers are not checked."""

import numpy as np
import numpy.typing as npt

def weighted_sum(table: npt.NDArray[np.int8], weights: npt.NDArray[np.float32], rows: list[int]) -> bytes:
    """Weighted sum of the given table rows, (n, dim), each row with its own weight, (n,): float32 (dim,)."""

def unit_sums(parts: list[list[bytes]], dim: int) -> npt.NDArray[np.float32]:
    """The sum of each row's parts, float32 (dim,) each, scaled to unit length: float32 (len(parts), dim).

    A row without parts, or whose parts cancel out, is zero.

    Raises:
        ValueError: If a part has another dimension.
    """
