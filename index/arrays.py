"""Types of arrays that several folders pass on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""float32 (n, dim): one vector a row."""
