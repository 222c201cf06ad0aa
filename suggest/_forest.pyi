"""The walk through many trees from root to leaf, compiled from `_forest.pyx`."""

import numpy as np
import numpy.typing as npt

class Forest:
    """Trees, laid out for the walk. Safe to use from several threads."""

    def __init__(
        self,
        nodes: npt.NDArray[np.void],
        values: npt.NDArray[np.float64],
        roots: npt.NDArray[np.int32],
        depths: npt.NDArray[np.int32],
    ) -> None:
        """Take the trees; nothing is checked.

        Args:
            nodes: `suggest.trees.NODE` (nodes,): a value of `feature` above `threshold` goes to the node
                behind `child`, others to `child`; a leaf is its own child under a threshold that no value
                passes.
            values: float64 (nodes,): what a leaf adds.
            roots: int32 (trees,): the node where each tree begins.
            depths: int32 (trees,): steps from the root after which every walk is at a leaf.
        """

    def sums(self, matrix: npt.NDArray[np.float32], logistic: bool) -> npt.NDArray[np.float64]:
        """The sum of the leaves that each row reaches.

        Args:
            matrix: float32 (n, columns), C-contiguous.
            logistic: Whether to turn each sum into a probability.

        Returns:
            float64 (n,), summed in the order of the trees.
        """
