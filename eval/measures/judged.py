"""Thresholds of confidence that are chosen on one half of the sources and judged on the other."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from eval.case_results import CaseResult
from eval.measures.bootstrap import Array, bootstrap_means, draw_counts
from eval.measures.clusters import Cluster, find_clusters
from eval.measures.risk_coverage import coverage_at, risk_coverage
from eval.measures.summary import Estimate, estimates

MIN_LINES = 40  # fewer lines are not halved


class Judged(msgspec.Struct, frozen=True):
    """What a target accuracy comes to on lines that the threshold was not chosen on.

    Attributes:
        target: Share of answered lines that should be right.
        thresholds: Chosen on the first and on the second half, each judged on the other; None where none
            reaches the target.
        answered: Share of lines answered.
        right: Share of those that are right; None where no line is answered.
        halves: What was halved: sources, or lines where all are of one source.
    """

    target: float
    thresholds: tuple[float | None, float | None]
    answered: Estimate
    right: Estimate | None
    halves: Literal["sources", "lines"]


def judge_thresholds(
    results: Sequence[CaseResult],
    confidence: Array,
    right: Array,
    targets: Sequence[float],
    samples: int,
    seed: int,
    cluster: Cluster = "source",
) -> tuple[Judged, ...]:
    """Judge each target on both halves; empty for fewer than 40 lines.

    Args:
        results: The lines to answer.
        confidence: float64 (n,), of each.
        right: float64 (n,), 1 where the first code is acceptable.
        targets: Shares of answered lines that should be right.
        samples: Bootstrap samples of the intervals.
        seed: Of the halves and of the bootstrap.
        cluster: What is drawn whole for the intervals.
    """
    if len(results) < MIN_LINES:
        return ()
    second, by_source = halve([result.source for result in results], seed)
    clusters = find_clusters(results, cluster)
    counts = draw_counts(clusters.numbers, samples, seed)
    judged = []
    for target in targets:
        answered = np.zeros(len(results), dtype=bool)
        thresholds = []
        for chosen in (~second, second):
            curve = risk_coverage(confidence[chosen], right[chosen])
            threshold = coverage_at(*curve, target).threshold
            thresholds.append(threshold)
            if threshold is not None:
                answered |= ~chosen & (confidence >= threshold)
        matrix = np.column_stack([answered.astype(np.float64), np.where(answered, right, np.nan)])
        found = estimates(matrix, bootstrap_means(matrix, counts), ["answered", "right"], clusters)
        pair = (thresholds[0], thresholds[1])
        halves: Literal["sources", "lines"] = "sources" if by_source else "lines"
        judged.append(Judged(target, pair, found["answered"], found.get("right"), halves))
    return tuple(judged)


def halve(sources: Sequence[str], seed: int) -> tuple[NDArray[np.bool_], bool]:
    """Put whole sources in two halves of about as many lines; single lines where all are of one source.

    Returns:
        Whether each line is in the second half, bool (n,), and whether sources were halved.
    """
    by_source = len(set(sources)) > 1
    keys: list[str] = list(sources) if by_source else [str(i) for i in range(len(sources))]
    sizes: dict[str, int] = {}
    for key in keys:
        sizes[key] = sizes.get(key, 0) + 1
    order = list(sizes)
    Random(f"{seed} halves").shuffle(order)
    totals = [0, 0]
    half_of: dict[str, int] = {}
    for key in sorted(order, key=lambda name: -sizes[name]):
        half_of[key] = int(totals[1] < totals[0])
        totals[half_of[key]] += sizes[key]
    return np.array([half_of[key] == 1 for key in keys]), by_source
