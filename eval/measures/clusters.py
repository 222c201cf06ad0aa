"""Which cases are drawn together: those of one source, such as a hospital, write alike and err alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.case_results import CaseResult

Cluster = Literal["source", "none"]
MIN_SOURCES = 4  # fewer cannot show how sources differ


class Clusters(NamedTuple):
    """The cluster of each case.

    Attributes:
        numbers: int64 (n,), from 0, none left out.
        sources: Number of sources that are drawn whole; 0 where each case is a cluster of its own.
        freedom: Degrees of freedom of a t interval over the clusters.
    """

    numbers: NDArray[np.int64]
    sources: int
    freedom: float

    @property
    def number(self) -> int:
        """Number of clusters."""
        return int(self.numbers.max()) + 1


def find_clusters(results: Sequence[CaseResult], cluster: Cluster = "source") -> Clusters:
    """Find the clusters of cases: the sources of each case set that has at least four, else the cases.

    A source that several case sets have is one cluster; a case without a source is one of its own.

    Args:
        results: At least one case.
        cluster: `none` makes each case a cluster.
    """
    sources: dict[str, set[str]] = {}
    for result in results if cluster == "source" else ():
        sources.setdefault(result.set, set()).add(result.source)
    whole = {name for name, found in sources.items() if len(found - {""}) >= MIN_SOURCES}
    keys: list[object] = [
        result.source if result.set in whole and result.source else position
        for position, result in enumerate(results)
    ]
    place = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    numbers = np.array([place[key] for key in keys], dtype=np.int64)
    return Clusters(numbers, sum(isinstance(key, str) for key in place), _freedom(numbers))


def numbered_clusters(numbers: NDArray[np.int64]) -> Clusters:
    """Clusters given by the number of each case's source, from 0, none left out."""
    return Clusters(numbers, int(numbers.max()) + 1, _freedom(numbers))


def cases_apart(n: int) -> Clusters:
    """Clusters of n cases that each are one of their own."""
    numbers = np.arange(n, dtype=np.int64)
    return Clusters(numbers, 0, _freedom(numbers))


def _freedom(numbers: NDArray[np.int64]) -> float:
    """Effective number of clusters less 1, at least 1 (Carter, Schnepel and Steigerwald 2017).

    Cases of a cluster count as fully correlated there, so that clusters of unequal size count as fewer.
    """
    weights = np.bincount(numbers).astype(np.float64) ** 2
    return max(1.0, float(weights.sum() ** 2 / (weights**2).sum()) - 1.0)
