"""The compiled functions and classes under test, imported in one place."""

from index.loops import (
    Columns,
    SharedWords,
    Stored,
    TextsOfCodes,
    WeightedRows,
    inner_products,
    longest_phrases,
    sums_by_row,
    unit_sums,
)
from index.text._normal import numbered
from suggest.features import (
    NAMES,
    Features,
)
from suggest.features import (
    calibrated as confidence_columns,
)
from suggest.features import (
    falling as running_min,
)
from suggest.features import (
    first as top_k,
)
from suggest.features import (
    leading as first_rows,
)
from suggest.features import (
    listed as gathered,
)

__all__ = [
    "NAMES",
    "Columns",
    "Features",
    "SharedWords",
    "Stored",
    "TextsOfCodes",
    "WeightedRows",
    "confidence_columns",
    "first_rows",
    "gathered",
    "inner_products",
    "longest_phrases",
    "numbered",
    "running_min",
    "sums_by_row",
    "top_k",
    "unit_sums",
]
