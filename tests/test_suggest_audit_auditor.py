"""What an audit finds in one row, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec
import pytest

from index.records import Record
from index.store.tables import NO_TABLES, Tables
from index.tables.read import read_all
from suggest.audit.auditor import Auditor, Payer, disagreeing
from suggest.audit.rows import AuditRow, Finding, read_code
from suggest.ranking import Ranked
from tests.fakes import RECORDS, FakeCatalogue
from tests.table_files import CROSSWALK_ROWS, csv_bytes, dmepos_rows, mue_rows

ON = date(2026, 4, 15)
GONE = Record("E0105", "Cane that is gone", effective_to=date(2020, 1, 1))
INSULIN = Record("J1816", "Insulin by pump, per 5 units", "Insulin by pump", date(2003, 1, 1))


class FixedRanking:
    """A suggester that gives the same codes for every text."""

    def __init__(self, ranked: Ranked, tables: Tables = NO_TABLES) -> None:
        self.catalogue = FakeCatalogue((*RECORDS, GONE, INSULIN))
        self.tables = tables
        self._ranked = ranked
        self.dates: list[date] = []

    def ranked(self, texts: Sequence[str], k: int, on: date) -> list[Ranked]:
        """The same for each text."""
        self.dates.append(on)
        return [self._ranked] * len(texts)


def ranked(*pairs: tuple[str, float], refused: bool = False, together: Sequence[str] = ()) -> Ranked:
    codes, confidences = zip(*pairs, strict=True) if pairs else ((), ())
    groups = (frozenset(together),) if together else ()
    return Ranked((), codes, confidences, groups, refused)


WALKER = ranked(("E0143", 0.9), ("E0130", 0.05), ("E0100", 0.001))


def found(code: str, ranking: Ranked = WALKER, payer: Payer = Payer(), **fields: object) -> list[Finding]:  # noqa: B008
    tables = fields.pop("tables", NO_TABLES)
    row = msgspec.structs.replace(AuditRow("a text", code, on=ON), **fields)
    return Auditor(FixedRanking(ranking, tables), payer).findings([row])[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "code", "modifiers", "other"),
    [
        ("e0143", "E0143", (), ""),
        (" E0143-RR ", "E0143", ("RR",), ""),
        ("J1885 JZ, RT", "J1885", ("JZ", "RT"), ""),
        ("L3908RT", "L3908", ("RT",), ""),
        ("99213", "", (), "cpt"),
        ("99213.0", "", (), "cpt"),
        ("0001A", "", (), "cpt"),
        ("D0120", "", (), "dental"),
        ("0250", "", (), "unreadable"),
        ("", "", (), ""),
    ],
)
def test_codes_are_read_as_files_hold_them(
    cell: str, code: str, modifiers: tuple[str, ...], other: str
) -> None:
    """With modifiers behind them; CPT and dental codes are told apart and not kept."""
    assert read_code(cell) == (code, modifiers, other)


def test_a_code_that_fits_is_not_flagged() -> None:
    """As the first candidate, or as one that the text does not exclude."""
    assert found("E0143") == []
    assert found("E0130") == []


def test_another_code_that_fits_clearly_is_a_finding() -> None:
    """With the code that fits, its probability, and the reason."""
    (one,) = found("K0001")

    assert (one.kind, one.suggested, one.confidence) == ("text", "E0143", 0.9)
    assert one.reason == "the text fits E0143 (90%) and hardly K0001"


@pytest.mark.parametrize(
    "ranking",
    [
        ranked(),
        ranked(("E0143", 0.49)),
        ranked(("E0143", 0.9), ("K0001", 0.003)),
        ranked(("E0143", 0.9), refused=True),
        ranked(("E0143", 0.9), ("K0001", 0.001), together=["E0143", "K0001"]),
    ],
)
def test_a_weak_case_is_no_finding(ranking: Ranked) -> None:
    """No likely code, an own code that may fit, a text without a code, codes that are acceptable together."""
    assert disagreeing("K0001", ranking) is None


def test_a_catch_all_code_is_a_kind_of_its_own() -> None:
    """Where a specific code fits."""
    (one,) = found("E1399")
    assert (one.kind, one.suggested) == ("catch-all", "E0143")


def test_a_code_that_the_text_names_counts_more_than_the_ranking() -> None:
    """Unless it is the row's own."""
    named = WALKER._replace(named=("A4206",))
    assert [(one.kind, one.suggested, one.reason) for one in found("K0001", named)] == [
        ("text", "A4206", "the text itself names A4206")
    ]
    assert found("A4206", named) == []


def test_an_ended_code_has_its_successor() -> None:
    """As CMS names it, else the code that fits the text; on the row's own date."""
    (one,) = found("E0144")
    assert (one.kind, one.suggested) == ("ended", "E0143")
    assert one.reason == "E0144 ended on 2020-12-31; CMS names E0143"
    assert found("E0144", on=date(2020, 12, 31))[0].kind == "text"
    (one,) = found("E0105")
    assert one.reason == "E0105 ended on 2020-01-01; CMS names no successor; the text fits E0143"
    (one,) = found("E0105", ranked())
    assert (one.suggested, one.reason) == ("", "E0105 ended on 2020-01-01; CMS names no successor")


def test_a_future_or_unknown_code_is_said() -> None:
    """The first with its day, the second as unknown to the release."""
    assert found("L9900")[0].reason == "L9900 begins on 2999-01-01; the text fits E0143"
    (one,) = found("E9999")
    assert (one.kind, one.reason) == ("unknown", "the release has no code E9999")


def test_rows_that_cannot_be_checked_have_no_findings() -> None:
    """No code, an error; a row without a text is checked by its dates."""
    assert found("", text="walker") == []
    assert found("K0001", error="bad") == []
    assert found("K0001", text="") == []
    assert found("E0144", text="")[0].kind == "ended"


def test_every_date_is_asked_for_itself() -> None:
    """Codes must be valid on the date of the row."""
    suggester = FixedRanking(WALKER)
    rows = [AuditRow("x", "K0001", on=date(2026, 1, day)) for day in (1, 2, 1)]
    found = Auditor(suggester, Payer()).findings(rows)  # type: ignore[arg-type]

    assert suggester.dates == [date(2026, 1, 1), date(2026, 1, 2)]
    assert [[one.row for one in own] for own in found] == [[0], [1], [2]]


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    """Unit limits and fees of suppliers."""
    files = {
        "mue.csv": mue_rows(
            "DME Supplier Services", [("E0143", 1, "3 Date", "x"), ("E0130", 0, "2 Date", "x")]
        ),
        "DMEPOS26_APR.csv": dmepos_rows({("E0143", "NU"): (100, 0), ("E0143", "RR"): (10, 0)}),
    }
    for name, rows in files.items():
        (tmp_path / name).write_bytes(csv_bytes(rows))
    return Tables.of(read_all([tmp_path / name for name in files]))


def test_units_above_the_limit_of_the_setting_are_found(tables: Tables) -> None:
    """The units above it times the fee are at stake; another setting has no limit here."""
    (one,) = found("E0143", payer=Payer("dme", "CA"), tables=tables, units=3.0, modifiers=("RR",))
    assert one.reason == (
        "3 units, the limit is 1 a date of service (Medically Unlikely Edits (MUE), dme 2026-04)"
    )
    assert (one.amount, one.basis) == (22.0, "2 x $11 (DMEPOS fee schedule 2026-04)")
    (one,) = found("E0130", payer=Payer("dme"), tables=tables)
    assert one.reason.startswith("1 unit, none are expected (limit 0) (")
    assert found("E0143", payer=Payer("outpatient"), tables=tables, units=3.0) == []
    assert found("E0143", tables=tables, units=3.0) == []


def test_what_a_finding_may_cost(tables: Tables) -> None:
    """Units times the fee, at least the lowest of all states; else the row's own price; else unknown."""
    other = ranked(("A4206", 0.9))
    (one,) = found("E0143", other, tables=tables, units=2.0, price=5.0)
    assert (one.amount, one.basis) == (200.0, "at least 2 x $100 (DMEPOS fee schedule 2026-04)")
    (one,) = found("K0001", other, tables=tables, price=5.0)
    assert (one.amount, one.basis) == (5.0, "the row's own price")
    (one,) = found("K0001", other)
    assert (one.amount, one.basis) == (None, "")


def test_a_package_of_another_code_is_told(tmp_path: Path) -> None:
    """By CMS's crosswalk; one of the row's own code, or that nobody lists, is not."""
    (tmp_path / "x.csv").write_bytes(csv_bytes(CROSSWALK_ROWS))
    tables = Tables.of(read_all([tmp_path / "x.csv"]))

    other, own, unknown = (
        found("E0143", ndc="00123-0456-07", tables=tables),
        found("J1815", ranked(("J1815", 0.9)), ndc="00123045607", tables=tables),
        found("E0143", ndc="00999-0456-07", tables=tables),
    )

    assert [(one.kind, one.suggested) for one in other] == [("ndc", "J1815")]
    assert other[0].reason.startswith("CMS assigns the package to J1815: NDC 00123-0456-07: Inventin")
    assert own == unknown == []


@pytest.mark.parametrize(
    ("text", "units", "told"),
    [
        ("insulin 10 units", 2, False),
        ("insulin 10 units", 4, False),
        ("insulin 10 units", 3, True),
        ("insulin 10 units", 10, True),
        ("insulin", 10, False),
    ],
)
def test_units_that_do_not_fit_the_amount_in_the_text_are_told(text: str, units: int, told: bool) -> None:
    """A multiple fits, unless it is the amount itself; a file without units is not checked."""
    auditor = Auditor(FixedRanking(ranked(("J1816", 0.9))), Payer())
    row = AuditRow(text, "J1816", on=ON, units=float(units))
    stated, silent = auditor.findings([msgspec.structs.replace(row, has_units=True), row])

    assert [one.kind for one in stated] == ["units"] * told
    assert silent == []
