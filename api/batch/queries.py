"""What each row of a batch asks: where its text and its date of service stand, and what came back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from api.batch.readers import BatchError, Row
from api.batch.writers import Result
from api.grouping import Asked, suggest_each
from api.service import SuggesterLike
from index.errors import HcpcsError
from suggest.answer import Answer

TEXT_COLUMNS = (
    "text",
    "description",
    "query",
    "item",
    "item_description",
    "charge_description",
    "charge_text",
)
DATE_FORMS = {r"\d{4}-\d\d-\d\d": "%Y-%m-%d", r"\d{8}": "%Y%m%d", r"\d{1,2}/\d{1,2}/\d{4}": "%m/%d/%Y"}


class Questions(msgspec.Struct, frozen=True):
    """Where a row's question stands and how many codes it wants."""

    text_column: str
    date_column: str | None
    k: int


def text_column(asked: str | None, columns: Sequence[str]) -> str:
    """The column that holds the texts: the one asked for, a usual name, or the only one.

    Raises:
        BatchError: If it is not there or cannot be guessed; names the columns.
    """
    if asked is not None:
        return present(asked, columns)
    if len(columns) == 1:
        return columns[0]
    by_name = {name.lower().replace(" ", "_"): name for name in columns}
    for name in TEXT_COLUMNS:
        if name in by_name:
            return by_name[name]
    raise BatchError(f"say with --text-column which column holds the texts; there are: {', '.join(columns)}")


def present(name: str, columns: Sequence[str]) -> str:
    """A column that must be there.

    Raises:
        BatchError: If it is not; names the columns.
    """
    if name not in columns:
        raise BatchError(f"there is no column {name!r}; there are: {', '.join(columns)}")
    return name


def day(value: Any) -> date | None:
    """A date of service as spreadsheets write it: 2026-01-31, 20260131 or 1/31/2026; None when empty.

    Raises:
        ValueError: If it is none of these.
    """
    text = "" if value is None else str(value).strip()
    if not text:
        return None
    for pattern, form in DATE_FORMS.items():
        if re.fullmatch(pattern, text):
            return datetime.strptime(text, form).date()
    raise ValueError("no form of date")


def answered(suggester: SuggesterLike, rows: Sequence[Row], questions: Questions) -> list[Result]:
    """Results of the given rows, in order.

    Raises:
        HcpcsError: If the suggester refuses to answer.
    """
    queries = [_query(row, questions) for row in rows]
    asked = [query for query in queries if isinstance(query, Asked)]
    outcomes = iter(suggest_each(suggester.suggest, asked))
    return [
        Result(row, None, query) if isinstance(query, str) else _result(row, next(outcomes))
        for row, query in zip(rows, queries, strict=True)
    ]


def _result(row: Row, outcome: Answer | HcpcsError) -> Result:
    if isinstance(outcome, HcpcsError):
        raise outcome
    return Result(row, outcome, outcome.error)


def _query(row: Row, questions: Questions) -> Asked | str:
    """What a row asks, or why it cannot be answered; the reason never repeats the row's own values."""
    if row.error:
        return row.error
    text = row.columns.get(questions.text_column)
    if text is None:
        return f"there is no text in {questions.text_column!r}"
    if isinstance(text, bool) or not isinstance(text, str | int):
        return f"{questions.text_column!r} is not a text"
    try:
        on = day(row.columns.get(questions.date_column)) if questions.date_column else None
    except ValueError:
        return f"{questions.date_column!r} is not a date such as 2026-01-31"
    return Asked(str(text), questions.k, on, None)
