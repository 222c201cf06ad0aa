"""Whether a stated confidence can be trusted: calibration, accuracy against coverage, refusals."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from eval.case_results import CaseResult
from eval.measures.bootstrap import SAMPLES, Array, draw_counts, interval
from eval.measures.clusters import Cluster, find_clusters
from eval.measures.judged import Judged, judge_thresholds
from eval.measures.risk_coverage import Coverage, aurc, coverage_at, risk_coverage, thin_curve

BINS = 10
TARGETS = (0.80, 0.90, 0.95, 0.98)


class ReliabilityBin(msgspec.Struct, frozen=True):
    """One bar of the reliability diagram: confidences from `low` to below `high`; the last bin includes 1."""

    low: float
    high: float
    n: int
    confidence: float  # mean stated confidence
    accuracy: float  # share of cases whose first code is right


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
    """The stated confidences of one case set; `n` is the number of cases with one.

    Attributes:
        ece: Expected calibration error of all cases; `ece_low` and `ece_high` are its interval.
        ece_perfect: Its mean under perfect calibration, for cases of these confidences.
        aurc: Area under the risk-coverage curve of the lines to answer: all but those without a code that
            were refused, which is right and needs no code.
        coverage: Thresholds chosen on all lines to answer, and what they reach on the same lines.
        judged: The same with thresholds that were chosen on other lines.
    """

    n: int
    ece: float | None
    aurc: float | None
    bins: tuple[ReliabilityBin, ...]
    curve: tuple[tuple[float, float], ...]  # (coverage, accuracy), at most 200 points
    coverage: tuple[Coverage, ...]
    refusal: Refusal | None
    ece_low: float | None = None
    ece_high: float | None = None
    ece_perfect: float | None = None
    judged: tuple[Judged, ...] = ()


def measure_confidence(
    results: Sequence[CaseResult], samples: int = SAMPLES, seed: int = 0, cluster: Cluster = "source"
) -> ConfidenceReport:
    """Measure the confidences of a set.

    The calibration error is that of "the first code is right", so that any code of a line without one is
    wrong. An unanswered case has confidence 0. The report of a system that states no confidence is empty.

    Args:
        results: All cases of the set.
        samples: Bootstrap samples of the calibration error's interval.
        seed: Of the bootstrap and of the halves in which thresholds are chosen and judged.
        cluster: What is drawn whole.
    """
    stated = [result for result in results if result.confidence is not None]
    refusal = (
        measure_refusal(results) if any(result.no_good_match is not None for result in results) else None
    )
    if not stated:
        return ConfidenceReport(0, None, None, (), (), (), refusal)
    confidence, right = confidence_arrays(results)
    bins = reliability(confidence, right)
    perfect = perfect_errors(confidence, samples, seed)
    counts = draw_counts(find_clusters(results, cluster).numbers, samples, seed)
    low, high = ece_interval(confidence, right, counts, perfect)
    answer = [result for result in results if result.codes or not result.no_good_match]
    report = ConfidenceReport(
        n=len(stated),
        ece=expected_calibration_error(bins),
        aurc=None,
        bins=bins,
        curve=(),
        coverage=(),
        refusal=refusal,
        ece_low=low,
        ece_high=high,
        ece_perfect=float(perfect.mean()),
    )
    return _with_coverage(report, answer, samples, seed, cluster) if any(r.codes for r in answer) else report


def _with_coverage(
    report: ConfidenceReport, answer: Sequence[CaseResult], samples: int, seed: int, cluster: Cluster
) -> ConfidenceReport:
    """Add what is measured on the lines to answer."""
    confidence, right = confidence_arrays(answer)
    curve = risk_coverage(confidence, right)
    return msgspec.structs.replace(
        report,
        aurc=aurc(confidence, right),
        curve=thin_curve(curve[0], curve[1]),
        coverage=tuple(coverage_at(*curve, target) for target in TARGETS),
        judged=judge_thresholds(answer, confidence, right, TARGETS, samples, seed, cluster),
    )


def confidence_arrays(results: Sequence[CaseResult]) -> tuple[Array, Array]:
    """Return the confidence, 0 to 1, and whether the first code is right, 0 or 1, of each case."""
    confidence = np.array([result.confidence or 0.0 for result in results])
    return confidence, np.array([result.rank == 1 for result in results], dtype=np.float64)


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


def perfect_errors(confidence: Array, samples: int = SAMPLES, seed: int = 0) -> Array:
    """Calibration errors, float64 (samples,), when each case is right with its stated probability.

    Args:
        confidence: float64 (n,), 0 to 1.
        samples: Number of times that outcomes are drawn.
        seed: Of the draws.
    """
    rng = np.random.default_rng(seed)
    bin_of_case = bin_numbers(confidence)
    total = np.zeros(samples)
    for members in (confidence[bin_of_case == i] for i in range(BINS)):
        drawn = rng.random((samples, len(members))) < members
        total += np.abs((drawn - members).sum(axis=1))
    return total / len(confidence)


def ece_interval(confidence: Array, right: Array, counts: Array, perfect: Array) -> tuple[float, float]:
    """Interval of 95 % of the calibration error.

    Resampling adds noise, and noise adds to a mean of absolute gaps, so that the replicates lie too high: by
    as much as the measured error lies above the true one. The interval is therefore reflected about the
    measured error (Efron and Tibshirani 1993, basic bootstrap). It begins at 0 where perfect calibration
    would show such an error in more than 2.5 of 100 case sets.

    Args:
        confidence: float64 (n,), 0 to 1.
        right: float64 (n,), 1 where the first code is acceptable.
        counts: From `draw_counts`, (samples, n).
        perfect: From `perfect_errors`.
    """
    member = np.eye(BINS)[bin_numbers(confidence)]
    gaps = np.abs(counts @ (member * (confidence - right)[:, None])).sum(axis=1) / counts.sum(axis=1)
    measured = expected_calibration_error(reliability(confidence, right))
    low, high = interval(gaps)
    if measured <= float(np.quantile(perfect, 0.975)):
        return 0.0, max(measured, 2 * measured - float(low))
    return max(0.0, 2 * measured - float(high)), max(measured, 2 * measured - float(low))


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
