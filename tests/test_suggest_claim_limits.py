"""Limits and fees of a code: each for its own setting, from the quarter that fits the date of service."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from index.errors import ArtifactError
from index.tables.read import read_all, read_tables
from index.tables.stored import LIST, NO_TABLES, Tables
from suggest.claim.limits import Limits, fee_for, in_words
from tests.table_files import ASP_ROWS, OPPS_ROWS, csv_bytes, dmepos_rows, mue_rows

JANUARY = date(2026, 1, 15)
APRIL = date(2026, 4, 15)


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    """Tables of all kinds, the fee schedule of two quarters."""
    files = {
        "mue_p.csv": csv_bytes(mue_rows("Practitioner Services", [("E0003", 0, "2 Policy", "CMS Policy")])),
        "mue_d.csv": csv_bytes(mue_rows("DME Supplier Services", [("E0003", 2, "1 Line Edit", "Clinical")])),
        "DMEPOS26_JAN.csv": csv_bytes(
            dmepos_rows(
                {("E0003", "NU"): (100, 0), ("E0003", "RR"): (10, 12), ("E0003", "RR", "KU"): (11, 0)}
            )
        ),
        "DMEPOS26_APR.csv": csv_bytes(dmepos_rows({("E0003", "NU"): (200, 0)})),
        "asp.csv": csv_bytes(ASP_ROWS),
        "opps.csv": csv_bytes(OPPS_ROWS),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    return [tmp_path / name for name in files]


@pytest.fixture(params=["memory", "folder"])
def limits(paths: list[Path], tmp_path: Path, request: pytest.FixtureRequest) -> Limits:
    """The same tables just read, and stored in an index folder."""
    tables = Tables.of(read_all(paths))
    if request.param == "folder":
        (tmp_path / "index").mkdir()
        tables.save(tmp_path / "index")
        tables = Tables.open(tmp_path / "index")
    return Limits(tables)


def test_a_limit_is_of_its_own_setting_only(limits: Limits) -> None:
    """There is no outpatient table here, so there is no outpatient limit; 0 is a limit."""
    assert [(limit.setting, limit.units, limit.per) for limit in limits.limits("E0003", APRIL)] == [
        ("practitioner", 0, "date of service"),
        ("dme", 2, "claim line"),
    ]
    assert limits.limits("E0003", APRIL, "outpatient") == ()
    assert limits.limits("A0001", APRIL) == ()


def test_the_quarter_of_the_date_of_service_is_taken(limits: Limits) -> None:
    """The latest that has begun, and one that has not begun only where there is no other."""
    for on, quarter, amount in (
        (JANUARY, "2026-01", 100.0),
        (APRIL, "2026-04", 200.0),
        (date(2026, 9, 1), "2026-04", 200.0),
        (date(2025, 9, 1), "2026-01", 100.0),
    ):
        fee = limits.fees("E0003", on, "dme", "AL")[0]
        assert (fee.quarter, fee.amount) == (quarter, amount)
        assert fee.stale == (on.year == 2025 or on.month == 9)


def test_a_stale_table_is_said(limits: Limits) -> None:
    """In a sentence with both dates."""
    assert limits.warnings("J0001", JANUARY, "practitioner") == ()
    assert limits.warnings("J0001", JANUARY, "outpatient") == (
        "OPPS Addendum B 2025-10 is of another quarter than the date of service 2026-01-15",
    )


def test_a_table_without_a_date_says_so(tmp_path: Path) -> None:
    """It is used where it is the only one."""
    path = tmp_path / "mue.csv"
    path.write_bytes(csv_bytes(mue_rows("Practitioner Services", [("E0003", 3, "1", "")], notice="No day")))
    limits = Limits(Tables.of(read_tables(path)))

    assert [limit.units for limit in limits.limits("E0003", APRIL)] == [3]
    assert "does not state its quarter" in limits.warnings("E0003", APRIL)[0]


def test_fees_of_a_state_and_the_range_of_all(limits: Limits) -> None:
    """Rural areas where they have their own; without a state no amount is made up."""
    rental = limits.fees("E0003", JANUARY, "dme", "CA")[1]
    assert (rental.amount, rental.rural_amount, rental.state) == (11.0, 13.0, "CA")
    rental = limits.fees("E0003", JANUARY, "dme")[1]
    assert (rental.amount, rental.lowest, rental.highest, rental.state) == (None, 10.0, 13.0, "")
    assert limits.fees("E0003", JANUARY, "dme", "ZZ")[0].amount is None


def test_a_payment_limit_holds_for_practitioners_and_suppliers(limits: Limits) -> None:
    """The outpatient rate is another table's."""
    assert [(fee.setting, fee.amount, fee.unit) for fee in limits.fees("J0001", JANUARY)] == [
        ("practitioner", 1234.567, "10 MG"),
        ("outpatient", 2062.94, ""),
        ("dme", 1234.567, "10 MG"),
    ]


@pytest.mark.parametrize(
    ("modifiers", "amount"),
    [((), 100.0), (("RR",), 10.0), (("KU", "RR"), 11.0), (("NU", "RT"), 100.0), (("UE",), None)],
)
def test_the_fee_of_a_line_is_that_of_its_modifiers(
    limits: Limits, modifiers: tuple[str, ...], amount: float | None
) -> None:
    """New where the line does not say; none where the schedule has no such fee."""
    fee = fee_for(limits.fees("E0003", JANUARY, "dme", "AL"), modifiers)
    assert (fee and fee.amount) == amount


def test_every_value_is_shown_with_its_table_and_date(limits: Limits) -> None:
    """Nothing says that anything is covered."""
    shown = [in_words(one) for one in (*limits.limits("E0003", APRIL), *limits.fees("J0001", JANUARY))]
    shown += [in_words(one) for one in limits.fees("E0003", JANUARY, "dme", "CA")[:2]]

    assert shown == [
        "practitioner: no units expected (limit 0); CMS Policy"
        " [Medically Unlikely Edits (MUE), practitioner 2026-04, from 2026-04-01]",
        "dme: at most 2 units a claim line; Clinical"
        " [Medically Unlikely Edits (MUE), dme 2026-04, from 2026-04-01]",
        "practitioner: $1,234.567; per 10 MG [Medicare Part B payment limits (ASP) 2026-01, from 2026-01-01]",
        "outpatient: $2,062.94; status indicator K; Capped [OPPS Addendum B 2025-10, from 2025-10-01]",
        "dme: $1,234.567; per 10 MG [Medicare Part B payment limits (ASP) 2026-01, from 2026-01-01]",
        "dme: NU $101.00 in CA; category IN [DMEPOS fee schedule 2026-01, from 2026-01-01]",
        "dme: RR $11.00 in CA (rural 13.00); category IN [DMEPOS fee schedule 2026-01, from 2026-01-01]",
    ]


def test_a_damaged_table_is_refused_when_it_is_asked(paths: list[Path], tmp_path: Path) -> None:
    """The list alone is read when a folder is opened."""
    (tmp_path / "index").mkdir()
    Tables.of(read_all(paths[:1])).save(tmp_path / "index")
    with (tmp_path / "index/tables/1-unit-limits.tsv").open("ab") as file:
        file.write(b"E0009\t[[5]]\n")
    tables = Tables.open(tmp_path / "index")

    with pytest.raises(ArtifactError, match="is damaged: its checksum differs"):
        tables[0].rows("E0009")
    (tmp_path / "index" / LIST).write_text("[{}]")
    with pytest.raises(ArtifactError, match="build the index again"):
        Tables.open(tmp_path / "index")


def test_an_index_without_tables_has_no_folder_of_them(tmp_path: Path) -> None:
    """Nothing is written, nothing is found."""
    NO_TABLES.save(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert len(Tables.open(tmp_path)) == 0
    assert Limits(NO_TABLES).fees("E0003", JANUARY) == ()
