"""Success@1 and @5 with and without own lines, with intervals over hospital systems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from eval.measures.bootstrap import interval, resample_counts
from index.store.exemplars import Blend
from suggest.training.own_lines import Judged, hits

SAMPLES = 1000


class Answered(NamedTuple):
    """A line of a system, judged with one history."""

    system: str
    fold: int
    arm: str
    judged: Judged


class Row(NamedTuple):
    """What one history adds.

    Attributes:
        arm: Name of the history.
        lines: Asked.
        systems: They belong to so many hospital systems.
        before: Share with a right code first, and among the first five, without own lines.
        after: The same with them.
        gain: Difference and its interval of 95 %, for both, when whole systems are drawn.
    """

    arm: str
    lines: int
    systems: int
    before: tuple[float, float]
    after: tuple[float, float]
    gain: tuple[tuple[float, float, float], tuple[float, float, float]]


def compare(answered: Sequence[Answered], blend_of: Callable[[Answered], Blend]) -> list[Row]:
    """What each history adds to the lines that have a code."""
    by_arm: Mapping[str, list[Answered]] = defaultdict(list)
    for one in answered:
        if one.judged.coded:
            by_arm[one.arm].append(one)
    return [_row(arm, found, blend_of) for arm, found in by_arm.items()]


def _row(arm: str, found: Sequence[Answered], blend_of: Callable[[Answered], Blend]) -> Row:
    values = np.array([(*hits(one.judged, None), *hits(one.judged, blend_of(one))) for one in found], float)
    systems = sorted({one.system for one in found})
    place = np.array([systems.index(one.system) for one in found])
    sums = np.stack([np.bincount(place, column, len(systems)) for column in values.T], axis=1)
    sizes = np.bincount(place, minlength=len(systems)).astype(float)
    counts = resample_counts(len(systems), SAMPLES, 0)
    means = (counts @ sums) / (counts @ sizes)[:, None]
    low, high = interval(means[:, 2:] - means[:, :2])
    mean = values.mean(axis=0)
    gain = tuple((float(mean[2 + i] - mean[i]), float(low[i]), float(high[i])) for i in (0, 1))
    return Row(arm, len(found), len(systems), (mean[0], mean[1]), (mean[2], mean[3]), (gain[0], gain[1]))


def table(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """Rows for a text table."""
    head = ("history", "lines", "systems", "top-1", "with", "gain", "top-5", "with", "gain")
    return [head, *(_cells(row) for row in rows)]


def _cells(row: Row) -> tuple[str, ...]:
    cells = [row.arm, str(row.lines), str(row.systems)]
    for before, after, (gain, low, high) in zip(row.before, row.after, row.gain, strict=True):
        cells += [f"{before:.3f}", f"{after:.3f}", f"{gain:+.3f} ({low:+.3f} to {high:+.3f})"]
    return tuple(cells)
