"""Whether a stated confidence can be trusted: calibration, accuracy against coverage, refusals."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from eval.case_results import CaseResult
from eval.measures.bootstrap import Array

BINS = 10
TARGETS = (0.80, 0.90, 0.95, 0.98)


class ReliabilityBin(msgspec.Struct, frozen=True):
    """One bar of the reliability diagram: confidences from `low` to below `high`; the last bin includes 1."""

    low: float
    high: float
    n: int
    confidence: float  # mean stated confidence
    accuracy: float  # share of cases whose first code is right


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


class Refusal(msgspec.Struct, frozen=True):
    """Counts of refused cases: those of which the system said `no_good_match`.

    Attributes:
        answerable: Cases with an acceptable code.
        said: How many of them were refused.
        said_top1: How many of the refused ones have an acceptable first code.
        said_present: How many of the refused ones have an acceptable code in the list.
        unsaid_absent: Answerable cases that were not refused although no acceptable code is in the list.
        none_fits: Cases that are labelled as having no code.
        none_said: How many of them were refused.
    """

    answerable: int
    said: int
    said_top1: int
    said_present: int
    unsaid_absent: int
    none_fits: int
    none_said: int


class ConfidenceReport(msgspec.Struct, frozen=True):
    """The stated confidences of one case set; `n` is the number of cases with one."""

    n: int
    ece: float | None
    aurc: float | None
    bins: tuple[ReliabilityBin, ...]
    curve: tuple[tuple[float, float], ...]  # (coverage, accuracy), at most 200 points
    coverage: tuple[Coverage, ...]
    refusal: Refusal | None


def measure_confidence(results: Sequence[CaseResult]) -> ConfidenceReport:
    """Measure the confidences of a set, with the cases that have no code: there every first code is wrong.

    An unanswered case has confidence 0. The report of a system that states no confidence is empty.
    """
    stated = [result for result in results if result.confidence is not None]
    refusal = (
        measure_refusal(results) if any(result.no_good_match is not None for result in results) else None
    )
    if not stated:
        return ConfidenceReport(0, None, None, (), (), (), refusal)
    confidence = np.array([result.confidence or 0.0 for result in results])
    right = np.array([result.rank == 1 for result in results], dtype=np.float64)
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


def bin_numbers(confidence: Array, bins: int = BINS) -> NDArray[np.int64]:
    """The bin of equal width of each confidence, from 0: int64 (n,)."""
    numbers: NDArray[np.int64] = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    return numbers


def reliability(confidence: Array, right: Array, bins: int = BINS) -> tuple[ReliabilityBin, ...]:
    """Put cases in bins of equal width by confidence; empty bins are left out.

    Args:
        confidence: float64 (n,), 0 to 1.
        right: float64 (n,), 1 where the first code is acceptable.
        bins: Number of bins.
    """
    bin_of_case = bin_numbers(confidence, bins)
    filled = []
    for i in range(bins):
        members = bin_of_case == i
        if members.any():
            mean, share = float(confidence[members].mean()), float(right[members].mean())
            filled.append(ReliabilityBin(i / bins, (i + 1) / bins, int(members.sum()), mean, share))
    return tuple(filled)


def expected_calibration_error(bins: Sequence[ReliabilityBin]) -> float:
    """Mean over cases of the gap between a bin's mean confidence and its accuracy (Naeini et al. 2015)."""
    total = sum(bar.n for bar in bins)
    return sum(bar.n * abs(bar.confidence - bar.accuracy) for bar in bins) / total


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


def measure_refusal(results: Sequence[CaseResult]) -> Refusal:
    """Count which cases were refused, and whether that was right."""
    answerable = [result for result in results if result.codes]
    none_fits = [result for result in results if not result.codes]
    refused = [result for result in answerable if result.no_good_match]
    return Refusal(
        answerable=len(answerable),
        said=len(refused),
        said_top1=sum(result.rank == 1 for result in refused),
        said_present=sum(result.rank is not None for result in refused),
        unsaid_absent=sum(result.rank is None and not result.no_good_match for result in answerable),
        none_fits=len(none_fits),
        none_said=sum(bool(result.no_good_match) for result in none_fits),
    )


def _thin(coverage: Array, accuracy: Array, points: int = 200) -> tuple[tuple[float, float], ...]:
    """Choose evenly spread points of a curve for a plot, with both ends."""
    chosen = np.unique(np.linspace(0, len(coverage) - 1, min(points, len(coverage))).astype(np.int64))
    return tuple((round(float(coverage[i]), 5), round(float(accuracy[i]), 5)) for i in chosen)
