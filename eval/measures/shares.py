"""A share of cases with its interval."""

from __future__ import annotations

import msgspec

from eval.measures.bootstrap import LEVEL


class Share(msgspec.Struct, frozen=True):
    """`hits` of `n` cases, with the Wilson score interval of 95 % (Wilson 1927).

    Attributes:
        value: hits / n; 0 where there is no case.
        low: Lower end; high: upper end.
    """

    hits: int
    n: int
    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.1%} [{self.low:.1%}, {self.high:.1%}]" if self.n else "-"


def share(hits: int, n: int) -> Share:
    """Return the share of `hits` in `n` cases; without a case the interval is 0 to 1."""
    if n == 0:
        return Share(0, 0, 0.0, 0.0, 1.0)
    from scipy.stats import binomtest

    low, high = binomtest(hits, n).proportion_ci(LEVEL, method="wilson")
    return Share(hits, n, hits / n, float(low), float(high))
