"""CMS's layouts: how the header of each kind of table is recognised, and what one of its rows says."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from index.column_names import bare
from index.tables.code_table import (
    DmeFee,
    DrugPackage,
    Kind,
    OutpatientRate,
    PaymentLimit,
    Row,
    Setting,
    UnitLimit,
)

_CODE = ("hcpcscptcode", "hcpcscode", "hcpcs", "cptcode", "cpthcpcscode", "cpthcpcs", "code")
_CODE_OF_YEAR = re.compile(r"20\d\dcode")  # the crosswalk's
_NDC = re.compile(r"(\d{5})-?(\d{4})-?(\d{2})")
_STATE = re.compile(r"([A-Z]{2})\s*(?:\(?\s*(NR|R)\s*\)?)?")
_NOT_STATES = frozenset({"SI", "ID #", "UN"})
_SETTINGS: tuple[tuple[str, Setting], ...] = (
    ("practitioner", "practitioner"),
    ("outpatient", "outpatient"),
    ("facility", "outpatient"),
    ("dme", "dme"),
    ("supplier", "dme"),
)
_MONEY = re.compile(r"\$?\s*(-?[\d,]*\.?\d+)")

MAX_CACHED_AMOUNTS = 1 << 14  # a fee schedule repeats its amounts from state to state

Columns = Mapping[str, int]


class Layout(NamedTuple):
    """A header that was recognised.

    Attributes:
        kind: What the rows are.
        settings: The settings that they hold for.
        code: Column of the code.
        read: Makes a row of cells a row of the table; raises ValueError for one that cannot be read.
        states: Columns of fees, for `dme-fees`.
    """

    kind: Kind
    settings: tuple[Setting, ...]
    code: int
    read: Callable[[Sequence[str]], Row]
    states: tuple[str, ...] = ()


def recognise(cells: Sequence[str]) -> Layout | None:
    """The layout of a header row, or None when the row is none."""
    columns: dict[str, int] = {}
    for place, cell in enumerate(cells):
        columns.setdefault(bare(cell), place)
    code = next((columns[name] for name in _CODE if name in columns), None)
    if code is None:
        code = next((place for title, place in columns.items() if _CODE_OF_YEAR.fullmatch(title)), None)
    if code is None:
        return None
    for layout in (_drug_packages, _unit_limits, _payment_limits, _outpatient_rates, _dme_fees):
        if found := layout(cells, columns, code):
            return found
    return None


@lru_cache(MAX_CACHED_AMOUNTS)
def money(cell: str) -> float | None:
    """Dollars or a number; None for an empty cell or words such as `N/A`."""
    match = _MONEY.fullmatch(cell.strip())
    return float(match[1].replace(",", "")) if match else None


def _cell(cells: Sequence[str], place: int | None) -> str:
    """A cell on one line; empty where the row ends before it."""
    return " ".join(cells[place].split()) if place is not None and place < len(cells) else ""


def _column(columns: Columns, *parts: str) -> int | None:
    """The first column whose title has all of some parts."""
    return next(
        (place for title, place in columns.items() if all(part in title for part in parts)),
        None,
    )


def _drug_packages(cells: Sequence[str], columns: Columns, code: int) -> Layout | None:
    ndc = columns.get("ndc2", columns.get("ndc"))
    units, size = columns.get("billunits"), _column(columns, "pkgsize")
    if ndc is None or units is None or size is None:
        return None
    labeler, name = _column(columns, "labeler"), _column(columns, "drugname")
    dosage, containers = _column(columns, "dosage"), _column(columns, "pkgqty")

    def read(cells: Sequence[str]) -> Row:
        match = _NDC.fullmatch(_cell(cells, ndc))
        if match is None:
            raise ValueError("the NDC is not 11 digits")
        return DrugPackage(
            "-".join(match.groups()),
            _cell(cells, labeler),
            _cell(cells, name),
            _cell(cells, dosage),
            *(money(_cell(cells, place)) or 0.0 for place in (size, containers, units)),
        )

    return Layout("drug-packages", ("practitioner", "outpatient", "dme"), code, read)


def _unit_limits(cells: Sequence[str], columns: Columns, code: int) -> Layout | None:
    value = _column(columns, "mue", "value")
    if value is None:
        return None
    title = bare(cells[value])
    setting = next((setting for word, setting in _SETTINGS if word in title), None)
    if setting is None:
        return None
    indicator, rationale = _column(columns, "indicator"), _column(columns, "rationale")

    def read(cells: Sequence[str]) -> Row:
        units = _cell(cells, value).replace(",", "")
        if not units.isdigit():
            raise ValueError("the limit is no number")
        return UnitLimit(int(units), _cell(cells, indicator)[:1], _cell(cells, rationale))

    return Layout("unit-limits", (setting,), code, read)


def _payment_limits(cells: Sequence[str], columns: Columns, code: int) -> Layout | None:
    limit = _column(columns, "paymentlimit")
    dosage = _column(columns, "dosage")
    if limit is None or dosage is None:
        return None
    coinsurance, notes = _column(columns, "coinsurance"), _column(columns, "notes")
    vaccine, blood = _column(columns, "vaccinelimit"), _column(columns, "bloodlimit")
    clotting = _column(columns, "clotting")

    def read(cells: Sequence[str]) -> Row:
        amounts = {
            "": money(_cell(cells, limit)),
            "vaccine": money(_cell(cells, vaccine)),
            "blood": money(_cell(cells, blood)),
        }
        basis = next((name for name, amount in amounts.items() if amount is not None), "")
        note = _cell(cells, notes)
        if amounts[basis] is None and not _cell(cells, limit) and not note:
            raise ValueError("there is no payment limit")
        return PaymentLimit(
            amounts[basis],
            _cell(cells, dosage),
            money(_cell(cells, coinsurance)),
            note,
            bool(_cell(cells, clotting)),
            basis,
        )

    return Layout("payment-limits", ("practitioner", "dme"), code, read)


def _outpatient_rates(cells: Sequence[str], columns: Columns, code: int) -> Layout | None:
    status = columns.get("si", columns.get("statusindicator"))
    apc, rate = columns.get("apc"), columns.get("paymentrate")
    if status is None or apc is None or rate is None:
        return None
    weight, note = _column(columns, "relativeweight"), columns.get("note", columns.get("notes"))
    copayments = [
        place
        for part in ("adjustedbeneficiarycopayment", "minimumunadjustedcopayment", "nationalunadjusted")
        if (place := _column(columns, part)) is not None
    ]

    def read(cells: Sequence[str]) -> Row:
        indicator = _cell(cells, status)
        if not re.fullmatch(r"[A-Z]\d?", indicator):
            raise ValueError("the status indicator is missing")
        copayment = next((amount for place in copayments if (amount := money(_cell(cells, place)))), None)
        return OutpatientRate(
            indicator,
            money(_cell(cells, rate)),
            _cell(cells, apc),
            money(_cell(cells, weight)),
            copayment,
            _cell(cells, note),
        )

    return Layout("outpatient-rates", ("outpatient",), code, read)


def _dme_fees(cells: Sequence[str], columns: Columns, code: int) -> Layout | None:
    places: dict[tuple[str, str], int] = {}
    for place, cell in enumerate(cells):
        match = _STATE.fullmatch(" ".join(cell.upper().split()))
        if match and place != code and match[0] not in _NOT_STATES:
            places[match[1], match[2] or "NR"] = place
    states = tuple(dict.fromkeys(state for state, area in places if area == "NR"))
    if len(states) < 40 or "mod" not in columns:
        return None
    mods = [columns[name] for name in ("mod", "mod1", "mod2") if name in columns]
    category, jurisdiction = _column(columns, "catg"), _column(columns, "juris")
    ceiling, floor = columns.get("ceiling"), columns.get("floor")

    columns_of = {area: [places.get((state, area)) for state in states] for area in ("NR", "R")}

    def amounts(cells: Sequence[str], area: str) -> tuple[float, ...]:
        width = len(cells)
        return tuple(
            [
                (money(cells[place]) or 0.0) if place is not None and place < width else 0.0
                for place in columns_of[area]
            ]
        )

    def read(cells: Sequence[str]) -> Row:
        rural = amounts(cells, "R")
        return DmeFee(
            tuple(modifier for place in mods if (modifier := _cell(cells, place).upper())),
            _cell(cells, category),
            _cell(cells, jurisdiction),
            money(_cell(cells, ceiling)) or 0.0,
            money(_cell(cells, floor)) or 0.0,
            amounts(cells, "NR"),
            rural if any(rural) else (),
        )

    return Layout("dme-fees", ("dme",), code, read, states)
