"""Wrong first answers weighted by fees, with invented fee tables."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from eval.measures.costs import measure_costs
from index.store.tables import NO_TABLES, Tables
from index.tables.read import read_all
from suggest.claim.limits import Limits
from tests.eval_fakes import result
from tests.table_files import csv_bytes, dmepos_rows

JANUARY = date(2026, 1, 15)


def limits(folder: Path) -> Limits:
    """Fees of 100, 30 and 500 dollars in every state, and a dollar more in one."""
    fees = {("E0100", ""): (100, 0), ("E0130", ""): (30, 0), ("E0143", ""): (500, 0)}
    (folder / "DMEPOS26_JAN.csv").write_bytes(csv_bytes(dmepos_rows(fees)))
    return Limits(Tables.of(read_all([folder / "DMEPOS26_JAN.csv"])))


def test_over_and_underpayment_are_added_up_apart(tmp_path: Path) -> None:
    """By hand: twice +70, once -400, and one without a fee; the nearest of several codes counts."""
    rows = [
        result("right", ["E0100"], ["E0100"]),
        result("over", ["E0130"], ["E0100"]),
        result("under", ["E0143"], ["E0100"]),
        result("near", ["E0143", "E0130"], ["E0100"]),
        result("unpriced", ["K0001"], ["E0100"]),
        result("nothing", ["E0130"], []),
        result("no code", [], ["E0100"]),
    ]
    costs = measure_costs(rows, limits(tmp_path), JANUARY)
    assert costs is not None
    assert (costs.wrong, costs.priced, costs.over_n, costs.under_n) == (5, 3, 2, 1)
    assert (costs.over, costs.under) == (140.0, 400.0)
    first = costs.dearest[0]
    assert (first.id, first.wanted, first.answered, first.setting, first.gap) == (
        "under",
        "E0143",
        "E0100",
        "dme",
        -400.0,
    )
    assert [error.wanted for error in costs.dearest[1:]] == ["E0130", "E0130"]


def test_without_fees_there_is_no_cost() -> None:
    """No table, no number."""
    assert measure_costs([result("x", ["E0130"], ["E0100"])], Limits(NO_TABLES), JANUARY) is None
