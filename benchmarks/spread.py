"""Numbers with their spread: a median says little without the tenth and the ninetieth percentile."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

SHOWN = (1, 5, 10, 25, 50, 75, 90, 95, 99)


class Spread(msgspec.Struct, frozen=True):
    """Median with 10th and 90th percentile of `n` measurements, in the unit of its field's name."""

    median: float
    p10: float
    p90: float
    n: int


def spread(values: Sequence[float]) -> Spread:
    """The spread of some measurements.

    Raises:
        ValueError: If there are none.
    """
    if not len(values):
        raise ValueError("there is no measurement to summarise")
    low, middle, high = (float(value) for value in np.percentile(values, (10, 50, 90)))
    return Spread(_rounded(middle), _rounded(low), _rounded(high), len(values))


def ratios(above: Sequence[float], below: Sequence[float]) -> Spread:
    """The spread of pairwise ratios: each pair was measured one right after the other."""
    return spread([one / other for one, other in zip(above, below, strict=True)])


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Percentiles by name (`p50`), in the unit of the values."""
    return {f"p{at}": _rounded(float(np.percentile(values, at))) for at in SHOWN}


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """The e of cost = c * size ** e that fits best: the slope of the logarithms; 1 is linear growth."""
    slope = np.polynomial.Polynomial.fit(np.log(sizes), np.log(costs), 1).convert().coef[1]
    return _rounded(float(slope))


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
