"""Limits and fees that the tables of an index give for a code, a setting, a state and a date of service.

A table holds for its own settings and is never used for another one. It says what CMS published, not whether
anything is covered.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from functools import lru_cache

import msgspec

from index.release.quarter import Quarter
from index.store.tables import MemoryTable, StoredTable, Tables
from index.tables.code_table import (
    DmeFee,
    DrugPackage,
    Kind,
    OutpatientRate,
    PaymentLimit,
    Row,
    Setting,
    TableInfo,
    UnitLimit,
)

SETTINGS: tuple[Setting, ...] = ("practitioner", "outpatient", "dme")
MAX_CACHED_DATES = 64  # dates of service for which the choice of tables is cached
_PER = {"1": "claim line", "2": "date of service", "3": "date of service"}


class Limit(msgspec.Struct, frozen=True):
    """How many units of a code are plausible for one patient in one setting.

    Attributes:
        table: CMS's name of the table, with its quarter.
        quarter: The table's quarter, such as `2026-04`; empty where its file does not say.
        effective_from: The table's first day.
        setting: `practitioner`, `outpatient` or `dme`.
        units: The limit; 0 means that the code is not expected in this setting at all.
        per: `claim line` or `date of service`; empty where the table does not say.
        rationale: What CMS bases it on.
        stale: Whether the table is of another quarter than the date of service.
    """

    table: str
    quarter: str
    effective_from: date | None
    setting: Setting
    units: int
    per: str
    rationale: str
    stale: bool


class Fee(msgspec.Struct, frozen=True):
    """What a table states as the amount for one unit of a code; nothing about coverage.

    Attributes:
        table: CMS's name of the table, with its quarter.
        quarter: The table's quarter, such as `2026-01`; empty where its file does not say.
        effective_from: The table's first day.
        setting: `practitioner`, `outpatient` or `dme`.
        amount: Dollars for one unit; None where the table states none, or when it differs by state and none
            was given.
        rural_amount: Dollars in rural areas of the state; None where the same amount holds there.
        lowest: Dollars in the state or area with the lowest amount; None where it does not differ by state.
        highest: The same for the highest.
        state: The state that `amount` is for; empty where it does not differ by state or none was given.
        modifiers: The fee is for lines with all of these (`NU` new, `RR` rental, `UE` used ...).
        unit: The unit of the code, as the table words it.
        category: DMEPOS payment category, or OPPS status indicator.
        coinsurance: Per cent of the amount, where the table states it.
        note: CMS's remark.
        stale: Whether the table is of another quarter than the date of service.
    """

    table: str
    quarter: str
    effective_from: date | None
    setting: Setting
    amount: float | None
    rural_amount: float | None = None
    lowest: float | None = None
    highest: float | None = None
    state: str = ""
    modifiers: tuple[str, ...] = ()
    unit: str = ""
    category: str = ""
    coinsurance: float | None = None
    note: str = ""
    stale: bool = False


class Limits:
    """Looks limits and fees up in the tables of one index. Safe to use from several threads."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._fitting = lru_cache(MAX_CACHED_DATES)(self._fitting_tables)

    def limits(self, code: str, on: date, setting: Setting | None = None) -> tuple[Limit, ...]:
        """The unit limits of a code, one for each setting that has a table with the code.

        Args:
            code: Upper case.
            on: Date of service.
            setting: Only this setting; all when None.
        """
        found = []
        for own, info, row in self._rows(code, on, setting):
            if isinstance(row, UnitLimit):
                per = _PER.get(row.indicator, "")
                stale = is_stale(info, on)
                found.append(
                    Limit(
                        info.title,
                        info.quarter,
                        info.effective_from,
                        own,
                        row.units,
                        per,
                        row.rationale,
                        stale,
                    )
                )
        return tuple(found)

    def fees(
        self, code: str, on: date, setting: Setting | None = None, state: str | None = None
    ) -> tuple[Fee, ...]:
        """The fees of a code. A payment limit of a drug is given for each setting that it holds for.

        Args:
            code: Upper case.
            on: Date of service.
            setting: Only this setting; all when None.
            state: Postal abbreviation, upper case; None gives the range over all states.
        """
        return tuple(
            _fee(own, info, row, on, state)
            for own, info, row in self._rows(code, on, setting)
            if not isinstance(row, UnitLimit | DrugPackage)
        )

    def warnings(self, code: str, on: date, setting: Setting | None = None) -> tuple[str, ...]:
        """A sentence for each table with the code that is of another quarter than the date of service."""
        rows = self._rows(code, on, setting)
        infos = {info.title: info for _, info, row in rows if not isinstance(row, DrugPackage)}
        return tuple(staleness(info, on) for info in infos.values() if is_stale(info, on))

    def _rows(self, code: str, on: date, setting: Setting | None) -> list[tuple[Setting, TableInfo, Row]]:
        """The rows of a code: for each kind of table and each setting those of the quarter that fits best."""
        return [
            (own, table.info, row)
            for own in (SETTINGS if setting is None else (setting,))
            for table in self._fitting(own, on)
            for row in table.rows(code)
        ]

    def _fitting_tables(self, setting: Setting, on: date) -> list[StoredTable | MemoryTable]:
        """The tables to look in for a setting and a date: of each kind those of one quarter."""
        by_kind: dict[Kind, list[StoredTable | MemoryTable]] = {}
        for table in self._tables:
            if setting in table.info.settings:
                by_kind.setdefault(table.info.kind, []).append(table)
        return [table for of_kind in by_kind.values() for table in _best(of_kind, on)]


def is_stale(info: TableInfo, on: date) -> bool:
    """Whether a table is of another quarter than a date, or does not state its own."""
    return info.quarter != Quarter.on(on).name


def staleness(info: TableInfo, on: date) -> str:
    """The sentence that says so."""
    if not info.quarter:
        return f"{info.title} does not state its quarter: check that it holds on {on}"
    return f"{info.title} is of another quarter than the date of service {on}"


def in_words(one: Limit | Fee) -> str:
    """A limit or a fee on one line, with its table and date."""
    since = f", from {one.effective_from}" if one.effective_from else ""
    source = f"{one.setting}: {{}} [{one.table}{since}]"
    if isinstance(one, Limit):
        per = f" a {one.per}" if one.per else ""
        units = f"at most {one.units:,} units{per}" if one.units else "no units expected (limit 0)"
        return source.format(f"{units}; {one.rationale}" if one.rationale else units)
    parts = [" ".join((*one.modifiers, _amount(one)))]
    parts += [f"per {one.unit}"] if one.unit else []
    parts += [f"category {one.category}"] if one.setting == "dme" and one.category else []
    parts += [f"status indicator {one.category}"] if one.setting == "outpatient" else []
    return source.format("; ".join([*parts, *filter(None, [one.note])]))


def _amount(fee: Fee) -> str:
    if fee.amount is not None:
        rural = f" (rural {fee.rural_amount:,.2f})" if fee.rural_amount is not None else ""
        return f"${fee.amount:,.3f}".removesuffix("0") + (f" in {fee.state}" if fee.state else "") + rural
    if fee.lowest is not None:
        return f"${fee.lowest:,.2f} to {fee.highest:,.2f} by state"
    return "no amount of its own"


def fee_for(fees: Sequence[Fee], modifiers: Collection[str] = ()) -> Fee | None:
    """The fee for a line with some modifiers: all modifiers of the fee are on the line, as many as possible.

    A line without pricing modifiers takes the fee for new equipment before that for a rental.
    """
    fitting = [fee for fee in fees if set(fee.modifiers) <= set(modifiers)]
    if fitting:
        return max(fitting, key=lambda fee: len(fee.modifiers))
    order = ("NU", "RR")
    rest = [fee for fee in fees if fee.modifiers in {(name,) for name in order}]
    priced = set(modifiers) & {"NU", "RR", "UE"}
    return None if priced or not rest else min(rest, key=lambda fee: order.index(fee.modifiers[0]))


def _best(tables: list[StoredTable | MemoryTable], on: date) -> list[StoredTable | MemoryTable]:
    """Of tables of one kind those of the latest quarter that has begun, else of the earliest one."""
    begun = [table for table in tables if (day := table.info.effective_from) is not None and day <= on]
    if begun:
        quarter = max(table.info.quarter for table in begun)
    else:  # a table without a date sorts before all quarters, and is taken only where it is alone
        quarter = min((table.info.quarter for table in tables if table.info.quarter), default="")
    return [table for table in tables if table.info.quarter == quarter]


def _fee(setting: Setting, info: TableInfo, row: Row, on: date, state: str | None) -> Fee:
    fee = Fee(info.title, info.quarter, info.effective_from, setting, None, stale=is_stale(info, on))
    replace = msgspec.structs.replace
    if isinstance(row, DmeFee):
        return _dme_fee(fee, info, row, state)
    if isinstance(row, PaymentLimit):
        return replace(fee, amount=row.amount, unit=row.dosage, coinsurance=row.coinsurance, note=row.note)
    if isinstance(row, OutpatientRate):
        return replace(fee, amount=row.amount, category=row.status, note=row.note)
    raise TypeError(f"{type(row).__name__} is no row of fees")


def _dme_fee(fee: Fee, info: TableInfo, row: DmeFee, state: str | None) -> Fee:
    stated = [amount for amount in (*row.amounts, *row.rural) if amount]
    amount = rural = None
    if state in info.states:
        place = info.states.index(state)
        amount = row.amounts[place] or None
        rural = (row.rural[place] or None) if row.rural else None
    elif stated and len(set(stated)) == 1:
        amount = stated[0]
    return msgspec.structs.replace(
        fee,
        amount=amount,
        rural_amount=rural,
        lowest=min(stated, default=None),
        highest=max(stated, default=None),
        state=state or "" if state in info.states else "",
        modifiers=row.modifiers,
        category=row.category,
    )
