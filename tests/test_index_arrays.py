"""Compiled functions read arrays by their address; they refuse those that they would misread."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.compiled import closest_rows, first_rows, gather_shown, running_min, top_k

ROWS = np.arange(3)
MATRIX = np.arange(12, dtype=np.float32).reshape(3, 4)
CODES, ALLOWED = np.full((3, 4), 128, np.uint8), np.ones(3, np.uint8)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (top_k, (np.ones(3), [0, 3], [1])),
        (running_min, (np.ones(3, np.float32), [0, 3])),
        (gather_shown, (ROWS.astype(np.int32), ROWS, ROWS, np.ones(3, np.float32))),
        (closest_rows, (CODES.astype(np.int8), 1.0, ROWS[None], ALLOWED, MATRIX[:1], 1)),
    ],
)
def test_an_array_of_another_type_is_refused(
    function: Callable[..., Any], arguments: tuple[Any, ...]
) -> None:
    """float64 for float32, float32 for float64, int32 for int64, int8 for uint8."""
    with pytest.raises(ValueError, match="another type or order"):
        function(*arguments)


@pytest.mark.parametrize("matrix", [np.asfortranarray(MATRIX), MATRIX[:, ::2], MATRIX[::2]])
def test_an_array_in_another_order_is_refused(matrix: Any) -> None:
    """By columns, and with gaps."""
    with pytest.raises(ValueError, match="another type or order"):
        first_rows(matrix, [0, 1, 2])


def test_arrays_as_they_should_be_are_read() -> None:
    """Empty ones too."""
    assert first_rows(MATRIX, [0, 1, 2]).tolist() == MATRIX[:2].tolist()
    assert running_min(np.empty(0), [0, 0]) == [[]]
    cosines, rows, fewest = closest_rows(CODES, 1.0, ROWS[None], ALLOWED, MATRIX[:1], 2)
    assert (cosines.tolist(), rows.tolist(), fewest) == ([[0.0, 0.0]], [[0, 1]], 2)
