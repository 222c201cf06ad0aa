"""Review files: a workbook that people pick codes in, and `hcpcs review`, which reads the picks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

import api.commands.batch
from api.__main__ import main
from eval.cases.cases import read_cases
from tests.fakes import FakeSuggester
from tests.test_api_commands_batch import batch


@pytest.fixture(autouse=True)
def suggester(monkeypatch: pytest.MonkeyPatch) -> FakeSuggester:
    fake = FakeSuggester()
    monkeypatch.setattr(api.commands.batch, "open_suggester", lambda *_: fake)
    return fake


TEXT = "id,description\n1,folding walker with wheels\n2,=1+cane\n3,wheelchair\n4,qqq\n"


def test_a_review_file_offers_each_row_its_codes(tmp_path: Path) -> None:
    """Frozen header, filters, a list to pick from, confidence and reason; formulas are texts."""
    book = load_workbook(batch(tmp_path, TEXT, "--on", "2026-01-15", out="xlsx"))
    sheet = book["Review"]
    names = [cell.value for cell in sheet[1]]
    first = dict(zip(names, [cell.value for cell in sheet[2]], strict=True))
    (rule,) = sheet.data_validations.dataValidation

    assert (first["Row"], first["Text"], first["Code 1"], first["For people"]) == (
        1,
        "folding walker with wheels",
        "E0143",
        "no",
    )
    assert (first["Date"], first["No code"], first["Pick"]) == ("2026-01-15", "NONE", None)
    assert first["Confidence 1"] == 1
    assert first["Reason 1"]
    assert sheet["B3"].value == "'=1+cane"
    assert (sheet.freeze_panes, sheet.auto_filter.ref is not None) == ("C2", True)
    assert (str(rule.sqref), rule.formula1, rule.type) == ("E2:E5", "$G2:$L2", "list")
    facts = {row[0]: row[1] for row in book["Summary"].iter_rows(values_only=True)}
    assert facts["Rows"] == 4
    assert facts["E0143"] == 1
    assert facts["Left for people"] == 4 - facts["First code with a confidence of at least 0.8"]


def test_picks_come_back_as_cases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One case for each pick, with the text as it was; `hcpcs eval` reads them."""
    path = batch(tmp_path, TEXT, "--on", "2026-01-15", out="xlsx")
    book = load_workbook(path)
    for cell, pick in (("E2", "e0143"), ("E3", "A4206"), ("E5", "NONE")):
        book["Review"][cell] = pick
    book.save(path)
    capsys.readouterr()
    out = tmp_path / "picks.jsonl"

    assert main(["review", str(path), str(out)]) == 0
    assert capsys.readouterr().err == (
        f"hcpcs: 3 picks: 1 the first code, 0 another one shown, 1 a code not shown, 1 none -> {out}\n"
    )
    found = [json.loads(line) for line in out.read_text().splitlines()]
    assert [(case["id"], case["query"], case["codes"], case["date"]) for case in found] == [
        ("row-1", "folding walker with wheels", ["E0143"], "2026-01-15"),
        ("row-2", "=1+cane", ["A4206"], "2026-01-15"),
        ("row-4", "qqq", [], "2026-01-15"),
    ]
    assert found[0]["shown"][0] == "E0143"
    assert len(read_cases(out).cases) == 3
    assert main(["review", str(path), str(out)]) == 2


def test_picks_of_a_review_go_to_the_feedback_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what the row offered; only where feedback is switched on."""
    pytest.importorskip("sqlalchemy")
    pytest.importorskip("alembic")
    path = batch(tmp_path, TEXT, "--on", "2026-01-15", out="xlsx")
    book = load_workbook(path)
    offered = [book["Review"][f"{column}3"].value for column in "GHIJK"]
    for cell, pick in (("E2", "E0143"), ("E3", offered[0]), ("E4", "A4206"), ("E5", "NONE")):
        book["Review"][cell] = pick
    book.save(path)
    monkeypatch.setenv("HCPCS_HOME", str(tmp_path))
    assert main(["review", str(path), str(tmp_path / "a.jsonl"), "--feedback"]) == 2
    assert "set HCPCS_FEEDBACK" in capsys.readouterr().err
    monkeypatch.setenv("HCPCS_FEEDBACK", "1")
    monkeypatch.setenv("HCPCS_FEEDBACK_TEXT", "text")

    assert main(["review", str(path), str(tmp_path / "a.jsonl"), "--feedback"]) == 0
    assert main(["feedback", "export", "--all", "--out", str(tmp_path / "all.jsonl")]) == 0
    rows = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text().splitlines()]
    assert [(row["text"], row["outcome"], row["taken"], row["position"]) for row in rows] == [
        ("folding walker with wheels", "accepted", "E0143", 1),
        ("=1+cane", "accepted", offered[0], 1),
        ("wheelchair", "other-code", "A4206", None),
        ("qqq", "none-fits", None, None),
    ]
    assert rows[1]["shown"] == [code for code in offered if code]
    assert {row["date"] for row in rows} == {"2026-01-15"}


def test_a_pick_that_is_no_code_is_told_with_its_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is written then."""
    path = batch(tmp_path, TEXT, out="xlsx")
    book = load_workbook(path)
    book["Review"]["E3"] = "maybe"
    book.save(path)

    assert main(["review", str(path), str(tmp_path / "picks.jsonl")]) == 2
    assert "row 3: the pick is neither a code nor NONE" in capsys.readouterr().err
    assert not (tmp_path / "picks.jsonl").exists()
