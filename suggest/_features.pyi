"""Compiled from `_features.pyx`. Arrays are C-contiguous; row numbers are not checked."""

import numpy as np
import numpy.typing as npt

from suggest.features import PlainQuery

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Dimensions = npt.NDArray[np.int8]

FIELD_NAMES: tuple[str, ...]

class FeatureKernel:
    def __init__(
        self,
        stems: tuple[Ids, npt.NDArray[np.int32], Bytes, Floats, Bytes],
        attributes: tuple[Bytes, npt.NDArray[np.int32]],
        quantities: tuple[Dimensions, Floats],
        ranges: tuple[Dimensions, Floats, Floats, npt.NDArray[np.int32]],
        flags: tuple[Bytes, Bytes, Bytes],
        codes: tuple[Floats, Floats, Floats, npt.NDArray[np.int32]],
    ) -> None: ...
    def matrix(
        self,
        queries: list[PlainQuery],
        indptr: list[int],
        rows_array: Ids,
        cosines_array: Floats,
        bm25_array: Floats,
    ) -> Floats: ...
