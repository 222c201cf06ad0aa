"""Paired significance tests: McNemar's exact test, sign flips of cases or sources, Holm's correction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from eval.measures.bootstrap import Array

PERMUTATIONS = 10_000
_CHUNK = 500  # permutations drawn at once, so that memory stays small


def mcnemar_exact(won: int, lost: int) -> float:
    """Two-sided exact McNemar test: without a difference, each changed case is won with probability 1/2.

    Args:
        won: Cases that are right under B only.
        lost: Cases that are right under A only.

    Returns:
        Twice the smaller tail of the binomial distribution, at most 1 (McNemar 1947, exact form).
    """
    from scipy.stats import binom

    changed = won + lost
    if changed == 0:
        return 1.0
    return float(min(1.0, 2.0 * binom.cdf(min(won, lost), changed, 0.5)))


def permutation_test(gaps: Array, seed: int, permutations: int = PERMUTATIONS) -> float:
    """Two-sided paired permutation test of a mean difference, by random sign flips.

    Args:
        gaps: float64 (n,), one difference for each case.
        seed: Of the sign flips.
        permutations: Number of random sign patterns.

    Returns:
        (1 + patterns at least as extreme) / (1 + permutations); never 0 (Phipson and Smyth 2010).
    """
    nonzero = gaps[gaps != 0.0]  # the sign of a 0 makes no difference
    if not len(nonzero):
        return 1.0
    rng = np.random.default_rng(seed)
    observed = abs(nonzero.sum())
    extreme = 0
    for start in range(0, permutations, _CHUNK):
        signs = rng.integers(0, 2, size=(min(_CHUNK, permutations - start), len(nonzero))) * 2.0 - 1.0
        extreme += int((np.abs(signs @ nonzero) >= observed - 1e-12).sum())
    return (1 + extreme) / (1 + permutations)


def cluster_sums(gaps: Array, clusters: NDArray[np.int64]) -> Array:
    """Add up the differences of each cluster, float64 (clusters,): the sign of a whole cluster is flipped."""
    return np.bincount(clusters, weights=gaps).astype(np.float64)


def holm(values: Sequence[float]) -> list[float]:
    """Adjust the p values of several comparisons, so that one false finding among them is rare (Holm 1979).

    Args:
        values: One p value a comparison.

    Returns:
        Adjusted values in the same order; compare each with the level for all comparisons together.
    """
    order = np.argsort(values, kind="stable")
    factors = np.arange(len(values), 0, -1)
    rising = np.minimum(1.0, np.maximum.accumulate(np.asarray(values, dtype=np.float64)[order] * factors))
    adjusted = np.empty(len(values))
    adjusted[order] = rising
    return [float(value) for value in adjusted]
