"""Compiled from `_forward.pyx`."""

import numpy as np
import numpy.typing as npt

def shared_words(
    indptr: npt.NDArray[np.int64],
    numbers: npt.NDArray[np.int32],
    vocabulary: list[str],
    texts: list[int],
    wanted: list[int],
) -> list[tuple[str, ...]]:
    """See `ForwardIndex.shared`; `wanted` are positions in the vocabulary."""
