"""From answered cases to everything that a run folder's `metrics.json` holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from eval.intervals import Array
from eval.metrics import DEPTHS, Summary, Value, mean_over_sets, per_case, summarise
from eval.rows import Row


class Timing(msgspec.Struct, frozen=True):
    """Milliseconds an answer, one text at a time."""

    median: float
    p95: float
    p99: float


class SetMetrics(msgspec.Struct, frozen=True):
    """All numbers of one case set."""

    summary: Summary | None  # None when no case of the set has an acceptable code
    timing: Timing


class Metrics(msgspec.Struct, frozen=True):
    """All numbers of a run.

    Attributes:
        sets: By case set, in the order given.
        mean: Mean over the sets, each counting the same.
        pooled: All cases of all sets together.
    """

    system: str
    sets: dict[str, SetMetrics]
    mean: dict[str, Value]
    pooled: SetMetrics


def measure(
    system: str,
    rows: Sequence[Row],
    split: Sequence[str] = (),
    depths: Sequence[int] = DEPTHS,
    samples: int = 1000,
    seed: int = 0,
) -> Metrics:
    """Measure one system's rows.

    Args:
        system: Its name.
        rows: All rows of the run.
        split: Case sets whose kinds are sets of their own, named `set: kind`.
        depths: The k of `top-k` and `recall@k`.
        samples: Bootstrap samples.
        seed: Of the bootstrap.
    """
    parts = group_rows(rows, split)
    sets, summaries, replicates = {}, [], []
    names: list[str] = []
    for name, members in parts.items():
        metrics, replicate, names_here = _measure_set(members, depths, samples, seed)
        sets[name] = metrics
        if metrics.summary is not None and replicate is not None:
            summaries.append(metrics.summary)
            replicates.append(replicate)
            names = names_here
    pooled, _, _ = _measure_set(rows, depths, samples, seed)
    return Metrics(system, sets, mean_over_sets(summaries, replicates, names), pooled)


def group_rows(rows: Sequence[Row], split: Sequence[str] = ()) -> dict[str, list[Row]]:
    """Rows by case set, in order of appearance; the sets in `split` by set and kind."""
    parts: dict[str, list[Row]] = {}
    for row in rows:
        name = f"{row.set}: {row.kind or 'no kind'}" if row.set in split else row.set
        parts.setdefault(name, []).append(row)
    return parts


def _measure_set(
    rows: Sequence[Row], depths: Sequence[int], samples: int, seed: int
) -> tuple[SetMetrics, Array | None, list[str]]:
    answerable = [row for row in rows if row.codes]
    timing = measure_time(rows)
    if not answerable:
        return SetMetrics(None, timing), None, []
    values: Mapping[str, Array] = per_case(answerable, depths)
    summary, replicates, names = summarise(answerable, values, samples, seed)
    return SetMetrics(summary, timing), replicates, names


def measure_time(rows: Sequence[Row]) -> Timing:
    """Median and high percentiles of the time of one answer."""
    ms = np.array([row.ms for row in rows])
    median, p95, p99 = (float(value) for value in np.percentile(ms, [50, 95, 99]))
    return Timing(round(median, 3), round(p95, 3), round(p99, 3))
