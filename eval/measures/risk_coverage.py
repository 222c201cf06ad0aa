"""Accuracy against coverage: how many of the most confident lines are right, and where to set a threshold."""

from __future__ import annotations

import msgspec
import numpy as np

from eval.measures.bootstrap import Array


class Coverage(msgspec.Struct, frozen=True):
    """The share of lines answered at a threshold, and the share of those that are right.

    `threshold` is None when no threshold reaches the target accuracy.
    """

    target: float
    threshold: float | None
    coverage: float
    accuracy: float

    def __str__(self) -> str:
        if self.threshold is None:
            return f"no threshold makes {self.target:.0%} of the answered lines right"
        return (
            f"at threshold {self.threshold:.3f}, {self.coverage:.1%} of lines are answered"
            f" and {self.accuracy:.1%} of those are right"
        )


def risk_coverage(confidence: Array, right: Array) -> tuple[Array, Array, Array]:
    """Accuracy of the most confident cases, at every distinct confidence.

    Cases of equal confidence are answered together.

    Returns:
        Coverage, accuracy and threshold (a case is answered when its confidence is at least the threshold),
        each float64, by rising coverage.
    """
    order = np.argsort(-confidence, kind="stable")
    sorted_confidence = confidence[order]
    last = np.r_[sorted_confidence[1:] != sorted_confidence[:-1], True]
    answered = np.arange(1, len(order) + 1, dtype=np.float64)
    hits = np.cumsum(right[order])
    return (answered / len(order))[last], (hits / answered)[last], sorted_confidence[last]


def aurc(confidence: Array, right: Array) -> float:
    """Area under the risk-coverage curve: the mean risk over all coverages 1/n .. n/n (Geifman et al. 2019).

    Lower is better. Each of several cases of equal confidence has their mean error.
    """
    _, groups = np.unique(-confidence, return_inverse=True)
    sizes = np.bincount(groups)
    expected = (np.bincount(groups, weights=1.0 - right) / sizes)[np.sort(groups)]
    return float((np.cumsum(expected) / np.arange(1, len(right) + 1)).mean())


def coverage_at(coverage: Array, accuracy: Array, thresholds: Array, target: float) -> Coverage:
    """Find the largest coverage at which the answered lines reach a target accuracy."""
    reached = np.flatnonzero(accuracy >= target - 1e-12)
    if not len(reached):
        return Coverage(target, None, 0.0, 0.0)
    best = reached[-1]
    return Coverage(target, float(thresholds[best]), float(coverage[best]), float(accuracy[best]))


def thin_curve(coverage: Array, accuracy: Array, points: int = 200) -> tuple[tuple[float, float], ...]:
    """Choose evenly spread points of a curve for a plot, with both ends."""
    chosen = np.unique(np.linspace(0, len(coverage) - 1, min(points, len(coverage))).astype(np.int64))
    return tuple((round(float(coverage[i]), 5), round(float(accuracy[i]), 5)) for i in chosen)
