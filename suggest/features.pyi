"""What is known of a query and a candidate code together, compiled from `features.pyx`."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from index.store.terms import TermIndex
from suggest.candidates import Candidates
from suggest.code_columns import CodeColumns
from suggest.reader import Query

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

NAMES: tuple[str, ...]
"""Names of the columns, in order."""

COUNT: int

class Features:
    """Computes the matrix that the ranker reads, for the codes of one index; from any thread."""

    def __init__(self, table: TermIndex, codes: CodeColumns) -> None:
        """Take what is known of every code."""

    def matrix(self, queries: Sequence[Query], evidence: Candidates) -> Floats:
        """The numbers of each candidate of each query: float32 (candidates, COUNT), columns as in `NAMES`."""

def calibrated(
    matrix: Floats,
    scores: Floats,
    indptr: list[int],
    order: Ids,
    firsts: list[int],
    codable: list[float],
    taken: Ids,
) -> Floats:
    """What `suggest.calibration.confidence_features` gives; `taken` are the columns of `matrix` in it."""

def first(scores: Floats, indptr: list[int], most: list[int]) -> tuple[Ids, list[int]]:
    """The best candidates of each query, best first, equal ones in order.

    Args:
        scores: float32 (n,).
        indptr: Query i has the candidates from `indptr[i]` to `indptr[i + 1]`.
        most: How many are wanted of each query.

    Returns:
        Their positions, int64 (m,), and the bounds of each query's own in it.
    """

def falling(values: npt.NDArray[np.float64], firsts: list[int]) -> list[list[float]]:
    """For each query the least value so far of its own, which `firsts` bounds, to four places."""

def listed(order: Ids, rows: Ids, closest: Ids, scores: Floats) -> tuple[list[int], list[int], list[float]]:
    """What stands at some positions of three arrays; scores to four places."""

def leading(columns: Floats, firsts: list[int]) -> Floats:
    """The first of the rows of each query, which `firsts` bounds, but for queries without any."""
