"""Fields of the NLM Clinical Tables HCPCS table, computed from a record.

Names and meanings: the public API's documentation, https://clinicaltables.nlm.nih.gov/apidoc/hcpcs/v3/doc.html
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from index.records import Record

Value = str | bool | None


def _compact(day: date | None) -> str | None:
    """A date as YYYYMMDD."""
    return day.strftime("%Y%m%d") if day else None


# Field -> its value for a record on a date.
FIELDS: dict[str, Callable[[Record, date], Value]] = {
    "code": lambda record, on: record.code,
    "display": lambda record, on: record.long_description or record.short_description,
    "short_desc": lambda record, on: record.short_description,
    "long_desc": lambda record, on: record.long_description,
    "add_dt": lambda record, on: _compact(record.effective_from),
    "term_dt": lambda record, on: _compact(record.effective_to),
    "act_eff_dt": lambda record, on: _compact(record.action_date),
    "obsolete": lambda record, on: record.status(on) == "terminated",
    "is_noc": lambda record, on: record.is_noc,
}


DATES = frozenset({"add_dt", "term_dt", "act_eff_dt"})
BOOLEANS = frozenset({"obsolete", "is_noc"})


def as_text(value: Value) -> str:
    """A value as the string that display columns show; empty for None."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else value
