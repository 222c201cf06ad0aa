"""Seeded bootstrap over cases, for all measures at once: resamples, their means, percentile intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SAMPLES = 1000
LEVEL = 0.95


def resample_counts(n: int, samples: int, seed: int) -> Array:
    """Count how often each of n cases is drawn in each bootstrap sample (n draws with replacement).

    Returns:
        float64 array of shape (samples, n); every row has the sum n.
    """
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, n, size=(samples, n)) + np.arange(samples)[:, None] * n
    counts = np.bincount(drawn.ravel(), minlength=samples * n).reshape(samples, n)
    return counts.astype(np.float64)


def draw_counts(clusters: NDArray[np.int64], samples: int, seed: int) -> Array:
    """Count how often each case is drawn when whole clusters are drawn, as many as there are.

    Args:
        clusters: int64 (n,): the cluster of each case, from 0, none left out.
        samples: Bootstrap samples.
        seed: Of the draws.

    Returns:
        float64 (samples, n).
    """
    counts: Array = resample_counts(int(clusters.max()) + 1, samples, seed)[:, clusters]
    return counts


def bootstrap_means(values: Array, counts: Array) -> Array:
    """Mean of each measure in each bootstrap sample.

    Args:
        values: float64 (n, m): one row a case, one column a measure; NaN where a measure does not apply.
        counts: From `resample_counts` or `draw_counts`, (samples, n).

    Returns:
        float64 (samples, m); NaN where a sample contains no case that the measure applies to.
    """
    known = ~np.isnan(values)
    if known.all():
        whole: Array = (counts @ values) / counts.sum(axis=1, keepdims=True)
        return whole
    with np.errstate(invalid="ignore"):
        means: Array = (counts @ np.where(known, values, 0.0)) / (counts @ known.astype(np.float64))
    return means


def bootstrap_macro(values: Array, groups: NDArray[np.int64], counts: Array) -> Array:
    """Mean over groups of the means within each group, in each bootstrap sample.

    Args:
        values: float64 (n, m), without NaN.
        groups: int64 (n,): the group of each case.
        counts: From `resample_counts`, (samples, n).

    Returns:
        float64 (samples, m); a group that a sample contains no case of is left out of that mean.
    """
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(groups[order]) != 0])
    drawn = counts[:, order]
    sizes = np.add.reduceat(drawn, starts, axis=1)
    present = sizes > 0
    weights = present / np.where(present, sizes, 1.0) / present.sum(1, keepdims=True)
    columns = []
    for column in values[order].T:
        totals = np.add.reduceat(drawn * column, starts, axis=1)
        columns.append((totals * weights).sum(1))
    return np.stack(columns, axis=1)


def interval(replicates: Array, level: float = LEVEL) -> tuple[Array, Array]:
    """Percentile interval of bootstrap replicates along the first axis; NaN replicates are left out."""
    tail = (1.0 - level) / 2.0
    if not np.isfinite(replicates).all():
        finite = np.isfinite(replicates).any(axis=0)
        filled = np.where(finite, replicates, 0.0)
        low, high = np.nanquantile(filled, [tail, 1.0 - tail], axis=0)
        return np.where(finite, low, np.nan), np.where(finite, high, np.nan)
    low, high = np.quantile(replicates, [tail, 1.0 - tail], axis=0)
    return low, high
