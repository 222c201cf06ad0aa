"""What the tables of an index say of a code: unit limits and fees. Nothing while no table is loaded."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import lru_cache

import msgspec

from index.store.tables import Tables
from index.tables.code_table import Setting
from suggest.claim.limits import Fee, Limit, Limits

MAX_CACHED_INDEXES = 8
MAX_CACHED_CODES = 1 << 12


class CodeTables(msgspec.Struct, frozen=True):
    """Limits and fees of one code, and sentences on tables of another quarter than the date of service."""

    limits: tuple[Limit, ...] = ()
    fees: tuple[Fee, ...] = ()
    warnings: tuple[str, ...] = ()


NOTHING = CodeTables()


@lru_cache(MAX_CACHED_CODES)
def tables_of(
    tables: Tables, code: str, on: date, setting: Setting | None = None, state: str | None = None
) -> CodeTables:
    """Limits and fees of a code on a date.

    Args:
        tables: The tables of an index.
        code: Upper case.
        on: Date of service.
        setting: Only tables for this setting; all when None.
        state: Postal abbreviation; fees that differ by state are given for it.
    """
    if not len(tables):
        return NOTHING
    limits = _limits(tables)
    return CodeTables(
        limits.limits(code, on, setting),
        limits.fees(code, on, setting, state),
        limits.warnings(code, on, setting),
    )


@lru_cache(MAX_CACHED_INDEXES)
def _limits(tables: Tables) -> Limits:
    return Limits(tables)


def over_limit(units: int | None, code: str, limits: Collection[Limit], settled: bool) -> list[str]:
    """Sentences, without a full stop, on the limits that units exceed.

    Args:
        units: Units of the line; None for none.
        code: Its code.
        limits: The limits of the code.
        settled: Whether the setting is known. If not, a limit of 0 only says that the code belongs to another
            setting, and is no warning.
    """
    said = []
    for limit in limits:
        if units is None or units <= limit.units or not (limit.units or settled):
            continue
        per = f" a {limit.per}" if limit.per else ""
        most = f"at most {limit.units:,} units{per}" if limit.units else "no units at all"
        said.append(f"{units:,} unit{'' if units == 1 else 's'} of {code}: {limit.table} expects {most}")
    return said


def missing_modifier(fees: Collection[Fee], modifiers: Collection[str]) -> str:
    """A sentence when a setting has fees for the code with other modifiers only; else empty."""
    for setting in dict.fromkeys(fee.setting for fee in fees):
        own = [set(fee.modifiers) for fee in fees if fee.setting == setting]
        if not any(needed <= set(modifiers) for needed in own):
            names = ", ".join(sorted({" ".join(sorted(needed)) for needed in own}))
            return f"a modifier may be missing: the {setting} fees of this code are for {names}"
    return ""


__all__ = ["NOTHING", "CodeTables", "missing_modifier", "over_limit", "tables_of"]
