"""Calibration against a perfect model of that size; lines answered at 95 % right on unseen sources."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from eval.case_results import CaseResult
from eval.measures.bootstrap import SAMPLES, Array
from eval.measures.confidence import (
    confidence_arrays,
    expected_calibration_error,
    perfect_errors,
    reliability,
)
from eval.measures.risk_coverage import coverage_at, risk_coverage
from eval.measures.run_metrics import group_by_set

SMALLEST_SET = 100
MAX_EXCESS = 0.03
TARGET = 0.95


class Calibration(msgspec.Struct, frozen=True):
    """Expected calibration error of one group, and the mean error of a perfectly calibrated model.

    Attributes:
        ece: Of the stated confidences.
        perfect: Mean over outcomes drawn from the stated confidences themselves.
        excess: `ece` less `perfect`.
    """

    group: str
    n: int
    ece: float
    perfect: float
    excess: float


class Answered(msgspec.Struct, frozen=True):
    """Lines answered with a threshold that was chosen on the other sources of the group.

    Attributes:
        answered: Share of lines whose confidence is at least the threshold of their source.
        right: Share of those whose first code is acceptable.
    """

    group: str
    n: int
    sources: int
    answered: float
    right: float


def perfect_ece(confidence: Array, samples: int = SAMPLES, seed: int = 0) -> float:
    """Return the mean expected calibration error when each case is right with its stated probability."""
    return float(perfect_errors(confidence, samples, seed).mean())


def measure_calibration(
    results: Sequence[CaseResult], split: Sequence[str] = (), seed: int = 0
) -> list[Calibration]:
    """Measure all cases, those with a code, and each case set of 100 cases or more.

    The kinds of a set in `split` are sets of their own.
    """
    groups = {"all cases": list(results), "all with a code": [result for result in results if result.codes]}
    groups |= group_by_set(results, split)
    measured = []
    for name, group in groups.items():
        if len(group) < SMALLEST_SET:
            continue
        confidence, right = confidence_arrays(group)
        ece = expected_calibration_error(reliability(confidence, right))
        perfect = perfect_ece(confidence, seed=seed)
        measured.append(Calibration(name, len(group), ece, perfect, ece - perfect))
    return measured


def measure_answered(results: Sequence[CaseResult], target: float = TARGET) -> list[Answered]:
    """Measure each case set and each kind that has cases with a code of two sources or more."""
    groups: dict[str, list[CaseResult]] = {}
    for result in results:
        if result.codes:
            groups.setdefault(result.set, []).append(result)
            groups.setdefault(f"kind {result.kind}", []).append(result)
    sources = {name: {result.source for result in group} for name, group in groups.items()}
    return [
        _answered(name, group, sorted(sources[name]), target)
        for name, group in groups.items()
        if len(sources[name]) > 1 and len(group) >= SMALLEST_SET
    ]


def _answered(name: str, group: Sequence[CaseResult], sources: Sequence[str], target: float) -> Answered:
    confidence, right = confidence_arrays(group)
    source = np.array([result.source for result in group], dtype=object)
    answered = np.zeros(len(group), dtype=bool)
    for held_out in sources:
        mine = source == held_out
        threshold = coverage_at(*risk_coverage(confidence[~mine], right[~mine]), target).threshold
        if threshold is not None:
            answered |= mine & (confidence >= threshold)
    share_right = float(right[answered].mean()) if answered.any() else 0.0
    return Answered(name, len(group), len(sources), float(answered.mean()), share_right)


def calibration_rows(measured: Sequence[Calibration]) -> list[list[str]]:
    """Make header and rows of the table of calibration errors."""
    head = ["cases", "n", "ECE", "perfect model", "above it", "at most"]
    return [head] + [
        [
            row.group,
            str(row.n),
            f"{row.ece:.3f}",
            f"{row.perfect:.3f}",
            f"{row.excess:+.3f}",
            f"{MAX_EXCESS:.3f}",
        ]
        for row in measured
    ]


def answered_rows(measured: Sequence[Answered]) -> list[list[str]]:
    """Make header and rows of the table of answered lines."""
    head = ["cases", "n", "sources", "answered", "right of those"]
    return [head] + [
        [row.group, str(row.n), str(row.sources), f"{row.answered:.1%}", f"{row.right:.1%}"]
        for row in measured
    ]
