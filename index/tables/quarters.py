"""The days for which a table holds, from its notice lines and from the names of CMS's files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from index.release.quarter import Quarter

_MONTHS = {
    name: number
    for number, name in enumerate(re.findall("...", "janfebmaraprmayjunjulaugsepoctnovdec"), start=1)
}
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = re.compile(rf"{_MONTH} (?P<day>\d{{1,2}}), ?(?P<year>20\d\d)", re.IGNORECASE)
_NUMBERS = re.compile(r"(?P<month>\d{1,2})[-/_.](?P<day>\d{1,2})[-/_.](?P<year>20\d\d)")
_EFFECTIVE = re.compile(r"(?<![a-z])eff(?:ective)?(?![a-z])", re.IGNORECASE)
_MAX_NOTICE = 300  # characters after "effective" in which its days stand

_QUARTER_NAMES = (
    re.compile(rf"(?<![a-z]){_MONTH}[-_ ](?P<year>20\d\d)", re.IGNORECASE),  # october-2025, October 2025
    re.compile(rf"(?P<year>20\d\d)[-_ ]{_MONTH}", re.IGNORECASE),  # 2026 January
    re.compile(rf"dmepos(?P<year>\d\d)[-_]?{_MONTH}", re.IGNORECASE),  # DMEPOS26_JAN
    re.compile(rf"dmepen(?P<year>\d\d)[-_]?{_MONTH}", re.IGNORECASE),
    re.compile(r"\bdme(?P<year>\d\d)-(?P<letter>[a-d])\b", re.IGNORECASE),  # dme26-a: January
    re.compile(r"(?P<year>20\d\d)[-_]?q(?P<quarter>[1-4])", re.IGNORECASE),  # 2026-q4
    re.compile(r"(?<!\d)(?P<year>20\d\d)-(?P<number>0[1-9]|1[0-2])(?!\d)"),  # 2026-01
)


class Validity(NamedTuple):
    """When a table holds: its quarter such as `2026-04`, or "", and its first and last day where known."""

    quarter: str
    effective_from: date | None
    effective_to: date | None


UNKNOWN = Validity("", None, None)


def validity(notices: Iterable[str], names: Iterable[str]) -> Validity:
    """When a table holds.

    Args:
        notices: Cells above the header.
        names: Names of the file and of its members, the most specific first.
    """
    notices, names = list(notices), list(names)
    for text in (*notices, *names):
        if found := _EFFECTIVE.search(text):
            days = _days(text[found.end() : found.end() + _MAX_NOTICE])
            if days:
                last = days[1] if len(days) > 1 and days[1] > days[0] else None
                return Validity(Quarter.on(days[0]).name, days[0], last)
    for text in (*names, *notices):
        if quarter := _quarter(text):
            return Validity(quarter.name, quarter.starts, None)
    return UNKNOWN


def _days(text: str) -> list[date]:
    """The days that a text names, in order."""
    found = [(match.start(), _day(match)) for form in (_DAY, _NUMBERS) for match in form.finditer(text)]
    return [day for _, day in sorted(found, key=lambda pair: pair[0]) if day]


def _day(match: re.Match[str]) -> date | None:
    month = match["month"].lower()[:3]
    try:
        return date(int(match["year"]), _MONTHS.get(month) or int(month), int(match["day"]))
    except ValueError:
        return None


def _quarter(text: str) -> Quarter | None:
    for form in _QUARTER_NAMES:
        if match := form.search(text):
            parts = match.groupdict()
            year = int(parts["year"]) + (2000 if len(parts["year"]) == 2 else 0)
            return Quarter.on(date(year, _month(parts), 1))
    return None


def _month(parts: dict[str, str]) -> int:
    if "month" in parts:
        return _MONTHS[parts["month"].lower()[:3]]
    if "letter" in parts:
        return 3 * "abcd".index(parts["letter"].lower()) + 1
    return 3 * int(parts["quarter"]) - 2 if "quarter" in parts else int(parts["number"])
