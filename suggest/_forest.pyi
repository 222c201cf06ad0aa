"""The walk through many trees from root to leaf, compiled from `_forest.pyx`."""

import numpy as np
import numpy.typing as npt

class Forest:
    def __init__(
        self,
        nodes: npt.NDArray[np.void],
        values: npt.NDArray[np.float64],
        roots: npt.NDArray[np.int32],
        depths: npt.NDArray[np.int32],
    ) -> None: ...
    def sums(self, matrix: npt.NDArray[np.float32], logistic: bool) -> npt.NDArray[np.float64]: ...
