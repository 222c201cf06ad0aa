"""What each row of a batch asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from api.batch.column_names import TEXT_COLUMNS
from api.batch.readers import BatchError, InputRow
from api.dates import Order, parse_date
from api.service import Query
from index.column_names import describe_columns
from suggest.answer import Ask, Filters


class QuerySource(msgspec.Struct, frozen=True):
    """How a row becomes a query.

    Attributes:
        text_column: Column that holds the text.
        date_column: Column that holds the date of service; None for none.
        k: Number of codes to suggest for each row.
        on: Date of service of rows without one of their own; None for today.
        order: Of month and day where both are numbers.
        level: 1 for CPT only, 2 for Level II only, None for both.
    """

    text_column: str
    date_column: str | None
    k: int
    on: date | None = None
    order: Order = "month first"
    level: int | None = None


def choose_text_column(requested: str | None, columns: Sequence[str]) -> str:
    """The column that holds the texts: the requested one, the only one, or one with a usual name.

    Raises:
        BatchError: If the requested column is missing or none can be chosen; names the columns.
    """
    if requested is not None:
        return require_column(requested, columns)
    if len(columns) == 1:
        return columns[0]
    by_name = {name.lower().replace(" ", "_"): name for name in columns}
    for name in TEXT_COLUMNS:
        if name in by_name:
            return by_name[name]
    raise BatchError(f"say with --text-column which column holds the texts; {describe_columns(columns)}")


def fullest_column(columns: Sequence[str], sample: Sequence[InputRow]) -> str:
    """The column with most letters in its cells, equal cells counted once."""

    def letters(name: str) -> int:
        return sum(sum(map(str.isalpha, cell)) for cell in {str(row.columns.get(name)) for row in sample})

    return max(columns, key=letters)


def require_column(name: str, columns: Sequence[str]) -> str:
    """The given name, if a column has it.

    Raises:
        BatchError: If no column has it; names the columns.
    """
    if name not in columns:
        raise BatchError(f"there is no column {name!r}; {describe_columns(columns)}")
    return name


def row_query(row: InputRow, source: QuerySource) -> Query | str:
    """What a row asks, or why it cannot be answered; the reason never repeats the row's own values."""
    if row.error:
        return row.error
    text = row.columns.get(source.text_column)
    if text is None:
        return f"there is no text in {source.text_column!r}"
    if isinstance(text, bool) or not isinstance(text, str | int):
        return f"{source.text_column!r} is not a text"
    try:
        on = parse_date(row.columns.get(source.date_column), source.order) if source.date_column else None
    except ValueError as error:
        return f"{source.date_column!r} cannot be read: {error}"
    return Query(str(text), Ask(source.k, on or source.on, Filters(level=source.level)))
