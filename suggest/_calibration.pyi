"""Compiled from `_calibration.pyx`. Arrays are C-contiguous; row numbers are not checked."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

def confidence_columns(
    matrix_array: Floats,
    scores_array: Floats,
    indptr: list[int],
    order_array: Ids,
    firsts: list[int],
    codable: list[float],
    copied_array: Ids,
) -> Floats: ...
