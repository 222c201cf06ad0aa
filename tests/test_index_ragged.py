"""Rows of unequal length in one flat array."""

from __future__ import annotations

import numpy as np

from index.ragged import positions


def test_items_of_the_rows_come_in_the_order_asked_for() -> None:
    """An empty row has no item; a row may come before an earlier one."""
    found, counts = positions(np.array([0, 2, 2, 5], np.int64), np.array([2, 1, 0]))

    assert found.tolist() == [2, 3, 4, 0, 1]
    assert counts.tolist() == [3, 0, 2]
