"""Two runs over the same cases set by set, with intervals clustered by source."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from eval.case_results import CaseResult
from eval.errors import RunFolderError
from eval.measures.bootstrap import SAMPLES, Array, interval, resample_counts
from eval.measures.run_metrics import group_by_set
from eval.measures.summary import group_numbers
from eval.run import read_case_results, read_manifest

TOP_10 = 10
MEAN = "mean over the sets"
MEASURES = ("top-1", "top-10", "refused")


class Change(msgspec.Struct, frozen=True):
    """One measure before and after, each and their difference as (value, low, high) of 95 %."""

    before: tuple[float, float, float]
    after: tuple[float, float, float]
    difference: tuple[float, float, float]


class SetChange(msgspec.Struct, frozen=True):
    """One case set; `clusters` is the number of sources, or of cases where all have one source."""

    set: str
    n: int
    clusters: int
    by_source: bool
    measures: dict[str, Change]


def read_pairs(first: Path, second: Path) -> list[tuple[CaseResult, CaseResult]]:
    """Read two run folders case by case.

    Raises:
        RunFolderError: If they measured different cases, or one has not answered all.
    """
    hashes = [read_manifest(folder).case_set_sha256 for folder in (first, second)]
    before, after = read_case_results(first), read_case_results(second)
    if hashes[0] != hashes[1] or len(before) != len(after):
        raise RunFolderError(f"{first} and {second} measured different cases; run both over the same files")
    return list(zip(before, after, strict=True))


def change_by_set(
    pairs: Sequence[tuple[CaseResult, CaseResult]],
    split: Sequence[str] = (),
    mean_of: Sequence[str] = (),
    samples: int = SAMPLES,
    seed: int = 0,
) -> list[SetChange]:
    """Measure each case set, then the mean over sets with a code; of sets without one only the refusals.

    Sources are drawn with replacement, each with all its cases. A set of one source is drawn by case.

    Args:
        pairs: Each case before and after.
        split: Case sets whose kinds are sets of their own.
        mean_of: Case sets that the mean is taken over; empty for all with a code.
        samples: Bootstrap samples.
        seed: Of the bootstrap.
    """
    groups: dict[str, list[tuple[CaseResult, CaseResult]]] = {}
    after_of = {(before.set, before.id): after for before, after in pairs}
    for name, results in group_by_set([before for before, _ in pairs], split).items():
        groups[name] = [(result, after_of[result.set, result.id]) for result in results]
    changes, drawn = [], []
    for number, (name, group) in enumerate(groups.items()):
        values = np.stack([_values([pair[side] for pair in group]) for side in (0, 1)])
        clusters, by_source = _clusters([before for before, _ in group])
        replicates = clustered_means(values, clusters, samples, seed + number)
        coded = bool(group[0][0].codes)
        shown = MEASURES if coded else MEASURES[2:]
        means = values.mean(axis=1)
        measures = _measures(means, replicates, shown)
        changes.append(SetChange(name, len(group), int(clusters.max()) + 1, by_source, measures))
        if coded and (not mean_of or group[0][0].set in mean_of):
            drawn.append((means, replicates))
    if len(drawn) > 1:
        means, replicates = (np.mean([item[i] for item in drawn], axis=0) for i in (0, 1))
        changes.append(SetChange(MEAN, len(drawn), len(drawn), True, _measures(means, replicates, MEASURES)))
    return changes


def _values(results: Sequence[CaseResult]) -> Array:
    """float64 (n, 3): right first, right in the first ten, refused."""
    rows = [(r.rank == 1, r.rank is not None and r.rank <= TOP_10, bool(r.no_good_match)) for r in results]
    return np.array(rows, dtype=np.float64)


def _clusters(results: Sequence[CaseResult]) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.int64]], bool]:
    numbers = group_numbers([result.source for result in results])
    by_source = int(numbers.max()) > 0
    return (numbers if by_source else np.arange(len(results))), by_source


def clustered_means(
    values: Array, clusters: np.ndarray[tuple[int, ...], np.dtype[np.int64]], samples: int, seed: int
) -> Array:
    """Means of cases in bootstrap samples of whole clusters.

    Args:
        values: float64 (sides, n, m).
        clusters: int64 (n,): number of each case's cluster, from 0, none left out.
        samples: Bootstrap samples.
        seed: Of the bootstrap.

    Returns:
        float64 (samples, sides, m).
    """
    number = int(clusters.max()) + 1
    member = np.zeros((number, len(clusters)))
    member[clusters, np.arange(len(clusters))] = 1.0
    counts = resample_counts(number, samples, seed)
    sizes = counts @ member.sum(axis=1)
    totals = np.stack([counts @ (member @ side) for side in values], axis=1)
    means: Array = totals / sizes[:, None, None]
    return means


def _measures(means: Array, replicates: Array, shown: Sequence[str]) -> dict[str, Change]:
    """The shown measures from means (2, 3) and replicates (samples, 2, 3)."""
    changes = {}
    for name in shown:
        i = MEASURES.index(name)
        columns = np.column_stack([replicates[:, :, i], replicates[:, 1, i] - replicates[:, 0, i]])
        low, high = interval(columns)
        values = (means[0, i], means[1, i], means[1, i] - means[0, i])
        changes[name] = Change(*((float(values[j]), float(low[j]), float(high[j])) for j in range(3)))
    return changes


def before_after_rows(changes: Sequence[SetChange]) -> list[list[str]]:
    """Make header and rows; `*` marks a set of one source, whose interval is over cases."""
    rows = [["case set", "n", "sources", "measure", "before", "after", "difference"]]
    for row in changes:
        clusters = str(row.clusters) if row.by_source else "1*"
        for name, change in row.measures.items():
            cells = [f"{v:.3f} [{low:.3f}, {high:.3f}]" for v, low, high in (change.before, change.after)]
            value, low, high = change.difference
            rows.append(
                [row.set, str(row.n), clusters, name, *cells, f"{value:+.3f} [{low:+.3f}, {high:+.3f}]"]
            )
    return rows
