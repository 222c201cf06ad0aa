"""Compiled from `_systems.pyx`. Arrays are C-contiguous; rows are not checked."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

class Network:
    def __init__(
        self,
        table: npt.NDArray[np.int8],
        scales: Floats,
        hidden_bias: Floats,
        output: Floats,
        bias: Floats,
    ) -> None: ...
    def part(self, rows: list[int]) -> bytes: ...
    def probabilities(self, parts: list[bytes], pairs: list[int]) -> list[float]: ...
