"""A table about codes: what it is, from when it holds, and its rows by code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

import msgspec

Setting = Literal["practitioner", "outpatient", "dme"]
"""Who bills: a practitioner, a hospital's outpatient department, or a supplier of equipment."""

Kind = Literal["unit-limits", "dme-fees", "payment-limits", "outpatient-rates", "drug-packages"]

TITLES: dict[Kind, str] = {
    "unit-limits": "Medically Unlikely Edits (MUE)",
    "dme-fees": "DMEPOS fee schedule",
    "payment-limits": "Medicare Part B payment limits (ASP)",
    "outpatient-rates": "OPPS Addendum B",
    "drug-packages": "ASP NDC-HCPCS crosswalk",
}
"""CMS's name of each kind of table."""


class UnitLimit(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """A row of an MUE table.

    Attributes:
        units: Units of one code that are plausible for one patient; 0 where the code is not expected in the
            table's setting.
        indicator: 1 when the limit holds for a claim line, 2 or 3 when it holds for a date of service.
        rationale: What CMS bases the limit on.
    """

    units: int
    indicator: str = ""
    rationale: str = ""


class DmeFee(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """A row of the DMEPOS fee schedule: the fees of one code with its pricing modifiers.

    Attributes:
        modifiers: `NU` new, `RR` rental, `UE` used, and others that change the fee; none for most supplies.
        category: CMS's payment category, such as `CR` for capped rental.
        jurisdiction: `D` DME contractor, `L` local contractor, `J` both.
        ceiling: Dollars; 0 where there is none.
        floor: Dollars; 0 where there is none.
        amounts: Dollars in each column of `TableInfo.states`; 0 where the state has no fee.
        rural: The same in rural areas; empty where no state has a rural fee of its own.
    """

    modifiers: tuple[str, ...]
    category: str = ""
    jurisdiction: str = ""
    ceiling: float = 0.0
    floor: float = 0.0
    amounts: tuple[float, ...] = ()
    rural: tuple[float, ...] = ()


class PaymentLimit(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """A row of the Part B payment limits.

    Attributes:
        amount: Dollars for one unit of the code; None where CMS states none.
        dosage: The unit of the code, as CMS words it.
        coinsurance: Per cent of the amount.
        note: CMS's remark.
        clotting_factor: Whether a furnishing fee is paid beside it.
        basis: Which of CMS's columns holds the amount: "", "vaccine" or "blood".
    """

    amount: float | None
    dosage: str = ""
    coinsurance: float | None = None
    note: str = ""
    clotting_factor: bool = False
    basis: str = ""


class OutpatientRate(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """A row of OPPS Addendum B.

    Attributes:
        status: Status indicator, such as `K` or `N`.
        amount: Dollars for one unit; None where there is no rate of its own.
        apc: Ambulatory payment classification.
        weight: Relative weight; None where there is none.
        copayment: Dollars, the smallest that applies; None where there is none.
        note: CMS's remark.
    """

    status: str
    amount: float | None = None
    apc: str = ""
    weight: float | None = None
    copayment: float | None = None
    note: str = ""


class DrugPackage(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """A row of the crosswalk: a package of a drug that the code is for.

    Attributes:
        ndc: National Drug Code as 5-4-2 digits with hyphens.
        labeler: Who sells it.
        name: The drug's name.
        dosage: The unit of the code, as CMS words it.
        size: What one container holds, in the unit of measure of its label; 0 where CMS states none.
        containers: Containers in a package; 0 where CMS states none.
        units: Units of the code in one container, as CMS counts them; 0 where it states none.
    """

    ndc: str
    labeler: str = ""
    name: str = ""
    dosage: str = ""
    size: float = 0.0
    containers: float = 0.0
    units: float = 0.0


Row = UnitLimit | DmeFee | PaymentLimit | OutpatientRate | DrugPackage

ROW_TYPES: dict[Kind, type[Row]] = {
    "unit-limits": UnitLimit,
    "dme-fees": DmeFee,
    "payment-limits": PaymentLimit,
    "outpatient-rates": OutpatientRate,
    "drug-packages": DrugPackage,
}


class TableInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a table is.

    Attributes:
        kind: What its rows are.
        name: The file as the user named it, without its folder; for a member of a zip `file.zip!member`.
        sha256: Digest of the file as given.
        settings: The settings that its rows hold for; never used for another one.
        quarter: The quarter in which it takes effect, such as `2026-04`; empty where the file does not say.
        effective_from: Its first day, or None when unknown.
        effective_to: Its last day, or None when unknown.
        codes: Number of codes.
        rows: Number of rows.
        left_out: Number of rows that were not read, by reason: "cpt", "dental", "unreadable".
        states: For `dme-fees`: the postal abbreviation of each column of fees.
    """

    kind: Kind
    name: str
    sha256: str
    settings: tuple[Setting, ...]
    quarter: str
    effective_from: date | None
    effective_to: date | None
    codes: int
    rows: int
    left_out: dict[str, int]
    states: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """CMS's name of the table, with its setting where a kind has several and its quarter."""
        setting = f", {self.settings[0]}" if self.kind == "unit-limits" else ""
        return f"{TITLES[self.kind]}{setting} {self.quarter or '(no date)'}"


class CodeTable(msgspec.Struct, frozen=True):
    """A table in memory, as its reader made it.

    Attributes:
        info: What it is.
        rows: Code -> its rows, in the order of the file; codes ascending.
    """

    info: TableInfo
    rows: Mapping[str, tuple[Row, ...]]
