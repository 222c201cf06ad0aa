"""How often each kind of interval holds the true value, on simulated case sets whose true value is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from eval.measures.bootstrap import Array, bootstrap_means, draw_counts, resample_counts
from eval.measures.clusters import Clusters, cases_apart, numbered_clusters
from eval.measures.confidence import ece_interval, perfect_errors
from eval.measures.intervals import column_intervals, mean_interval
from eval.measures.shares import Share, share

SETS = 400  # simulated case sets of each row
SAMPLES = 1000
PRECISION = 40.0  # of the beta distribution of sources' shares: an intraclass correlation of 1 / 41
SIZES = (161, 119, 118, 104, 100, 98, 95, 90, 86, 84, 81, 80, 78, 75, 73, 70, 66, 63, 60, 58, 55, 50, 46, 42)
Interval = tuple[float, float]
Simulation = Callable[[np.random.Generator, int], tuple[float, Interval]]


class Covered(msgspec.Struct, frozen=True):
    """One kind of interval on one kind of case set.

    Attributes:
        interval: What the interval is of.
        cases: What was simulated.
        held: Share of the intervals that hold the true value.
        width: Mean width.
    """

    interval: str
    cases: str
    held: Share
    width: float


def measure_coverage(sets: int = SETS, seed: int = 0) -> list[Covered]:
    """Simulate case sets of each kind, and count the intervals that hold the value they were made with."""
    return [_covered(name, cases, run, sets, seed) for name, cases, run in SIMULATIONS]


def _covered(name: str, cases: str, run: Simulation, sets: int, seed: int) -> Covered:
    rng = np.random.default_rng(seed)
    truths, intervals = zip(*(run(rng, seed + number) for number in range(sets)), strict=True)
    held = sum(low <= truth <= high for truth, (low, high) in zip(truths, intervals, strict=True))
    width = float(np.mean([high - low for low, high in intervals]))
    return Covered(name, cases, share(held, sets), round(width, 4))


def _one_column(values: Array, clusters: Clusters, seed: int, paired: bool = False) -> Interval:
    matrix = values[:, None]
    drawn = bootstrap_means(matrix, draw_counts(clusters.numbers, SAMPLES, seed))
    low, high = column_intervals(matrix, drawn, clusters, paired)
    return float(low[0]), float(high[0])


def _shares(rng: np.random.Generator, mean: float, count: int) -> Array:
    """The share of right answers of each source, float64 (count,)."""
    return rng.beta(mean * PRECISION, (1.0 - mean) * PRECISION, count)


def lines(n: int, right: float) -> Simulation:
    """A share of n lines, drawn one by one."""

    def run(rng: np.random.Generator, seed: int) -> tuple[float, Interval]:
        values = (rng.random(n) < right).astype(np.float64)
        return right, _one_column(values, cases_apart(n), seed)

    return run


def sources(sizes: Sequence[int], right: float, whole: bool = True) -> Simulation:
    """A share of lines of sources that differ; `whole` is whether sources are drawn."""
    numbers = np.repeat(np.arange(len(sizes)), sizes)

    def run(rng: np.random.Generator, seed: int) -> tuple[float, Interval]:
        values = (rng.random(len(numbers)) < _shares(rng, right, len(sizes))[numbers]).astype(np.float64)
        clusters = numbered_clusters(numbers) if whole else cases_apart(len(numbers))
        return right, _one_column(values, clusters, seed)

    return run


def paired(sizes: Sequence[int], won: float, lost: float) -> Simulation:
    """A difference of two systems over lines of sources in which the share of changed lines differs."""
    numbers = np.repeat(np.arange(len(sizes)), sizes)

    def run(rng: np.random.Generator, seed: int) -> tuple[float, Interval]:
        changed = _shares(rng, won + lost, len(sizes))[numbers]
        up = _shares(rng, won / (won + lost), len(sizes))[numbers]
        signs = np.where(rng.random(len(numbers)) < up, 1.0, -1.0)
        gaps = np.where(rng.random(len(numbers)) < changed, signs, 0.0)
        apart = len(sizes) == len(numbers)
        clusters = cases_apart(len(numbers)) if apart else numbered_clusters(numbers)
        return won - lost, _one_column(gaps, clusters, seed, paired=True)

    return run


def over_codes(count: int, right: float) -> Simulation:
    """The mean over codes of one to three lines each."""

    def run(rng: np.random.Generator, seed: int) -> tuple[float, Interval]:
        shares = rng.beta(right * 5, (1 - right) * 5, count)
        means = np.array([(rng.random(i % 3 + 1) < rate).mean() for i, rate in enumerate(shares)])
        return right, _one_column(means, cases_apart(count), seed)

    return run


def over_sets(sizes: Sequence[int], right: Sequence[float]) -> Simulation:
    """The mean over case sets of their shares, some at an edge."""

    def run(rng: np.random.Generator, seed: int) -> tuple[float, Interval]:
        parts = []
        for n, rate in zip(sizes, right, strict=True):
            values = (rng.random(n) < rate).astype(np.float64)
            low, high = _one_column(values, cases_apart(n), seed)
            parts.append((float(values.mean()), low, high))
        return float(np.mean(right)), mean_interval(parts)

    return run


def calibration(n: int, shift: float) -> Simulation:
    """The calibration error of stated confidences that are too high by `shift`."""

    def run(rng: np.random.Generator, seed: int) -> tuple[float, Interval]:
        stated = rng.beta(4, 1, n) * (1 - shift) + shift
        right = (rng.random(n) < stated - shift).astype(np.float64)
        perfect = perfect_errors(stated, SAMPLES, seed)
        return shift, ece_interval(stated, right, resample_counts(n, SAMPLES, seed), perfect)

    return run


SIMULATIONS: tuple[tuple[str, str, Simulation], ...] = (
    ("share, percentile", "300 lines, 85 % right", lines(300, 0.85)),
    ("share, Clopper-Pearson", "60 lines, 98 % right", lines(60, 0.98)),
    ("share, Clopper-Pearson", "27 lines, 75 % right", lines(27, 0.75)),
    ("share, lines drawn although sources differ", "24 sources, 85 % right", sources(SIZES, 0.85, False)),
    ("share, sources drawn", "24 sources, 85 % right", sources(SIZES, 0.85)),
    ("share, sources drawn", "10 sources, 85 % right", sources(SIZES[:10], 0.85)),
    ("share, sources drawn", "4 sources, 90 % right", sources((170, 170, 165, 160), 0.90)),
    ("share, sources drawn, at an edge", "30 sources of 9, 99 % right", sources((9,) * 30, 0.99)),
    ("difference, sources drawn", "24 sources, 6 % won, 4 % lost", paired(SIZES, 0.06, 0.04)),
    ("difference, percentile", "300 lines, 10 % won, 5 % lost", paired((1,) * 300, 0.10, 0.05)),
    ("difference, Bonett-Price", "200 lines, 2 % won, 1 % lost", paired((1,) * 200, 0.02, 0.01)),
    ("mean over codes", "150 codes of 1 to 3 lines, 80 % right", over_codes(150, 0.80)),
    (
        "mean over sets",
        "6 sets of 27 to 400 lines, 74 to 99 % right",
        over_sets((400, 260, 150, 91, 60, 27), (0.85, 0.95, 0.99, 0.91, 0.98, 0.74)),
    ),
    ("calibration error", "2,000 lines, confidence 5 points too high", calibration(2000, 0.05)),
    ("calibration error", "300 lines, confidence 5 points too high", calibration(300, 0.05)),
    ("calibration error", "2,000 lines, perfectly calibrated", calibration(2000, 0.0)),
)


def coverage_rows(measured: Sequence[Covered]) -> list[list[str]]:
    """Make header and rows of the table."""
    head = ["interval of", "simulated", "holds the true value", "mean width"]
    return [head] + [[row.interval, row.cases, str(row.held), f"{row.width:.3f}"] for row in measured]
