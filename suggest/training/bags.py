"""Bags of features: how texts stand in memory while a table of features is trained, and how it is stored."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


class Bags:
    """Feature ids of many texts in one flat array."""

    def __init__(self, features: Sequence[Sequence[int]]) -> None:
        """Take the feature ids of each text."""
        self._lengths: Ints = np.array([len(ids) for ids in features], np.int64)
        self._starts = np.cumsum(self._lengths) - self._lengths
        self._flat: Ints = np.array([i for ids in features for i in ids], np.int64)

    def take(self, rows: Ints) -> tuple[torch.Tensor, torch.Tensor]:
        """The ids of the given texts one after the other, and the position where each text starts."""
        lengths = self._lengths[rows]
        starts = np.cumsum(lengths) - lengths
        index = np.repeat(self._starts[rows] - starts, lengths) + np.arange(lengths.sum())
        return torch.from_numpy(self._flat[index]), torch.from_numpy(starts)


def as_bytes(rows: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """A float32 table as int8 and one scale a row, float32: a row is about its bytes times its scale."""
    scales = np.maximum(np.abs(rows).max(axis=1), 1e-8) / 127
    return np.round(rows / scales[:, None]).astype(np.int8), scales.astype(np.float32)
