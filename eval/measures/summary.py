"""Means of the measures over cases, kinds, codes and case sets, with their bootstrap intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from eval.case_results import CaseResult
from eval.measures.bootstrap import Array, bootstrap_macro, bootstrap_means, interval, resample_counts
from eval.measures.ranking import MACRO

SMALL = 30  # cases below which a number is said to rest on few


class Estimate(msgspec.Struct, frozen=True):
    """A mean with its 95 % bootstrap interval and the number of cases behind it."""

    value: float
    low: float
    high: float
    n: int

    @property
    def small(self) -> bool:
        """Whether the number rests on few cases."""
        return self.n < SMALL


class Summary(msgspec.Struct, frozen=True):
    """The measures of one case set under one system.

    Attributes:
        n: Cases with an acceptable code; `unanswered` of them came back without any code.
        measures: Mean over cases.
        macro_kinds: Mean over kinds of the mean within each, for the measures of `MACRO`.
        macro_codes: The same over codes (the first acceptable code of a case).
    """

    n: int
    unanswered: int
    measures: dict[str, Estimate]
    macro_kinds: dict[str, Estimate]
    macro_codes: dict[str, Estimate]


def summarise(
    rows: Sequence[CaseResult], values: Mapping[str, Array], samples: int, seed: int
) -> tuple[Summary, Array, list[str]]:
    """Means with intervals for one case set.

    Returns:
        The summary, the bootstrap replicates (samples, measures) and the measures' names in column order,
        so that means over several sets can be given an interval too.
    """
    names = list(values)
    matrix = np.column_stack([values[name] for name in names])
    counts = resample_counts(len(rows), samples, seed)
    replicates = bootstrap_means(matrix, counts)
    summary = Summary(
        n=len(rows),
        unanswered=sum(not row.ranked for row in rows),
        measures=_values(matrix, replicates, names),
        macro_kinds=_macro(values, [row.kind for row in rows], counts),
        macro_codes=_macro(values, [row.codes[0] for row in rows], counts),
    )
    return summary, replicates, names


def _values(matrix: Array, replicates: Array, names: Sequence[str]) -> dict[str, Estimate]:
    low, high = interval(replicates)
    there = (~np.isnan(matrix)).sum(0)
    found = {}
    for i, name in enumerate(names):
        if there[i]:
            found[name] = Estimate(
                float(np.nanmean(matrix[:, i])), float(low[i]), float(high[i]), int(there[i])
            )
    return found


def _macro(values: Mapping[str, Array], labels: Sequence[str], counts: Array) -> dict[str, Estimate]:
    groups = group_numbers(labels)
    sizes = np.bincount(groups)
    names = [name for name in MACRO if name in values]
    matrix = np.column_stack([values[name] for name in names])
    low, high = interval(bootstrap_macro(matrix, groups, counts))
    means = [float((np.bincount(groups, weights=column) / sizes).mean()) for column in matrix.T]
    return {
        name: Estimate(means[i], float(low[i]), float(high[i]), len(sizes)) for i, name in enumerate(names)
    }


def group_numbers(labels: Sequence[str]) -> NDArray[np.int64]:
    """Number the distinct labels from 0, ascending."""
    _, numbers = np.unique(np.asarray(labels, dtype=object).astype(str), return_inverse=True)
    return numbers.astype(np.int64)


def _mean_of_known(values: Array) -> Array:
    """Means along the first axis of what is not NaN; NaN where nothing is."""
    there = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        means: Array = np.where(there, values, 0.0).sum(0) / there.sum(0)
    return means


def mean_over_sets(
    summaries: Sequence[Summary], replicates: Sequence[Array], names: Sequence[str]
) -> dict[str, Estimate]:
    """Each set counting the same, however many cases it has; `n` is the number of sets."""
    found = {}
    for i, name in enumerate(names):
        values = [summary.measures[name].value for summary in summaries if name in summary.measures]
        if not values:
            continue
        columns = [r[:, i] for r, s in zip(replicates, summaries, strict=True) if name in s.measures]
        low, high = interval(_mean_of_known(np.stack(columns)))
        found[name] = Estimate(float(np.mean(values)), float(low), float(high), len(values))
    return found
