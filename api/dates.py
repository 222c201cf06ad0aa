"""Dates of service as people and systems write them."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

Order = Literal["month first", "day first"]

EXAMPLE = "2026-01-15, 01/15/2026 or 15-Jan-2026"
FIRST_YEAR, LAST_YEAR = 1900, 2100
CENTURY_AHEAD = 10  # a year of two digits is at most so many years ahead of today

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_TIME = r"(?:(?:T|,?\s+)\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[ap]\.?m\.?)?\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.IGNORECASE)
_COMPACT = re.compile(r"\d{8}")
_NUMBERS = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}", re.IGNORECASE)
_DAY_NAMED = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th)?[-/ .]*{_MONTH}[-/ .,]*(\d{{4}}|\d{{2}}){_TIME}", re.IGNORECASE
)
_NAMED_DAY = re.compile(
    rf"{_MONTH}[-/ .]*(\d{{1,2}})(?:st|nd|rd|th)?(?:,\s*|[-/ .]+)(\d{{4}}|\d{{2}}){_TIME}", re.IGNORECASE
)


def read_date(text: str, order: Order = "month first") -> date:
    """A day from the way that it is written.

    `2026-01-15`, `2026-1-5`, `20260115`, `01/15/2026`, `1/5/26`, `01152026`, `15-Jan-2026`, `Jan 15, 2026`;
    a time of day behind it does not count. Of two numbers that may both be the month, `order` decides.

    Raises:
        ValueError: If it is none of these or no day of the calendar; the message has examples, not the text.
    """
    text = text.strip()
    parts = _parts(text, order)
    if parts is None:
        raise ValueError(f"it is not a date such as {EXAMPLE}")
    year, month, day = parts
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"its year is not between {FIRST_YEAR} and {LAST_YEAR}; write it like {EXAMPLE}")
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"it is no day of the calendar; write it like {EXAMPLE}") from None


def _parts(text: str, order: Order) -> tuple[int, int, int] | None:
    """Year, month and day, not yet checked."""
    if match := _YEAR_FIRST.fullmatch(text):
        return int(match[1]), int(match[3]), int(match[4])
    if _COMPACT.fullmatch(text):
        if FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
            return int(text[:4]), int(text[4:6]), int(text[6:])
        return _ordered(int(text[:2]), int(text[2:4]), int(text[4:]), order)
    if match := _NUMBERS.fullmatch(text):
        return _ordered(int(match[1]), int(match[3]), _year(match[4]), order)
    if match := _DAY_NAMED.fullmatch(text):
        return _year(match[3]), _month(match[2]), int(match[1])
    if match := _NAMED_DAY.fullmatch(text):
        return _year(match[3]), _month(match[1]), int(match[2])
    return None


def _ordered(first: int, second: int, year: int, order: Order) -> tuple[int, int, int]:
    """Month and day from two numbers: one above 12 is the day, else the order decides."""
    day_first = second <= 12 and (first > 12 or order == "day first")
    return (year, second, first) if day_first else (year, first, second)


def _year(digits: str) -> int:
    if len(digits) == 4:
        return int(digits)
    year = date.today().year // 100 * 100 + int(digits)
    return year if year <= date.today().year + CENTURY_AHEAD else year - 100


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].lower()) + 1


def order_of(texts: Iterable[str]) -> tuple[Order, bool]:
    """The order of month and day in a column of dates, and whether the column itself shows it.

    The American order, unless a first number is above 12 and no second one is.
    """
    firsts, seconds = [], []
    for text in texts:
        if match := _NUMBERS.fullmatch(text.strip()):
            firsts.append(int(match[1]))
            seconds.append(int(match[3]))
    day_first = max(firsts, default=0) > 12 >= max(seconds, default=0)
    month_first = max(seconds, default=0) > 12 >= max(firsts, default=0)
    return ("day first" if day_first else "month first"), day_first or month_first or not firsts


def is_ambiguous(text: str) -> bool:
    """Whether month and day of a date could change places and mean another day."""
    match = _NUMBERS.fullmatch(text.strip())
    return match is not None and int(match[1]) <= 12 and int(match[3]) <= 12 and match[1] != match[3]


def parse_date(value: Any, order: Order = "month first") -> date | None:
    """The date in a cell; None for an empty one.

    Raises:
        ValueError: As `read_date`.
    """
    text = "" if value is None else str(value).strip()
    return read_date(text, order) if text else None


def date_argument(text: str) -> date:
    """A date on the command line.

    Raises:
        argparse.ArgumentTypeError: If it cannot be read.
    """
    try:
        return read_date(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
