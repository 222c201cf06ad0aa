"""`hcpcs audit`: from a file with codes to a workbook, CSV and JSON."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from api.__main__ import main
from api.audit import workbook
from api.audit.columns import Columns, recognise
from api.batch.chunks import CHUNK_ROWS
from api.batch.readers import BatchError, InputRow
from api.batch.workers import CHUNKS_BEFORE_WORKERS
from api.building import build_index
from index.home import Home

ROWS = [
    ("Charge No", "Item Description", "HCPCS/CPT", "Qty", "Mod 1", "Svc", "Gross Charge"),
    ("10001", "folding walker with wheels", "E0143", "1", "", "x", "$1,200.50"),
    ("10002", "folding walker with wheels", "E0143", "1", "", "x", "80"),
    ("10003", "Folding  Walker with wheels", "E0100", "2", "", "x", "70"),
    ("10004", "=1+1", "E0000", "1", "", "x", "9"),
    ("10005", "office visit", "99213", "1", "", "x", "9"),
    ("10006", "no code at all", "", "1", "", "x", "9"),
]


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter catalogue's index folder."""
    return build_index(Home(tmp_path_factory.mktemp("home")), on=date(2026, 1, 15))[0]


def write(path: Path, rows: list[tuple[str, ...]]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def audit(starter: Path, path: Path, out: Path, *words: str) -> dict[str, Any]:
    """The object in `findings.json`."""
    assert main(["audit", str(path), "--out", str(out), "--index", str(starter), *words]) == 0
    found: dict[str, Any] = json.loads((out / "findings.json").read_bytes())
    return found


def test_an_audit_writes_its_findings_in_three_forms(
    starter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the same findings, what may cost most first; the columns that were recognised are said."""
    out = tmp_path / "out"
    found = audit(starter, write(tmp_path / "charges.csv", ROWS), out, "--on", "2026-01-15")
    said = capsys.readouterr()
    with (out / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    book = load_workbook(out / "audit.xlsx")

    assert said.err.startswith(
        "hcpcs: code from HCPCS/CPT; text from Item Description; units from Qty; "
        "price from Gross Charge; modifiers from Mod 1\n"
    )
    assert "6 rows, 3 findings (1 unknown codes, 1 text and code, 1 same text)" in said.out
    assert [(one["row"], one["kind"], one["code"]) for one in found["findings"]] == [
        (3, "Text and code", "E0100"),
        (3, "Same text", "E0100"),
        (4, "Unknown codes", "E0000"),
    ]
    assert [one["amount_at_stake"] for one in found["findings"]] == [70.0, 70.0, 9.0]
    assert found["findings"][1]["reason"] == (
        "the same text has E0143 in 2 rows, and E0100 in 1 row, first in this one"
    )
    assert [line["reason"] for line in lines] == [one["reason"] for one in found["findings"]]
    assert lines[2]["text"] == "'=1+1"
    assert book.sheetnames == ["Summary", "Unknown codes", "Text and code", "Same text"]
    assert sorted(path.name for path in out.iterdir()) == ["audit.xlsx", "findings.csv", "findings.json"]
    assert found["summary"]["states"] == {
        "rows checked": 4,
        "rows with a CPT code, not checked": 1,
        "rows without a code, not checked": 1,
    }


def test_the_workbook_has_filters_a_frozen_header_and_no_formula(
    starter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cell that a spreadsheet would run is text with an apostrophe; a long sheet says where the rest is."""
    monkeypatch.setattr(workbook, "MAX_ROWS", 2)
    rows = [ROWS[0], *[("1", "=cmd()", "E0000", "1", "", "x", str(price)) for price in (1, 2, 3)]]
    audit(starter, write(tmp_path / "=charges.csv", rows), tmp_path / "out", "--on", "2026-01-15")
    book = load_workbook(tmp_path / "out" / "audit.xlsx")
    sheet = book["Unknown codes"]
    shown = [[cell.value for cell in row] for row in sheet.iter_rows()]

    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:O3")
    assert [row[5] for row in shown[1:3]] == ["'=cmd()", "'=cmd()"]
    assert [row[12] for row in shown[1:3]] == [3, 2]
    assert shown[3][0].startswith("1 more findings of this kind are in findings.csv.")
    assert not any(cell.data_type == "f" for page in book for row in page.iter_rows() for cell in row)
    assert book["Summary"]["A1"].value == "Audit of =charges.csv"


def test_several_processes_find_what_one_finds(starter: Path, tmp_path: Path) -> None:
    """A long file is divided; rows keep their numbers."""
    size = (CHUNKS_BEFORE_WORKERS + 1) * CHUNK_ROWS + 9
    rows = [ROWS[0], *[ROWS[1 + i % 6] for i in range(size)]]
    path = write(tmp_path / "charges.csv", rows)
    found = [audit(starter, path, tmp_path / n, "--processes", n, "--on", "2026-01-15") for n in ("1", "2")]

    assert found[0] == found[1]
    assert found[0]["summary"]["rows"] == size
    assert found[0]["findings"][-1]["row"] > CHUNKS_BEFORE_WORKERS * CHUNK_ROWS


def test_a_date_and_json_lines_are_read(starter: Path, tmp_path: Path) -> None:
    """A bad date is counted, not guessed; a stated column counts before a recognised one."""
    path = tmp_path / "claims.jsonl"
    lines = [
        {"description": "walker", "hcpcs": "E0000", "dos": "2026-01-15", "other": "E0143"},
        {"description": "walker", "hcpcs": "E0000", "dos": "1/15/2026", "other": "E0143"},
        {"description": "walker", "hcpcs": "E0000", "dos": "soon", "other": "E0143"},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    summary = audit(starter, path, tmp_path / "a")["summary"]
    assert (summary["findings"], summary["states"]["rows that cannot be read, not checked"]) == (2, 1)
    summary = audit(starter, path, tmp_path / "b", "--code-column", "other")["summary"]
    assert "code from other" in summary["columns"]
    assert not [total for total in summary["kinds"] if total["kind"] == "unknown"]


@pytest.mark.parametrize(
    ("rows", "words", "message"),
    [
        ([("name", "price"), ("walker", "5")], [], "no column holds HCPCS codes"),
        (ROWS, ["--code-column", "Codes"], "there is no column 'Codes'"),
        (ROWS, ["--processes", "0"], "--processes must be at least 1"),
    ],
)
def test_a_file_that_cannot_be_audited_says_why(
    starter: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    rows: list[tuple[str, ...]],
    words: list[str],
    message: str,
) -> None:
    """One sentence and exit code 2."""
    path = write(tmp_path / "charges.csv", rows)
    assert main(["audit", str(path), "--out", str(tmp_path / "o"), "--index", str(starter), *words]) == 2
    assert message in capsys.readouterr().err
    assert main(["audit", str(tmp_path / "none.csv")]) == 2
    assert main(["audit", str(tmp_path / "charges.xls")]) == 2


@pytest.mark.parametrize("words", [[], ["--code-column", "code"]])
def test_a_first_line_that_is_no_header_is_not_repeated(
    starter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    """It may be about a patient, and may hold line ends."""
    path = write(tmp_path / "charges.csv", [("zebrafish has a\nsore left paw", "5"), ("walker", "5")])
    assert main(["audit", str(path), "--out", str(tmp_path / "o"), "--index", str(starter), *words]) == 2
    said = capsys.readouterr().err

    assert said.endswith("there are: column_1, column_2\n")
    assert "zebrafish" not in said
    assert said.count("\n") == 1


def test_columns_are_recognised_by_names_and_contents() -> None:
    """A name whose cells do not fit does not count; a hospital's own five-digit numbers are no codes."""

    def columns(**cells: str) -> Any:
        return recognise(list(cells), [InputRow(dict(cells))], {})

    found = columns(code="Radiology", number="40013", billing="J1885", label="ketorolac shot", units="EA")
    assert (found.code, found.text, found.units) == ("billing", "label", None)
    found = columns(CPT="99213", Description="visit", Date_of_Service="2026-01-31", NDC="00409-3795-01")
    assert (found.code, found.date, found.ndc) == ("CPT", "Date_of_Service", "NDC")
    with pytest.raises(BatchError, match="no column holds HCPCS codes"):
        columns(number="40013", label="ketorolac shot")


def test_dates_are_found_as_a_batch_finds_them() -> None:
    """By name and content, with the order of day and month; several columns are asked about."""
    cells = {"HCPCS": "J1885", "Description": "ketorolac shot"}

    def columns(on: date | None = None, **dates: str) -> Columns:
        return recognise([*cells, *dates], [InputRow(cells | dates)], {}, on)

    found = columns(Svc_Dt="31/01/2026")
    assert (found.date, found.order) == ("Svc_Dt", "day first")
    assert "day before month, as the column shows" in found.dates_said
    assert "order" not in found.sentence()
    found = columns(when="01/02/2026", birth_date="1950-01-31")
    assert (found.date, found.order) == ("when", "month first")
    assert "month before day, since nothing in the column shows which is which" in found.dates_said
    with pytest.raises(BatchError, match="several columns may hold the dates of service: first, second"):
        columns(first="2026-01-31", second="2026-02-01")
    found = columns(date(2026, 1, 15), first="2026-01-31", second="2026-02-01")
    assert (found.date, "2026-01-15 holds for all rows" in found.dates_said) == (None, True)
