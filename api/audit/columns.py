"""Which column of a file holds what: by its name, and by what its first rows hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from api.batch.column_names import MODIFIERS, NDC, TEXT_COLUMNS, UNITS
from api.batch.dates import DateColumn, described, find_date_column
from api.batch.readers import BatchError, InputRow
from api.dates import Order
from index.column_names import bare, describe_columns
from suggest.audit.rows import read_code

SAMPLE_ROWS = 500
_MIN_LEVEL_II = 0.05  # of the filled cells of a column of codes that no name tells
_MIN_SHARE = 0.5  # of the filled cells of a column that must have the form

_NAMES = {
    "code": "hcpcs hcpcscode hcpcscpt hcpcscptcode cpthcpcs cpthcpcscode cpt cptcode code procedurecode"
    " proccode procedure billingcode hcpcpscode levelii hcpcscd hcpccd cptcd",
    "text": " ".join(name.replace("_", "") for name in TEXT_COLUMNS)
    + " chargedesc desc itemdesc name chargename servicedescription proceduredescription cdmdescription"
    " longdescription shortdescription billingdescription orderdescription",
    "units": " ".join(UNITS),
    "price": "price charge amount grosscharge chargeamount unitprice standardcharge billedamount cost fee"
    " totalcharge listprice",
    "modifiers": " ".join(MODIFIERS),
    "ndc": " ".join(NDC),
}
_NUMBER = re.compile(r"-?\$?\s*[\d,]*\.?\d+")
_NDC = re.compile(r"\d{10,11}|\d{4,5}-\d{3,4}-\d{1,2}")


class Columns(msgspec.Struct, frozen=True):
    """The column of each role, or None; modifiers may stand in several.

    Attributes:
        code: Codes.
        text: What the row is for.
        units: Units billed.
        date: Date of service.
        price: Dollars of the row.
        modifiers: Modifiers.
        ndc: National Drug Codes.
        order: Of month and day in the dates, where both are numbers.
        dates_said: What to tell the user of the dates; empty for nothing.
    """

    code: str
    text: str | None = None
    units: str | None = None
    date: str | None = None
    price: str | None = None
    modifiers: tuple[str, ...] = ()
    ndc: str | None = None
    order: Order = "month first"
    dates_said: str = ""

    def sentence(self) -> str:
        """The columns in words."""
        pairs = [
            pair for pair in msgspec.structs.asdict(self).items() if pair[0] not in ("order", "dates_said")
        ]
        shown = [
            f"{role} from {', '.join(column) if isinstance(column, tuple) else column}"
            for role, column in pairs
            if column
        ]
        return "; ".join(shown)


def recognise(
    names: Sequence[str],
    sample: Sequence[InputRow],
    given: Mapping[str, str | None],
    on: date | None = None,
) -> Columns:
    """The columns of a file; that of the dates is found as `hcpcs batch` finds it.

    Args:
        names: All column names.
        sample: The first rows.
        given: Role -> column that the user names; None where they name none.
        on: The date of rows without one, when the user gives it: it decides where several columns have dates.

    Raises:
        BatchError: If a named column is missing, no column holds codes, or several may hold the dates.
    """
    for column in given.values():
        if column is not None and column not in names:
            raise BatchError(f"there is no column {column!r}; {describe_columns(names)}")
    taken = {column for column in given.values() if column}
    found: dict[str, str | None] = dict(given)
    for role in ("code", "ndc", "units", "price", "text"):
        if not found.get(role):
            free = [name for name in names if name not in taken]
            found[role] = _of_role(role, free, sample)
            taken.add(found[role] or "")
    code = found["code"]
    if code is None:
        raise BatchError(
            f"no column holds HCPCS codes; say with --code-column which one does; {describe_columns(names)}"
        )
    usual = _NAMES["modifiers"].split()
    modifiers = tuple(name for name in names if name not in taken and bare(name) in usual)
    free = [name for name in names if name not in taken and name not in modifiers]
    dates = _dates(free, sample, given.get("date"), on)
    return Columns(
        code,
        found["text"],
        found["units"],
        dates.name,
        found["price"],
        modifiers,
        found["ndc"],
        dates.order,
        dates.said,
    )


def _dates(
    names: Sequence[str], sample: Sequence[InputRow], given: str | None, on: date | None
) -> DateColumn:
    """The column of the dates of service, with the order of day and month in it."""
    if given:
        return described(given, sample)
    try:
        return find_date_column(names, sample, "")
    except BatchError:
        if on is None:
            raise
        return DateColumn(said=f"several columns may hold dates of service: {on} holds for all rows")


def _of_role(role: str, names: Sequence[str], sample: Sequence[InputRow]) -> str | None:
    """The column of a role: one with a usual name whose cells have the form, else one by its cells alone."""
    usual = _NAMES[role].split()
    by_name = sorted(
        (usual.index(bare(name)), place) for place, name in enumerate(names) if bare(name) in usual
    )
    for _, place in by_name:
        if _share(names[place], sample, _FORMS[role]) >= _MIN_SHARE:
            return names[place]
    if role not in {"code", "ndc", "text"}:  # a number or a date alone does not say what it is
        return None
    if role == "text":
        letters = {name: _letters(name, sample) for name in names}
        best = max(letters, key=lambda name: letters[name], default=None)
        return best if best and letters[best] >= 5 else None
    shares = {name: _share(name, sample, _FORMS[role]) for name in names}
    if role == "code":  # a hospital's own numbers look like CPT codes, but never like Level II
        shares = {
            name: share * (_share(name, sample, _is_level_ii) >= _MIN_LEVEL_II)
            for name, share in shares.items()
        }
    best = max(shares, key=lambda name: shares[name], default=None)
    return best if best and shares[best] >= _MIN_SHARE else None


def _share(name: str, sample: Sequence[InputRow], has_form: Callable[[str], bool]) -> float:
    """Share of a column's filled cells that have a form; 0 where none is filled."""
    cells = [cell for row in sample if (cell := cell_text(row.columns.get(name)))]
    return sum(map(has_form, cells)) / len(cells) if cells else 0.0


def _letters(name: str, sample: Sequence[InputRow]) -> float:
    """Letters in a cell, on average; a cell that repeats counts once, since a text is not a department."""
    cells = {cell_text(row.columns.get(name)) for row in sample}
    return sum(sum(map(str.isalpha, cell)) for cell in cells) / max(1, len(sample))


def cell_text(value: Any) -> str:
    """A cell as text without blanks around it; empty for none."""
    return "" if value is None else str(value).strip()


def _is_code(cell: str) -> bool:
    code, _, other = read_code(cell)
    return bool(code) or other in {"cpt", "dental"}


def _is_level_ii(cell: str) -> bool:
    return bool(read_code(cell)[0])


_FORMS: dict[str, Callable[[str], bool]] = {
    "code": _is_code,
    "ndc": lambda cell: _NDC.fullmatch(cell) is not None,
    "units": lambda cell: _NUMBER.fullmatch(cell) is not None,
    "price": lambda cell: _NUMBER.fullmatch(cell) is not None,
    "text": lambda cell: sum(map(str.isalpha, cell)) >= 3,
}
