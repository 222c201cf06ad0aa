"""Paired significance tests: McNemar's exact test and a sign-flip permutation test."""

from __future__ import annotations

import numpy as np

from eval.measures.bootstrap import Array

PERMUTATIONS = 10_000
_CHUNK = 500  # permutations drawn at once, so that memory stays small


def mcnemar_exact(won: int, lost: int) -> float:
    """Two-sided exact McNemar test: the changed cases are a fair coin's throws if nothing changed.

    Twice the smaller binomial tail at one half, at most 1 (McNemar 1947, exact form).
    """
    from scipy.stats import binom

    changed = won + lost
    if changed == 0:
        return 1.0
    return float(min(1.0, 2.0 * binom.cdf(min(won, lost), changed, 0.5)))


def permutation_test(gaps: Array, seed: int, permutations: int = PERMUTATIONS) -> float:
    """Two-sided paired permutation test of a mean difference: signs are flipped at random.

    Args:
        gaps: float64 (n,), one difference a case.
        seed: Of the flips.
        permutations: How many.

    Returns:
        (1 + flips at least as extreme) / (1 + permutations), so never 0 (Phipson and Smyth 2010).
    """
    moved = gaps[gaps != 0.0]  # a case without a difference stays at 0 whatever its sign
    if not len(moved):
        return 1.0
    rng = np.random.default_rng(seed)
    observed = abs(moved.sum())
    extreme = 0
    for start in range(0, permutations, _CHUNK):
        signs = rng.integers(0, 2, size=(min(_CHUNK, permutations - start), len(moved))) * 2.0 - 1.0
        extreme += int((np.abs(signs @ moved) >= observed - 1e-12).sum())
    return (1 + extreme) / (1 + permutations)
