"""What a code stands for, and which orders that fits."""

from __future__ import annotations

from datetime import date

import pytest

from api.cds.kinds import FITS, kinds_of
from index.records import Record
from index.store.artifact import Artifact
from tests.real_index import RealIndex


def record(code: str, words: str = "") -> Record:
    return Record(code, words or f"Words of {code}")


@pytest.mark.parametrize(
    ("code", "kinds"),
    [
        ("A0428", {"service"}),  # transport
        ("A4253", {"item"}),
        ("A9552", {"drug"}),
        ("B4150", {"nutrition", "item"}),
        ("B4185", {"nutrition", "item", "drug"}),
        ("C1713", {"item"}),
        ("C9145", {"drug"}),
        ("C9600", {"service"}),
        ("E0143", {"item"}),
        ("G0108", {"service"}),
        ("H0004", {"service"}),
        ("J0696", {"drug"}),
        ("J7298", {"drug", "item"}),
        ("K0001", {"item"}),
        ("L1812", {"item"}),
        ("P9016", {"drug", "item", "service"}),
        ("Q4010", {"item"}),
        ("Q5101", {"drug"}),
        ("Q9967", {"drug"}),
        ("S0119", {"drug"}),
        ("S2083", {"service"}),
        ("S8490", {"item"}),
        ("S9433", {"nutrition", "item"}),
        ("T1019", {"service"}),
        ("T4523", {"item"}),
        ("U0001", {"service"}),
        ("V2100", {"optical", "item"}),
        ("V5010", {"service"}),
        ("V5260", {"item"}),
        ("45378", {"service"}),
        ("3044F", set()),  # Category II of CPT reports measures
        ("G8400", set()),
        ("M1021", set()),
    ],
)
def test_a_code_has_the_kinds_of_its_range(code: str, kinds: set[str]) -> None:
    """A quality measure has none."""
    assert kinds_of(record(code)) == kinds


def test_words_tell_services_with_a_drug_or_an_item() -> None:
    """Administration fits orders of drugs; a repair is a service too."""
    assert kinds_of(record("G0008", "Administration of influenza virus vaccine")) >= {"administration"}
    assert kinds_of(record("M0201", "Nurse at home")) == {"service"}
    assert kinds_of(record("K0739", "Repair of equipment, labor component")) == {"item", "service"}


def test_every_code_of_a_release_fits_an_order_or_is_a_measure(real_index: RealIndex) -> None:
    """No code is left over, and every kind of order has codes."""
    records = Artifact.load(real_index.folder).catalogue.records
    today = date.today()
    fitting = dict.fromkeys(FITS, 0)
    for each in records:
        if each.status(today) == "active":
            for kind, wanted in FITS.items():
                fitting[kind] += not kinds_of(each).isdisjoint(wanted)

    assert all(fitting.values())
    assert not any(len(kinds_of(each)) == 0 for each in records if each.section in "ABEHJKLPRTUV")
