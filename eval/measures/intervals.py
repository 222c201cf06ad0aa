"""Intervals of 95 % for means: percentile, t over sources, exact at an edge, and of a mean of means."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eval.measures.bootstrap import LEVEL, Array, interval
from eval.measures.clusters import Clusters

EDGE = 10  # a proportion with fewer hits or fewer misses than this is at an edge
POWER = 0.80
TAIL = (1.0 - LEVEL) / 2.0


def column_intervals(
    matrix: Array, replicates: Array, clusters: Clusters, paired: bool = False
) -> tuple[Array, Array]:
    """Find the interval of the mean of each column.

    Cases apart: percentile interval of the bootstrap. Sources: t interval with the bootstrap's standard
    error. A proportion at an edge: Clopper-Pearson, or Bonett and Price for a difference of two, each on the
    number of cases that the design effect leaves (Korn and Graubard 1998).

    Args:
        matrix: float64 (n, m), one row a case; NaN where a measure does not apply.
        replicates: float64 (samples, m), from `bootstrap_means` on counts of `draw_counts`.
        clusters: Of the cases.
        paired: Whether the columns are differences, mostly -1 to 1, instead of measures, mostly 0 to 1.

    Returns:
        Lower and upper ends, each float64 (m,); NaN for a column without a case.
    """
    low, high = replicate_intervals(mean_of_known(matrix), replicates, clusters, paired)
    for i, column in enumerate(matrix.T):
        known = column[~np.isnan(column)]
        if len(known) and _is_at_edge(known, paired):
            low[i], high[i] = _edge_interval(known, replicates[:, i], clusters, paired)
    return low, high


def replicate_intervals(
    values: Array, replicates: Array, clusters: Clusters, paired: bool = False
) -> tuple[Array, Array]:
    """Find intervals from bootstrap replicates alone, without regard to edges.

    Args:
        values: float64 (m,), the measured values.
        replicates: float64 (samples, m).
        clusters: Of the cases drawn.
        paired: Whether the values are differences.
    """
    if not clusters.sources:
        return interval(replicates)
    half = _t(clusters.freedom) * _standard_error(replicates, clusters)
    bottom = -1.0 if paired else 0.0
    bounded = (np.fmin.reduce(replicates) >= bottom) & (np.fmax.reduce(replicates) <= 1.0)
    low, high = values - half, values + half
    return np.where(bounded, np.maximum(low, bottom), low), np.where(bounded, np.minimum(high, 1.0), high)


def design_effect(column: Array, replicates: Array, clusters: Clusters) -> float:
    """How many times larger the variance of a mean is than that of cases drawn one by one; at least 1.

    Args:
        column: float64 (n,), without NaN.
        replicates: float64 (samples,) of its mean.
        clusters: Of the cases.
    """
    plain = float(column.var()) / len(column)
    if not clusters.sources or plain <= 0.0:
        return 1.0
    return max(1.0, float(_standard_error(replicates[:, None], clusters)[0]) ** 2 / plain)


def mean_interval(parts: Sequence[tuple[float, float, float]]) -> tuple[float, float]:
    """Interval of the mean of independent values from their own intervals (Zou and Donner 2008, MOVER).

    Args:
        parts: Value, lower and upper end of each.
    """
    values, lows, highs = np.array(parts).T
    mean, n = float(values.mean()), len(values)
    below, above = (float(np.sqrt((gap**2).sum())) / n for gap in (values - lows, highs - values))
    return mean - below, mean + above


def detectable(low: float, high: float) -> float:
    """Smallest true difference that is found with a power of 80 %, from the interval of a measured one."""
    from scipy.stats import norm

    return (high - low) / 2.0 * float(1.0 + norm.ppf(POWER) / norm.ppf(1.0 - TAIL))


def exact_interval(hits: float, n: float) -> tuple[float, float]:
    """Clopper-Pearson interval of a proportion; hits and n need not be whole (Korn and Graubard 1998)."""
    from scipy.stats import beta

    low = 0.0 if hits <= 0 else float(beta.ppf(TAIL, hits, n - hits + 1))
    high = 1.0 if hits >= n else float(beta.ppf(1.0 - TAIL, hits + 1, n - hits))
    return low, high


def difference_interval(won: float, lost: float, n: float) -> tuple[float, float]:
    """Interval of a difference of two paired proportions when few cases changed (Bonett and Price 2012)."""
    from scipy.stats import norm

    first, second = (won + 1.0) / (n + 2.0), (lost + 1.0) / (n + 2.0)
    gap = first - second
    half = float(norm.ppf(1.0 - TAIL)) * float(np.sqrt((first + second - gap**2) / (n + 2.0)))
    return max(-1.0, gap - half), min(1.0, gap + half)


def mean_of_known(values: Array) -> Array:
    """Means along the first axis of what is not NaN; NaN where everything is."""
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        means: Array = np.where(known, values, 0.0).sum(0) / known.sum(0)
    return means


def _is_at_edge(known: Array, paired: bool) -> bool:
    """Whether few cases of a column of hits and misses differ from the others."""
    if not np.isin(known, (-1.0, 0.0, 1.0)).all():
        return False
    changed = int((known != 0).sum())
    return changed < EDGE if paired else min(changed, len(known) - changed) < EDGE


def _edge_interval(known: Array, replicates: Array, clusters: Clusters, paired: bool) -> tuple[float, float]:
    n = len(known) / design_effect(known, replicates, clusters)
    if clusters.sources and len(known) > 1:
        n *= (_t(len(known) - 1.0) / _t(clusters.freedom)) ** 2
    share = n / len(known)
    won, lost = float((known > 0).sum()) * share, float((known < 0).sum()) * share
    return difference_interval(won, lost, n) if paired else exact_interval(won, n)


def _standard_error(replicates: Array, clusters: Clusters) -> Array:
    """Of each column; the bootstrap's own is too small by the factor (G - 1) / G of variance."""
    spread = np.sqrt(mean_of_known((replicates - mean_of_known(replicates)) ** 2))
    errors: Array = spread * np.sqrt(clusters.number / max(1, clusters.number - 1))
    return errors


def _t(freedom: float) -> float:
    from scipy.stats import t

    return float(t.ppf(1.0 - TAIL, freedom))
