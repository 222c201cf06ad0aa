"""Compiled from `_forward.pyx`."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

class WordMatcher:
    def __init__(
        self, vocabulary: list[str], indptr: npt.NDArray[np.int64], numbers: npt.NDArray[np.int32]
    ) -> None: ...
    def shared(self, texts: Sequence[int], known: Iterable[str]) -> list[tuple[str, ...]]: ...
