"""Dates of service as people write them."""

from __future__ import annotations

from datetime import date

import pytest

from api.batch.dates import find_date_column
from api.batch.readers import BatchError, InputRow
from api.dates import order_of, parse_date, read_date

WRITTEN = (
    "2026-01-05", "2026-1-5", "2026/01/05", "20260105", "01/05/2026", "1/5/26", "1-5-2026", "01.05.2026",
    "01052026", "5-Jan-2026", "05JAN2026", "5 January 26", "Jan 5, 2026", "january 5th, 2026",
    "2026-01-05T00:00:00Z", "1/5/2026 12:00:00 AM", " 2026-01-05 00:00:00 ",
)  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN)
def test_a_day_is_read_in_every_usual_form(text: str) -> None:
    """The American order where month and day could change places."""
    assert read_date(text) == date(2026, 1, 5)


def test_a_number_above_twelve_is_the_day() -> None:
    """Whatever the order; two digits of a year are near today's."""
    assert read_date("15/01/2026") == read_date("15.1.26") == date(2026, 1, 15)
    assert read_date("1/5/2026", "day first") == date(2026, 5, 1)
    assert read_date("12/31/99") == date(1999, 12, 31)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("soon", "it is not a date such as 2026-01-15, 01/15/2026 or 15-Jan-2026"),
        ("2026-01", "it is not a date such as"),
        ("46037", "it is not a date such as"),
        ("1/5/26-1/9/26", "it is not a date such as"),
        ("2/30/2026", "it is no day of the calendar; write it like"),
        ("13/13/2026", "it is no day of the calendar"),
        ("1526-01-05", "its year is not between 1900 and 2100"),
    ],
)
def test_what_is_no_day_is_refused_with_an_example(text: str, message: str) -> None:
    """The text itself is not repeated."""
    with pytest.raises(ValueError, match=message):
        read_date(text)


def test_an_empty_cell_has_no_date() -> None:
    """So does a missing one."""
    assert parse_date("  ") is parse_date(None) is None


def test_a_column_shows_its_order() -> None:
    """By one number above twelve; else nothing shows it."""
    assert order_of(["1/5/2026", "25/1/2026"]) == ("day first", True)
    assert order_of(["1/5/2026", "1/25/2026"]) == ("month first", True)
    assert order_of(["1/5/2026"]) == ("month first", False)
    assert order_of(["2026-01-05"]) == ("month first", True)


def found(names: str, *cells: str) -> str | None:
    columns = names.split(",")
    rows = [InputRow(dict(zip(columns, row.split(","), strict=True))) for row in cells]
    return find_date_column(columns, rows, "text").name


@pytest.mark.parametrize(
    ("names", "cells", "column"),
    [
        ("text,DOS,dob", "cane,1/5/26,1/5/50", "DOS"),
        ("text,from dos,thru dos", "cane,1/5/26,1/6/26", "from dos"),
        ("text,line_service_start_dt", "cane,20260105", "line_service_start_dt"),
        ("text,when", "cane,5-Jan-2026", "when"),
        ("text,paid date", "cane,5-Jan-2026", None),
        ("text,quantity", "cane,20", None),
        ("text,DOS", "cane,soon", "DOS"),
    ],
)
def test_the_column_is_found_by_name_and_content(names: str, cells: str, column: str | None) -> None:
    """Of birth, payment and the like it is none."""
    assert found(names, cells) == column


def test_several_columns_are_said() -> None:
    """None of them is chosen."""
    with pytest.raises(BatchError, match="may hold the dates of service: one, two"):
        found("text,one,two", "cane,2026-01-05,2026-01-06")
