"""What is known of a query and a candidate code together, compiled from `features.pyx`."""

import numpy as np
import numpy.typing as npt

from index.wordtable import WordTable
from suggest.codefacts import CodeFacts
from suggest.query import Query
from suggest.retrieval import Evidence

NAMES: tuple[str, ...]
"""Names of the columns, in order."""

COUNT: int

class Features:
    """Computes the matrix that the ranker reads, for the codes of one index; from any thread."""

    def __init__(self, table: WordTable, codes: CodeFacts) -> None:
        """Take what is known of every code."""

    def matrix(self, query: Query, evidence: Evidence) -> npt.NDArray[np.float32]:
        """The numbers of each candidate: float32 (candidates, COUNT), columns as in `NAMES`."""

def calibrated(
    matrix: npt.NDArray[np.float32],
    scores: npt.NDArray[np.float32],
    order: npt.NDArray[np.int64],
    codable: float,
    taken: npt.NDArray[np.int64],
) -> npt.NDArray[np.float32]:
    """What `suggest.confidence.confidence_features` gives; `taken` are the columns of `matrix` in it."""

def first(
    scores: npt.NDArray[np.float32],
    rows: npt.NDArray[np.int64],
    closest: npt.NDArray[np.int64],
    k: int,
) -> tuple[npt.NDArray[np.int64], list[int], list[int], list[float]]:
    """The k best candidates of a text, equal ones in order.

    Args:
        scores: float32 (n,).
        rows: int64 (n,).
        closest: int64 (n,).
        k: How many are wanted.

    Returns:
        Their positions, int64 (at most k,), and what stands there in each array, scores to four places.
    """

def falling(values: npt.NDArray[np.float64], start: int, stop: int) -> list[float]:
    """The least value so far, from `start` to `stop`, to four places."""
