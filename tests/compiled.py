"""Imports the compiled functions under test, and the functions beside them, in one place."""

from index._encoder import unit_sums, weighted_sum
from index.store._vectors import sums_by_row
from index.store._vectors import top_k as closest_rows
from index.text.phrases import longest_phrases
from suggest._ranking import (
    first_rows,
    gather_shown,
    log_odds,
    probability,
    running_min,
    spoken_for,
    tell,
    top_k,
    weighed,
)
from suggest.features import NAMES, Features

__all__ = [
    "NAMES",
    "Features",
    "closest_rows",
    "first_rows",
    "gather_shown",
    "log_odds",
    "longest_phrases",
    "probability",
    "running_min",
    "spoken_for",
    "sums_by_row",
    "tell",
    "top_k",
    "unit_sums",
    "weighed",
    "weighted_sum",
]
