"""Whether a stated confidence can be trusted: calibration, coverage, and refusal."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from eval.case_results import CaseResult
from eval.measures.bootstrap import Array

BINS = 10
TARGETS = (0.80, 0.90, 0.95, 0.98)


class ReliabilityBin(msgspec.Struct, frozen=True):
    """One bar of the reliability diagram: confidences from `low` up to, not including, `high`."""

    low: float
    high: float
    n: int
    confidence: float  # mean stated
    accuracy: float  # share right at top-1


class Coverage(msgspec.Struct, frozen=True):
    """At a threshold, how many lines are answered and how many of those are right.

    `threshold` is None when no threshold reaches the target.
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


class Refusal(msgspec.Struct, frozen=True):
    """What `no_good_match` was said of.

    Attributes:
        said: Answerable cases refused, of `answerable`.
        said_top1: Of those, the first code was acceptable all the same.
        said_present: Of those, an acceptable code was in the list.
        unsaid_absent: Answerable cases not refused although no acceptable code was in the list.
        none_said: Cases without any code that were refused, of `none_fits`.
    """

    answerable: int
    said: int
    said_top1: int
    said_present: int
    unsaid_absent: int
    none_fits: int
    none_said: int


class ConfidenceReport(msgspec.Struct, frozen=True):
    """Everything about one set's stated confidences; `n` cases stated one."""

    n: int
    ece: float | None
    aurc: float | None
    bins: tuple[ReliabilityBin, ...]
    curve: tuple[tuple[float, float], ...]  # (coverage, accuracy), at most 200 points
    coverage: tuple[Coverage, ...]
    refusal: Refusal | None


def measure_confidence(rows: Sequence[CaseResult]) -> ConfidenceReport:
    """Measure all cases of a set, those without any code too: for them every first code is wrong.

    An unanswered case has confidence 0. Systems that state none get an empty result.
    """
    stated = [row for row in rows if row.confidence is not None]
    refusal = measure_refusal(rows) if any(row.no_good_match is not None for row in rows) else None
    if not stated:
        return ConfidenceReport(0, None, None, (), (), (), refusal)
    confidence = np.array([row.confidence or 0.0 for row in rows])
    right = np.array([row.rank == 1 for row in rows], dtype=np.float64)
    bins = reliability(confidence, right)
    coverage, accuracy, thresholds = risk_coverage(confidence, right)
    return ConfidenceReport(
        n=len(stated),
        ece=expected_calibration_error(bins),
        aurc=aurc(confidence, right),
        bins=bins,
        curve=_thin(coverage, accuracy),
        coverage=tuple(coverage_at(coverage, accuracy, thresholds, target) for target in TARGETS),
        refusal=refusal,
    )


def reliability(confidence: Array, right: Array, bins: int = BINS) -> tuple[ReliabilityBin, ...]:
    """Cases in bins of equal width; empty bins are left out.

    Args:
        confidence: float64 (n,), 0 to 1.
        right: float64 (n,), 1 where the first code is acceptable.
        bins: How many.
    """
    place = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    found = []
    for i in range(bins):
        here = place == i
        if here.any():
            mean, share = float(confidence[here].mean()), float(right[here].mean())
            found.append(ReliabilityBin(i / bins, (i + 1) / bins, int(here.sum()), mean, share))
    return tuple(found)


def expected_calibration_error(bins: Sequence[ReliabilityBin]) -> float:
    """Mean over cases of the gap between a bin's mean confidence and its accuracy (Naeini et al. 2015)."""
    total = sum(bar.n for bar in bins)
    return sum(bar.n * abs(bar.confidence - bar.accuracy) for bar in bins) / total


def risk_coverage(confidence: Array, right: Array) -> tuple[Array, Array, Array]:
    """Accuracy among the most confident cases, at every distinct confidence.

    Cases of equal confidence are answered together or not at all.

    Returns:
        Coverage, accuracy and threshold (answer when confidence >= threshold), each float64, by rising
        coverage.
    """
    order = np.argsort(-confidence, kind="stable")
    sorted_confidence = confidence[order]
    last = np.r_[sorted_confidence[1:] != sorted_confidence[:-1], True]
    answered = np.arange(1, len(order) + 1, dtype=np.float64)
    hits = np.cumsum(right[order])
    return (answered / len(order))[last], (hits / answered)[last], sorted_confidence[last]


def aurc(confidence: Array, right: Array) -> float:
    """Area under the risk-coverage curve: the mean risk over all coverages 1/n .. n/n (Geifman et al. 2019).

    Lower is better. Among cases of equal confidence each is expected to be as wrong as their mean.
    """
    _, groups = np.unique(-confidence, return_inverse=True)
    sizes = np.bincount(groups)
    expected = (np.bincount(groups, weights=1.0 - right) / sizes)[np.sort(groups)]
    return float((np.cumsum(expected) / np.arange(1, len(right) + 1)).mean())


def coverage_at(coverage: Array, accuracy: Array, thresholds: Array, target: float) -> Coverage:
    """The largest coverage at which the answered lines reach an accuracy."""
    reached = np.flatnonzero(accuracy >= target - 1e-12)
    if not len(reached):
        return Coverage(target, None, 0.0, 0.0)
    best = reached[-1]
    return Coverage(target, float(thresholds[best]), float(coverage[best]), float(accuracy[best]))


def measure_refusal(rows: Sequence[CaseResult]) -> Refusal:
    """Count what was refused and whether that was right."""
    answerable = [row for row in rows if row.codes]
    none = [row for row in rows if not row.codes]
    said = [row for row in answerable if row.no_good_match]
    return Refusal(
        answerable=len(answerable),
        said=len(said),
        said_top1=sum(row.rank == 1 for row in said),
        said_present=sum(row.rank is not None for row in said),
        unsaid_absent=sum(row.rank is None and not row.no_good_match for row in answerable),
        none_fits=len(none),
        none_said=sum(bool(row.no_good_match) for row in none),
    )


def _thin(coverage: Array, accuracy: Array, points: int = 200) -> tuple[tuple[float, float], ...]:
    """Evenly spread points of a curve, both ends kept: a plot needs no more."""
    keep = np.unique(np.linspace(0, len(coverage) - 1, min(points, len(coverage))).astype(np.int64))
    return tuple((round(float(coverage[i]), 5), round(float(accuracy[i]), 5)) for i in keep)
