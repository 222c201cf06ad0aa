"""What the tables of an index say of a code: unit limits and fees. Nothing while no table is loaded."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

Setting = Literal["practitioner", "outpatient", "dme"]


class Limit(msgspec.Struct, frozen=True):
    """A limit of units.

    Attributes:
        table: Name of the table.
        quarter: Its quarter, such as 2026-01.
        setting: Whom it is for.
        units: The most units that it takes for plausible.
    """

    table: str
    quarter: str
    setting: Setting
    units: int


class Fee(msgspec.Struct, frozen=True):
    """A published amount for one unit.

    Attributes:
        table: Name of the table.
        quarter: Its quarter, such as 2026-01.
        setting: Whom it is for.
        amount: Dollars a unit; None where the table names none.
    """

    table: str
    quarter: str
    setting: Setting
    amount: float | None


class CodeTables(msgspec.Struct, frozen=True):
    """Limits and fees of one code."""

    limits: tuple[Limit, ...] = ()
    fees: tuple[Fee, ...] = ()
    warnings: tuple[str, ...] = ()


NO_TABLES = CodeTables()


def tables_of(
    index: object, code: str, on: date, setting: Setting | None = None, state: str | None = None
) -> CodeTables:
    """Limits and fees of a code on a date.

    Args:
        index: A suggester; its tables are used where it has any.
        code: Upper case.
        on: Date of service.
        setting: Only tables for this setting; all when None.
        state: Postal abbreviation; fees that differ by state are given for it.
    """
    return NO_TABLES
