"""Rows of unequal length kept as one flat array."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def positions(indptr: Ints, rows: npt.NDArray[np.integer]) -> tuple[Ints, Ints]:
    """Where the items of some rows lie in the flat array, one row after the other.

    Args:
        indptr: int64 (n + 1,): row i is `flat[indptr[i]:indptr[i + 1]]`.
        rows: The rows wanted, in order.

    Returns:
        Positions in the flat array, int64 (items,), and how many items each row has, int64 (len(rows),).
    """
    counts: Ints = indptr[rows + 1] - indptr[rows]
    starts = np.cumsum(counts) - counts
    return np.repeat(indptr[rows] - starts, counts) + np.arange(counts.sum()), counts
