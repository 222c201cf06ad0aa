"""Compiled from `_ranking.pyx`. Arrays are C-contiguous, but for `penalised`; positions are not checked."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

def penalised(
    scores: npt.NDArray[np.float64],
    matrix: Floats,
    route: tuple[int, float],
    size: tuple[int, int, float, float],
) -> Floats: ...
def top_k(scores: Floats, indptr: list[int], sizes: list[int]) -> tuple[Ids, list[int]]: ...
def running_min(values: npt.NDArray[np.float64], firsts: list[int]) -> list[list[float]]: ...
def gather_shown(
    order: Ids, rows: Ids, closest: Ids, scores: Floats
) -> tuple[list[int], list[int], list[float]]: ...
def weighed(
    log_odds: list[float],
    said: list[tuple[float, ...]],
    behind: list[float],
    weights: tuple[float, ...],
    wanted: int,
) -> tuple[list[int], list[float], list[float]]: ...
def first_rows(columns: Floats, firsts: list[int]) -> Floats: ...
