"""Compiled from `_encoder.pyx`. Arrays are C-contiguous; row numbers are not checked."""

import numpy as np
import numpy.typing as npt

def weighted_sum(table: npt.NDArray[np.int8], weights: npt.NDArray[np.float32], rows: list[int]) -> bytes: ...
def unit_sums(parts: list[list[bytes]], dim: int) -> npt.NDArray[np.float32]: ...
