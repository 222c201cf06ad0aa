"""Means of the measures over cases, kinds, codes and case sets, with their bootstrap intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from eval.case_results import CaseResult
from eval.measures.bootstrap import Array, bootstrap_macro, bootstrap_means, interval, resample_counts
from eval.measures.ranking import table_measures

MIN_CASES = 30  # a number from fewer cases is marked as resting on few


class Estimate(msgspec.Struct, frozen=True):
    """A mean with its 95 % bootstrap interval and the number of cases it is taken over."""

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
    """

    n: int
    unanswered: int
    measures: dict[str, Estimate]
    macro_kinds: dict[str, Estimate]
    macro_codes: dict[str, Estimate]


def summarise(
    results: Sequence[CaseResult], values: Mapping[str, Array], samples: int, seed: int
) -> tuple[Summary, Array]:
    """Take the means of one case set, with intervals.

    Args:
        results: Cases with an acceptable code.
        values: From `per_case`, for these cases.
        samples: Bootstrap samples.
        seed: Of the bootstrap.

    Returns:
        The summary, and the bootstrap replicates, float64 (samples, measures) in the order of `values`, from
        which `mean_over_sets` makes intervals.
    """
    matrix = np.column_stack(list(values.values()))
    counts = resample_counts(len(results), samples, seed)
    replicates = bootstrap_means(matrix, counts)
    summary = Summary(
        n=len(results),
        unanswered=sum(not result.ranked for result in results),
        measures=estimates(matrix, replicates, list(values)),
        macro_kinds=_macro_means(values, [result.kind for result in results], counts),
        macro_codes=_macro_over_drawn(values, [result.codes[0] for result in results], samples, seed),
    )
    return summary, replicates


def estimates(matrix: Array, replicates: Array, labels: Sequence[str]) -> dict[str, Estimate]:
    """Take the mean of each column over the cases where it is not NaN.

    Args:
        matrix: float64 (n, m): one row a case, one column a measure.
        replicates: float64 (samples, m): bootstrap means of the columns.
        labels: Of the columns.

    Returns:
        Label to estimate; a column that is NaN for every case is left out.
    """
    low, high = interval(replicates)
    known = (~np.isnan(matrix)).sum(axis=0)
    return {
        label: Estimate(float(np.nanmean(matrix[:, i])), float(low[i]), float(high[i]), int(known[i]))
        for i, label in enumerate(labels)
        if known[i]
    }


def _macro_means(
    values: Mapping[str, Array], group_of_case: Sequence[str], counts: Array
) -> dict[str, Estimate]:
    """Means over groups of the means within each group; `n` is the number of groups.

    Cases are drawn and the groups stay: right for a few groups that are all there are, such as kinds.
    """
    groups = group_numbers(group_of_case)
    sizes = np.bincount(groups)
    labels = _labels_of_every_case(values)
    matrix = np.column_stack([values[label] for label in labels])
    low, high = interval(bootstrap_macro(matrix, groups, counts))
    means = [float((np.bincount(groups, weights=column) / sizes).mean()) for column in matrix.T]
    return {
        label: Estimate(means[i], float(low[i]), float(high[i]), len(sizes)) for i, label in enumerate(labels)
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
    summaries: Sequence[Summary], replicates: Sequence[Array], labels: Sequence[str]
) -> dict[str, Estimate]:
    """Mean over case sets, each counting the same whatever its size; `n` is the number of sets.

    Args:
        summaries: One a set.
        replicates: The bootstrap replicates of each set, as `summarise` returns them.
        labels: The labels of the replicates' columns.
    """
    means = {}
    for i, label in enumerate(labels):
        values = [summary.measures[label].value for summary in summaries if label in summary.measures]
        if not values:
            continue
        columns = [r[:, i] for r, s in zip(replicates, summaries, strict=True) if label in s.measures]
        low, high = interval(mean_of_known(np.stack(columns)))
        means[label] = Estimate(float(np.mean(values)), float(low), float(high), len(values))
    return means


def mean_of_known(values: Array) -> Array:
    """Means along the first axis of what is not NaN; NaN where everything is."""
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        means: Array = np.where(known, values, 0.0).sum(0) / known.sum(0)
    return means
