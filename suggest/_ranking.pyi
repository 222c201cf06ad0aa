"""Compiled from `_ranking.pyx`. Arrays are C-contiguous; positions are not checked."""

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

def penalised(
    scores_array: npt.NDArray[np.float64],
    matrix_array: Floats,
    route: tuple[int, float],
    size: tuple[int, int, float, float],
) -> Floats: ...
def top_k(scores_array: Floats, indptr: list[int], sizes: list[int]) -> tuple[Ids, list[int]]: ...
def running_min(values_array: npt.NDArray[np.float64], firsts: list[int]) -> list[list[float]]: ...
def gather_shown(
    order_array: Ids, rows_array: Ids, closest_array: Ids, scores_array: Floats
) -> tuple[list[int], list[int], list[float]]: ...
def log_odds(probabilities: list[float], least: float, most: float) -> list[float]: ...
def probability(odds: float) -> float: ...
def spoken_for(
    neighbours: list[tuple[float, int]],
    indptr: Ids,
    codes: npt.NDArray[np.int32],
    weights: Floats,
    sharpness: float,
    near: float,
) -> dict[int, list[Any]]: ...
def tell(
    features: npt.NDArray[np.float64],
    codes: list[int],
    log_odds: list[float],
    first_new: int,
    spoken: dict[int, list[Any]],
    entry: dict[int, float],
    shape: dict[int, float],
    nearest: float,
    common: list[float],
    least_cosine: float,
    neighbours: float,
) -> None: ...
def weighed(
    features: npt.NDArray[np.float64], log_odds: list[float], weights: tuple[float, ...], wanted: int
) -> tuple[list[int], list[float], list[float]]: ...
def first_rows(columns_array: Floats, firsts: list[int]) -> Floats: ...
