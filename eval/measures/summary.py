"""Means of the measures over cases, kinds, codes and case sets, with their bootstrap intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from eval.case_results import CaseResult
from eval.measures.bootstrap import Array, bootstrap_macro, bootstrap_means, draw_counts, resample_counts
from eval.measures.clusters import Cluster, Clusters, cases_apart, find_clusters
from eval.measures.intervals import (
    column_intervals,
    design_effect,
    detectable,
    mean_interval,
    replicate_intervals,
)
from eval.measures.ranking import SUCCESS_AT_1, table_measures

MIN_CASES = 30  # a number from fewer cases is marked as resting on few
CHANGED = 0.1  # assumed share of cases of which one of two systems is right and the other wrong
Z = 1.959964  # of 95 %


class Estimate(msgspec.Struct, frozen=True):
    """A mean with its 95 % interval and the number of cases it is taken over."""

    value: float
    low: float
    high: float
    n: int

    @property
    def few(self) -> bool:
        """Whether the number rests on few cases."""
        return self.n < MIN_CASES


class Summary(msgspec.Struct, frozen=True):
    """The measures of one case set under one system, by label.

    Attributes:
        n: Cases with an acceptable code; `unanswered` of them came back without any code.
        measures: Mean over cases.
        macro_kinds: Mean over kinds of the mean within each kind, for the measures shown in tables that are
            defined for every case.
        macro_codes: The same over codes (the first acceptable code of a case).
        sources: Number of sources that were drawn whole for the intervals; 0 where cases were drawn one by
            one, and the interval speaks of further lines of the same sources only.
        design_effect: How many times larger the variance of top-1 is by that than that of single cases.
        detectable: Smallest difference in top-1 between two systems that these cases show with a power of
            80 %, if the first answers of `CHANGED` of the cases differ in being right.
    """

    n: int
    unanswered: int
    measures: dict[str, Estimate]
    macro_kinds: dict[str, Estimate]
    macro_codes: dict[str, Estimate]
    sources: int = 0
    design_effect: float = 1.0
    detectable: float | None = None


def summarise(
    results: Sequence[CaseResult],
    values: Mapping[str, Array],
    samples: int,
    seed: int,
    cluster: Cluster = "source",
) -> Summary:
    """Take the means of one case set, with intervals.

    Args:
        results: Cases with an acceptable code.
        values: From `per_case`, for these cases.
        samples: Bootstrap samples.
        seed: Of the bootstrap.
        cluster: What is drawn whole.
    """
    clusters = find_clusters(results, cluster)
    matrix = np.column_stack(list(values.values()))
    counts = draw_counts(clusters.numbers, samples, seed)
    replicates = bootstrap_means(matrix, counts)
    top1 = list(values).index(SUCCESS_AT_1.label)
    effect = design_effect(matrix[:, top1], replicates[:, top1], clusters)
    half = Z * (CHANGED * effect / len(results)) ** 0.5
    return Summary(
        n=len(results),
        unanswered=sum(not result.ranked for result in results),
        measures=estimates(matrix, replicates, list(values), clusters),
        macro_kinds=_macro_means(values, [result.kind for result in results], counts, clusters),
        macro_codes=_macro_over_drawn(values, [result.codes[0] for result in results], samples, seed),
        sources=clusters.sources,
        design_effect=round(effect, 3),
        detectable=round(detectable(-half, half), 4),
    )


def estimates(
    matrix: Array,
    replicates: Array,
    labels: Sequence[str],
    clusters: Clusters | None = None,
    paired: bool = False,
) -> dict[str, Estimate]:
    """Take the mean of each column over the cases where it is not NaN.

    Args:
        matrix: float64 (n, m): one row a case, one column a measure.
        replicates: float64 (samples, m): bootstrap means of the columns.
        labels: Of the columns.
        clusters: Of the cases; None where each is one of its own.
        paired: Whether the columns are differences of two systems.

    Returns:
        Label to estimate; a column that is NaN for every case is left out.
    """
    low, high = column_intervals(matrix, replicates, clusters or cases_apart(len(matrix)), paired)
    known = (~np.isnan(matrix)).sum(axis=0)
    return {
        label: Estimate(float(np.nanmean(matrix[:, i])), float(low[i]), float(high[i]), int(known[i]))
        for i, label in enumerate(labels)
        if known[i]
    }


def _macro_means(
    values: Mapping[str, Array], group_of_case: Sequence[str], counts: Array, clusters: Clusters
) -> dict[str, Estimate]:
    """Means over groups of the means within each group; `n` is the number of groups.

    Cases are drawn and the groups stay: right for a few groups that are all there are, such as kinds.
    """
    groups = group_numbers(group_of_case)
    sizes = np.bincount(groups)
    labels = _labels_of_every_case(values)
    matrix = np.column_stack([values[label] for label in labels])
    means = np.array([(np.bincount(groups, weights=column) / sizes).mean() for column in matrix.T])
    low, high = replicate_intervals(means, bootstrap_macro(matrix, groups, counts), clusters)
    return {
        label: Estimate(float(means[i]), float(low[i]), float(high[i]), len(sizes))
        for i, label in enumerate(labels)
    }


def _macro_over_drawn(
    values: Mapping[str, Array], group_of_case: Sequence[str], samples: int, seed: int
) -> dict[str, Estimate]:
    """The same means where the groups themselves are a sample, as codes are: whole groups are drawn.

    Drawing cases instead loses many groups of one case from each sample and takes the drawn codes for all
    codes there are, so that the interval is too narrow.
    """
    groups = group_numbers(group_of_case)
    sizes = np.bincount(groups)
    labels = _labels_of_every_case(values)
    means = np.column_stack([np.bincount(groups, weights=values[label]) / sizes for label in labels])
    return estimates(means, bootstrap_means(means, resample_counts(len(sizes), samples, seed)), labels)


def _labels_of_every_case(values: Mapping[str, Array]) -> list[str]:
    """The measures shown in tables that are defined for every case."""
    shown = [measure.label for measure in table_measures() if measure.label in values]
    return [label for label in shown if not np.isnan(values[label]).any()]


def group_numbers(names: Sequence[str]) -> NDArray[np.int64]:
    """Number the distinct names from 0, in ascending order of the names."""
    _, numbers = np.unique(np.asarray(names, dtype=object).astype(str), return_inverse=True)
    return numbers.astype(np.int64)


def mean_over_sets(
    estimates_of_sets: Sequence[Mapping[str, Estimate]], labels: Sequence[str]
) -> dict[str, Estimate]:
    """Mean over case sets, each counting the same whatever its size; `n` is the number of sets.

    The sets are these ones, not a sample of sets, so the interval speaks of these sets only. It is made from
    the intervals of the sets, as those of independent values.

    Args:
        estimates_of_sets: Label to estimate, one mapping a set.
        labels: Of the measures.
    """
    means = {}
    for label in labels:
        parts = [part[label] for part in estimates_of_sets if label in part]
        if parts:
            low, high = mean_interval([(part.value, part.low, part.high) for part in parts])
            means[label] = Estimate(float(np.mean([part.value for part in parts])), low, high, len(parts))
    return means
