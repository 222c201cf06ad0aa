"""Medians with their spread (10th and 90th percentile), ratios, percentiles and exponents of growth."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99)


class Spread(msgspec.Struct, frozen=True):
    """Median with 10th and 90th percentile of `n` measurements, in the unit of its field's name."""

    median: float
    p10: float
    p90: float
    n: int


def spread(values: Sequence[float]) -> Spread:
    """Summarise measurements by their spread.

    Raises:
        ValueError: If there is no measurement.
    """
    if not len(values):
        raise ValueError("there is no measurement to summarise")
    low, middle, high = (float(value) for value in np.percentile(values, (10, 50, 90)))
    return Spread(_rounded(middle), _rounded(low), _rounded(high), len(values))


def ratios(above: Sequence[float], below: Sequence[float]) -> Spread:
    """Summarise pairwise ratios; the two measurements of a pair were taken directly after each other."""
    return spread([numerator / denominator for numerator, denominator in zip(above, below, strict=True)])


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Compute percentiles by name (`p50`), in the unit of the values."""
    return {f"p{at}": _rounded(float(np.percentile(values, at))) for at in PERCENTILES}


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Fit e of cost = c * size ** e by least squares on the logarithms; 1 is linear growth."""
    slope = np.polynomial.Polynomial.fit(np.log(sizes), np.log(costs), 1).convert().coef[1]
    return _rounded(float(slope))


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
