"""Bootstrap intervals over cases: seeded, and vectorised over resamples and measures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SAMPLES = 1000
LEVEL = 0.95


def resample_counts(n: int, samples: int, seed: int) -> Array:
    """How often each of n cases is drawn in each bootstrap sample of size n, with replacement.

    Returns:
        float64 array of shape (samples, n), every row summing to n.
    """
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, n, size=(samples, n)) + np.arange(samples)[:, None] * n
    counts = np.bincount(drawn.ravel(), minlength=samples * n).reshape(samples, n)
    return counts.astype(np.float64)


def bootstrap_means(values: Array, counts: Array) -> Array:
    """Means of the resamples.

    Args:
        values: float64 (n, m): one row a case, one column a measure; NaN where a measure does not apply.
        counts: From `resample_counts`, (samples, n).

    Returns:
        float64 (samples, m); NaN where a resample holds no case with that measure.
    """
    there = ~np.isnan(values)
    if there.all():
        whole: Array = (counts @ values) / len(values)
        return whole
    with np.errstate(invalid="ignore"):
        means: Array = (counts @ np.where(there, values, 0.0)) / (counts @ there.astype(np.float64))
    return means


def bootstrap_macro(values: Array, groups: NDArray[np.int64], counts: Array) -> Array:
    """Means over groups of the means within each group, per resample.

    Args:
        values: float64 (n, m), without NaN.
        groups: int64 (n,): the group of each case.
        counts: From `resample_counts`, (samples, n).

    Returns:
        float64 (samples, m): groups that a resample does not hold are left out of its mean.
    """
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(groups[order]) != 0])
    drawn = counts[:, order]
    sizes = np.add.reduceat(drawn, starts, axis=1)
    held = sizes > 0
    weights = held / np.where(held, sizes, 1.0) / held.sum(1, keepdims=True)
    columns = []
    for column in values[order].T:
        totals = np.add.reduceat(drawn * column, starts, axis=1)
        columns.append((totals * weights).sum(1))
    return np.stack(columns, axis=1)


def interval(replicates: Array, level: float = LEVEL) -> tuple[Array, Array]:
    """The percentile interval of bootstrap replicates along the first axis, NaN replicates left out."""
    tail = (1.0 - level) / 2.0
    if not np.isfinite(replicates).all():
        finite = np.isfinite(replicates).any(axis=0)
        filled = np.where(finite, replicates, 0.0)
        low, high = np.nanquantile(filled, [tail, 1.0 - tail], axis=0)
        return np.where(finite, low, np.nan), np.where(finite, high, np.nan)
    low, high = np.quantile(replicates, [tail, 1.0 - tail], axis=0)
    return low, high
