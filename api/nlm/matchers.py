"""What one clause of `q` asks of a field: a word, a phrase, a pattern, a range or a comparison."""

from __future__ import annotations

import re
from collections.abc import Callable

from api.nlm.columns import WILDCARD, WORD, Column, Rows
from api.nlm.fields import BOOLEANS, DATES

Matcher = Callable[[Column], Rows]

_RANGE = re.compile(r"([\[{])\s*(\S+)\s+TO\s+(\S+)\s*([\]}])")
_DATE = re.compile(r"\d{4}(?:-?\d\d(?:-?\d\d)?)?")  # a year, month or day
_UNREAD = re.compile(r"[~^/\\<>=&|]")  # mean something in the syntax that is not supported
_AFTER = "\x7f"  # sorts after what follows a date that names a month or a year


class QuerySyntaxError(ValueError):
    """A query that cannot be read; the message never repeats it."""


def matcher(token: re.Match[str], field: str) -> Matcher:
    """Which texts of a field match the token: a range, a comparison, a phrase, a pattern or a term."""
    if token["range"] is not None:
        return _range(token["range"], field)
    if token["sign"] is not None:
        return _comparison(token["sign"], token["bound"].strip('"').lower(), field)
    if token["phrase"] is not None and (field not in DATES or not token["phrase"]):
        words = WORD.findall(token["phrase"].lower())
        if field in BOOLEANS and words not in ([], ["true"], ["false"]):
            raise QuerySyntaxError(f"has another value for {field} than true or false")
        return lambda column: column.phrase(words)
    return _term((token["phrase"] or token["term"]).lower(), field)


def _term(term: str, field: str) -> Matcher:
    """Which texts of a field match a pattern or a word; of a date field a day, a month or a year."""
    if _UNREAD.search(term):
        raise QuerySyntaxError(r"has one of ~ ^ / \ < > = & | in a word; put the words in quotes")
    if WILDCARD.search(term):
        return lambda column: column.pattern(term)
    if field in BOOLEANS and term not in {"true", "false"}:
        raise QuerySyntaxError(f"has another value for {field} than true or false")
    if field in DATES:
        day = _date(term)
        return lambda column: column.prefix(day)
    words = WORD.findall(term)
    if not words:
        raise QuerySyntaxError("has a word without a letter or digit")
    return lambda column: column.term(words)


def _range(text: str, field: str) -> Matcher:
    """Which texts sort within `[FROM TO UNTIL]`; braces leave an end out, and `*` is an open end."""
    match = _RANGE.fullmatch(text)
    if match is None:
        raise QuerySyntaxError("has a range that is not of the form [FROM TO UNTIL]")
    opening, low, high, closing = match.groups()
    return _between(low.strip('"').lower(), high.strip('"').lower(), opening == "[", closing == "]", field)


def _comparison(sign: str, bound: str, field: str) -> Matcher:
    """Which texts sort before or after a value."""
    if WILDCARD.search(bound):
        raise QuerySyntaxError("compares with a wildcard")
    if sign.startswith(">"):
        return _between(bound, "*", sign == ">=", True, field)
    return _between("*", bound, True, sign == "<=", field)


def _between(low: str, high: str, includes_low: bool, includes_high: bool, field: str) -> Matcher:
    """Which texts of a field sort between two bounds.

    A bound of a date field may be a year or a month, which includes or leaves out all its days.
    """
    if field in BOOLEANS:
        raise QuerySyntaxError(f"has a range of {field}, which is true or false")
    if field in DATES:
        low = low if low == "*" else _date(low) + ("" if includes_low else _AFTER)
        high = high if high == "*" else _date(high) + (_AFTER if includes_high else "")
    lowest, highest = ("" if low == "*" else low), (None if high == "*" else high)
    return lambda column: column.between(
        lowest, highest, includes_low=includes_low, includes_high=includes_high
    )


def _date(text: str) -> str:
    """A date without its hyphens, as the columns hold it.

    Raises:
        QuerySyntaxError: If it is none.
    """
    if not _DATE.fullmatch(text):
        raise QuerySyntaxError("has a date that is not of the form 20240131")
    return text.replace("-", "")
