"""Ranges of amounts in a text: "more than 16 but less than or equal to 48 sq in", "301 to 450 pounds"."""

from __future__ import annotations

import re
from math import inf
from typing import NamedTuple

from index.text.units import DIMENSIONS, UNITS

EDGE = 1e-5
"""An end that does not belong to a range is moved inwards by this share, so that both ends of any count."""

AT_EDGE = 2e-6
"""Share by which an amount may miss an end of a range and still count: the rounding of float32."""

AREA, LENGTH, INCH = DIMENSIONS.index("area"), DIMENSIONS.index("length"), 25.4

NUMBER = r"(?:\d+\.\d+|\d+|\.\d+)"
UNIT = (
    "(?:"
    + "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True)).replace("|in|", r"|in(?! \d)|")
    + ")(?![a-z0-9])"
)
_OR_EQUAL = {
    "low": r"(?:greater|more|larger|longer) than or equal(?: to)?"
    r"|equal(?: to)? or (?:greater|more|larger) than|at least|minimum(?: of)?|min of"
    r"|not less than|>\s?/?=|=>",
    "high": r"(?:less|smaller|fewer) than or equal(?: to)?|equal(?: to)? or (?:less|smaller|fewer) than"
    r"|up to(?: and including)?|(?:no|not) (?:more|greater|larger) than|(?:not to|not) exceed(?:ing)?|at most"
    r"|maximum(?: of)?|max of|<\s?/?=|=<",
}
_STRICT = {
    "low": r"(?:greater|more|larger|longer|older) than|over|above|exceed(?:s|ing)?|>",
    "high": r"(?:less|smaller|fewer|shorter|younger) than|under|below|<",
}
_LOW = rf"(?:(?P<low_equal>{_OR_EQUAL['low']})|(?P<low>{_STRICT['low']}))\s?"
_HIGH = rf"(?:(?P<high_equal>{_OR_EQUAL['high']})|(?P<high>{_STRICT['high']}))\s?"
_MOST = _HIGH.replace("<high", "<most")
_SIZE = rf"(?P<{{0}}>{NUMBER})(?: ?x ?(?P<{{1}}>{NUMBER}))?[ -]?"
_COMPARED = re.compile(
    rf"(?<![a-z0-9.])(?:{_LOW}{_SIZE.format('a', 'ax')}(?P<unit_a>{UNIT})?"
    rf"(?: ?(?:but|and|to|or)? ?{_HIGH}{_SIZE.format('b', 'bx')}(?P<unit_b>{UNIT})?)?"
    rf"|{_MOST}{_SIZE.format('c', 'cx')}(?P<unit_c>{UNIT}))"
)
_FROM_TO = re.compile(
    rf"(?<![\w./-])(?P<between>between )?{_SIZE.format('a', 'ax')}(?P<unit_a>{UNIT})?"
    rf" ?(?P<to>-|to|through|thru|and) ?(?P<high>less than )?{_SIZE.format('b', 'bx')}(?P<unit_b>{UNIT})"
)
_OR_MORE = re.compile(
    rf"(?<![\w.]){_SIZE.format('a', 'ax')}(?P<unit_a>{UNIT})?(?: ?\+| (?:or|and) (?:"
    r"(?P<most>less|smaller|under|below|fewer|younger|shorter)|more|greater|larger|over|above|longer|older|up))"
    rf"(?: (?!in |l |g )(?P<unit_b>{UNIT})|(?![a-z0-9]))"
)
_SIGNS = re.compile(
    r"[<>+]|\d ?- ?\d|\b(?:than|equal|over|above|under|below|exceed|up|at|max|min|to|thru|through|or|and)"
)
_SUBSTANCES = frozenset({"mass", "units", "percent", "equivalents"})


class Range(NamedTuple):
    """Amounts from `low` to `high`, both included, in the base unit of a dimension."""

    dimension: int
    low: float
    high: float


class Span(NamedTuple):
    """A range and where it stands in the text."""

    range: Range
    start: int
    stop: int


def spans(text: str) -> list[Span]:
    """The ranges of a normalised text whose numbers are digits, in order of the patterns, without overlap.

    A hyphen between two masses separates substances ("5-325 mg") and makes no range.
    """
    found: list[Span] = []
    if not _SIGNS.search(text):
        return found
    for pattern, read in ((_FROM_TO, _from_to), (_COMPARED, _compared), (_OR_MORE, _or_more)):
        for match in pattern.finditer(text):
            start, stop = match.span()
            span = read(match)
            if span and all(stop <= other.start or start >= other.stop for other in found):
                found.append(Span(span, start, stop))
    return found


def ranges(text: str) -> list[Range]:
    """The ranges of a normalised text whose numbers are digits, in order of the text, one a dimension."""
    ordered = sorted(spans(text), key=lambda span: span.start)
    return list({span.range.dimension: span.range for span in reversed(ordered)}.values())[::-1]


def _compared(match: re.Match[str]) -> Range | None:
    """The range of "more than 16 but less than 48 sq in", "over 8 hours" or "up to 2 g"."""
    if match["c"]:
        return _between(None, _amount(match, "c", match["unit_c"]), "", match["most"])
    unit = match["unit_a"] or match["unit_b"]
    low, high = _amount(match, "a", unit), _amount(match, "b", match["unit_b"] or unit)
    return _between(low, high, match["low"], match["high"])


def _from_to(match: re.Match[str]) -> Range | None:
    """The range of "24-27 inches", "301 to 450 pounds" or "between 3 and 5 in"."""
    if (match["to"] == "and") != bool(match["between"]):
        return None
    low = _amount(match, "a", match["unit_a"] or match["unit_b"])
    high = _amount(match, "b", match["unit_b"])
    if match["to"] == "-" and high and DIMENSIONS[high[0]] in _SUBSTANCES:
        return None
    return _between(low, high, "", match["high"])


def _or_more(match: re.Match[str]) -> Range | None:
    """The range of "16 sq in or less", "40+ mmhg" or "4 or more leads"."""
    amount = _amount(match, "a", match["unit_a"] or match["unit_b"])
    return _between(None, amount, "", "") if match["most"] else _between(amount, None, "", "")


def _amount(match: re.Match[str], name: str, unit: str | None) -> tuple[int, float] | None:
    """Dimension and amount of a number or of two sides; None without a number or a unit."""
    if not match[name] or not unit:
        return None
    dimension, factor = UNITS[unit]
    sides = match[name + "x"]
    if not sides:
        return dimension, float(match[name]) * factor
    if dimension != LENGTH:
        return None
    return AREA, float(match[name]) * float(sides) * (factor / INCH) ** 2


def _between(
    low: tuple[int, float] | None, high: tuple[int, float] | None, beyond: str | None, before: str | None
) -> Range | None:
    """The range between two ends; one that `beyond` or `before` excludes is moved inwards."""
    if not (low or high) or (low and high and (low[0] != high[0] or low[1] >= high[1])):
        return None
    least = low[1] * (1 + EDGE if beyond else 1) if low else 0.0
    most = high[1] * (1 - EDGE if before else 1) if high else inf
    return Range((low or high or (0, 0.0))[0], least, most)
