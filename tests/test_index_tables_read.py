"""Tables about codes: CMS's layouts are recognised by content and read as CMS ships them."""

from __future__ import annotations

import gzip
import hashlib
from datetime import date
from pathlib import Path

import pytest

from index.errors import ReleaseFormatError
from index.tables.code_table import DmeFee, DrugPackage, OutpatientRate, PaymentLimit, UnitLimit
from index.tables.layouts import money
from index.tables.quarters import UNKNOWN, Validity, validity
from index.tables.read import read_all, read_tables
from tests.table_files import (
    ASP_ROWS,
    CROSSWALK_ROWS,
    NOTICE,
    OPPS_ROWS,
    csv_bytes,
    dmepos_rows,
    mue_rows,
    xlsx_bytes,
    zip_bytes,
)

MUE = [
    ("99213", 1, "3 Date of Service Edit: Clinical", "Nature"),
    ("0001A", 1, "2 Date of Service Edit: Policy", "Nature"),
    ("D0120", 1, "1 Line Edit", "Nature"),
    ("A0001", "1,000", "1 Line Edit", "Clinical: Data"),
    ("E0002", 0, "2 Date of Service Edit: Policy", "CMS Policy"),
    ("E0003", "see note", "", ""),
]


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("title", "setting"),
    [
        ("Practitioner Services", "practitioner"),
        ("Outpatient Hospital Services", "outpatient"),
        ("Facility Outpatient Services", "outpatient"),
        ("DME Supplier Services", "dme"),
    ],
)
@pytest.mark.parametrize("form", ["csv", "txt", "xlsx", "zip", "gz"])
def test_unit_limits_are_read_in_every_form_with_their_own_setting(
    title: str, setting: str, form: str, tmp_path: Path
) -> None:
    """With the notice as first record, a line break in the header, Latin-1 and rows of CPT and CDT."""
    rows = mue_rows(title, MUE)
    data = {
        "csv": csv_bytes(rows),
        "txt": csv_bytes(rows, "\t"),
        "xlsx": xlsx_bytes(rows),
        "zip": zip_bytes({"table.xlsx": xlsx_bytes(rows), "table.csv": csv_bytes(rows), "read.pdf": b"%PDF"}),
        "gz": gzip.compress(csv_bytes(rows)),
    }[form]
    (table,) = read_tables(write(tmp_path / f"mue.{form}", data))

    assert table.rows == {
        "A0001": (UnitLimit(1000, "1", "Clinical: Data"),),
        "E0002": (UnitLimit(0, "2", "CMS Policy"),),
    }
    assert (table.info.kind, table.info.settings) == ("unit-limits", (setting,))
    assert table.info.left_out == {"cpt": 2, "dental": 1, "unreadable": 1}
    assert (table.info.quarter, table.info.effective_from) == ("2026-04", date(2026, 4, 1))
    assert table.info.sha256 == hashlib.sha256(data).hexdigest()
    assert table.info.name == ("mue.zip!table.csv" if form == "zip" else f"mue.{form}")


def test_a_zip_gives_each_of_its_tables_once(tmp_path: Path) -> None:
    """The three settings are three tables, the same one as text and as a workbook is one."""
    members = {
        "a.csv": csv_bytes(mue_rows("Practitioner Services", MUE)),
        "a.xlsx": xlsx_bytes(mue_rows("Practitioner Services", MUE)),
        "b.csv": csv_bytes(mue_rows("DME Supplier Services", MUE)),
    }
    tables = read_tables(write(tmp_path / "mue.zip", zip_bytes(members)))

    assert [table.info.settings for table in tables] == [("practitioner",), ("dme",)]


def test_a_notice_that_names_the_agency_is_not_of_medicaid(tmp_path: Path) -> None:
    """Medicaid's own limits, in the same layout, are refused."""
    rows = mue_rows("Practitioner Services", MUE)

    assert "Medicaid" in NOTICE
    assert read_tables(write(tmp_path / "MCR_MUE.csv", csv_bytes(rows)))
    with pytest.raises(ReleaseFormatError, match="Medicaid's unit limits; give Medicare's"):
        read_tables(write(tmp_path / "MCD_MUE_Practitioner.csv", csv_bytes(rows)))


@pytest.mark.parametrize("blank", [" ", "", "\n"])
def test_fees_are_read_by_state_and_modifier(blank: str, tmp_path: Path) -> None:
    """New, rental and used; a column of rural fees that is all zero is left out."""
    rows = dmepos_rows(
        {("E0003", "NU"): (100.0, 0.0), ("E0003", "RR", "KU"): (10.0, 12.5), ("A0001",): (0.0, 0.0)}, blank
    )
    (table,) = read_tables(write(tmp_path / "DMEPOS26_APR.csv", csv_bytes(rows)))
    new, rental = table.rows["E0003"]
    assert isinstance(new, DmeFee)
    assert isinstance(rental, DmeFee)
    california = table.info.states.index("CA")

    assert list(table.rows) == ["A0001", "E0003"]
    assert (table.info.kind, table.info.settings, len(table.info.states)) == ("dme-fees", ("dme",), 53)
    assert table.info.quarter == "2026-04"
    assert (new.modifiers, new.amounts[0], new.amounts[california], new.rural) == (("NU",), 100.0, 101.0, ())
    assert (rental.modifiers, rental.rural[0], rental.category) == (("RR", "KU"), 12.5, "IN")
    assert not any(table.rows["A0001"][0].amounts)  # type: ignore[union-attr]


def test_payment_limits_are_read(tmp_path: Path) -> None:
    """The limit, or that of vaccines; N/A is no amount; notes stay."""
    (table,) = read_tables(write(tmp_path / "asp.csv", csv_bytes(ASP_ROWS)))

    assert table.rows == {
        "J0001": (PaymentLimit(1234.567, "10 MG", 20.0),),
        "J0002": (PaymentLimit(12.5, "1 EA", None, "Since spring", False, "vaccine"),),
        "J0003": (PaymentLimit(None, "1 IU", 19.5, "See elsewhere", True),),
    }
    assert table.info.left_out == {"cpt": 1}
    assert table.info.settings == ("practitioner", "dme")
    assert (table.info.effective_from, table.info.effective_to) == (date(2026, 1, 1), date(2026, 3, 31))


def test_outpatient_rates_are_read(tmp_path: Path) -> None:
    """Status indicator, payment class, rate and the smallest copayment."""
    (table,) = read_tables(write(tmp_path / "b.xlsx", xlsx_bytes(OPPS_ROWS)))

    assert table.rows == {
        "A0001": (OutpatientRate("N"),),
        "J0001": (OutpatientRate("K", 2062.94, "0760", 2.5, 412.59, "Capped"),),
    }
    assert table.info.left_out == {"dental": 1, "cpt": 1}
    assert (table.info.quarter, table.info.settings) == ("2025-10", ("outpatient",))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (csv_bytes([("code", "price"), ("A0001", 5)]), "holds no table about Level II codes that is known"),
        (csv_bytes(mue_rows("Practitioner Services", [("99213", 1, "", "")])), "holds no table"),
        (b"PK\x03\x04 cut", "damaged or cut zip"),
        (zip_bytes({"readme.txt": b"nothing"}), "holds no table"),
        (zip_bytes({"t.csv": b'"a'}), "holds no table"),
        (b"", "is empty"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, message: str, tmp_path: Path) -> None:
    """With one sentence that says what a table is."""
    with pytest.raises(ReleaseFormatError, match=message):
        read_tables(write(tmp_path / "file.csv", data))


def test_the_same_file_twice_is_refused(tmp_path: Path) -> None:
    """A table counts once."""
    path = write(tmp_path / "asp.csv", csv_bytes(ASP_ROWS))
    with pytest.raises(ReleaseFormatError, match="is given twice"):
        read_all([path, path])


@pytest.mark.parametrize(
    ("notice", "name", "quarter", "first"),
    [
        ("", "MCR_MUE_PractitionerServices_Eff_04-01-2026.csv", "2026-04", date(2026, 4, 1)),
        ("Effective January 1, 2026 through March 31, 2026", "x.csv", "2026-01", date(2026, 1, 1)),
        ("", "DMEPOS26_JAN.xlsx", "2026-01", date(2026, 1, 1)),
        ("", "dme26-b.zip", "2026-04", date(2026, 4, 1)),
        ("", "medicare-ncci-2026-q4-practitioner-services-mue-table.zip", "2026-10", date(2026, 10, 1)),
        ("", "508 version of October 2025 Web Addendum B.10.31.25.csv", "2025-10", date(2025, 10, 1)),
        ("", "addendum_b_2025-10.csv", "2025-10", date(2025, 10, 1)),
        ("", "october-2025-addendum-b.zip", "2025-10", date(2025, 10, 1)),
        ("July 2026 rates", "rates.csv", "2026-07", date(2026, 7, 1)),
        ("effective immediately", "rates.csv", "", None),
        ("Effective 13/45/2026", "rates.csv", "", None),
    ],
)
def test_the_quarter_is_taken_from_notices_and_names(
    notice: str, name: str, quarter: str, first: date | None
) -> None:
    """As CMS writes both."""
    assert validity([notice], [name])[:2] == (quarter, first)


def test_days_before_names() -> None:
    """The file's own words count before its name; without either nothing is assumed."""
    assert validity(["Effective April 1, 2026"], ["x_2025-10.csv"]) == Validity(
        "2026-04", date(2026, 4, 1), None
    )
    assert validity(["copyright 2025"], ["table.csv"]) == UNKNOWN


@pytest.mark.parametrize(
    ("cell", "amount"),
    [("$2,062.940", 2062.94), (" 5 ", 5.0), (".5", 0.5), ("N/A", None), ("", None), ("0", 0.0)],
)
def test_amounts_are_read_as_cms_writes_them(cell: str, amount: float | None) -> None:
    """With or without a dollar sign; words are no amount."""
    assert money(cell) == amount


@pytest.mark.shared
def test_the_official_tables_are_read(shared: Path) -> None:
    """Codes and rows as `SOURCES.md` counts them; the outpatient and DME limits are not at hand."""
    found = {
        path: [(table.info.kind, table.info.quarter, table.info.codes, table.info.rows, table.info.left_out)]
        for path in (
            "mue/MCR_MUE_PractitionerServices_Eff_04-01-2026.level2.csv",
            "dmepos/DMEPOS26_JAN.csv.gz",
            "dmepos/DMEPOS25_APR.csv.gz",
            "asp/asp_payment_limit_2026-01.section508.csv",
            "opps/addendum_b_2025-10.level2.csv",
        )
        for table in read_tables(shared / path)
    }

    assert [row for rows in found.values() for row in rows] == [
        ("unit-limits", "2026-04", 4523, 4523, {}),
        ("dme-fees", "2026-01", 2106, 3515, {}),
        ("dme-fees", "2025-04", 2100, 3511, {}),
        ("payment-limits", "2026-01", 844, 844, {}),
        ("outpatient-rates", "2025-10", 6541, 6541, {}),
    ]


def test_the_crosswalk_of_drug_packages_is_read(tmp_path: Path) -> None:
    """Rows of CPT codes and without a number are left out and counted; the code's column names the year."""
    (table,) = read_tables(write(tmp_path / "x.csv", csv_bytes(CROSSWALK_ROWS)))

    assert (table.info.kind, table.info.quarter, table.info.left_out) == (
        "drug-packages",
        "2026-01",
        {"unreadable": 1, "cpt": 1},
    )
    assert table.rows["J1815"][0] == DrugPackage(
        "00123-0456-07", "Invented Labs", "Inventin", "5 UNITS", 10.0, 1.0, 200.0
    )
    assert table.rows["J9999"][0].units == 0.0  # type: ignore[union-attr]
