"""The compiled functions under test, and the Python ones that stand beside them, imported in one place."""

from index._encoder import unit_sums, weighted_sum
from index.store._vectors import sums_by_row
from index.store._vectors import top_k as closest_rows
from index.text.phrases import longest_phrases
from suggest.calibration import first_rows, running_min
from suggest.features import NAMES, Features
from suggest.ranking import top_k

__all__ = [
    "NAMES",
    "Features",
    "closest_rows",
    "first_rows",
    "longest_phrases",
    "running_min",
    "sums_by_row",
    "top_k",
    "unit_sums",
    "weighted_sum",
]
