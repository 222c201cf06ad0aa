"""Batch files without a header, in UTF-16 and Parquet; existing outputs, equal rows, resumed counts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import msgspec
import pytest

import api.commands.batch
from api.__main__ import main
from api.batch.chunks import CHUNK_ROWS, Memo
from api.batch.column_names import is_header
from api.batch.encoders import CsvEncoder, Encoded, answer_values, csv_line
from api.service import Query
from suggest.answer import Ask
from tests.fakes import FakeSuggester
from tests.test_api_commands_batch import Interrupted, batch, rows


@pytest.fixture(autouse=True)
def suggester(monkeypatch: pytest.MonkeyPatch) -> FakeSuggester:
    fake = FakeSuggester()
    monkeypatch.setattr(api.commands.batch, "open_suggester", lambda *_: fake)
    return fake


@pytest.mark.parametrize(
    ("first", "below", "header"),
    [
        (["text"], [["walker"]], True),
        (["walker"], [["cane"]], False),
        (["1", "walker"], [["2", "cane"]], False),
        (["KETOROLAC 30MG/ML", "12.50"], [["ZOFRAN", "3"]], False),
        (["E0100", "cane"], [["E0143", "walker"]], False),
        (["wheelchair std", "supply"], [["x", "y"]], False),
        (["Charge Description"], [["x"]], True),
        (["chg_line_txt"], [["x"]], True),
        (["2024", "2025", "text"], [["1", "2", "cane"]], True),
        (["Leistung", "Preis"], [["Gehhilfe", "12,50"]], True),
    ],
)
def test_a_line_of_names_is_told_from_a_row(
    first: Sequence[str], below: Sequence[Sequence[str]], header: bool
) -> None:
    """By words of names, and by the cells below them."""
    assert is_header(first, below) is header


def test_a_file_without_a_header_keeps_its_first_charge(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first line is answered; columns get numbers, and stderr says so; the option overrules it."""
    found = rows(batch(tmp_path, "17,folding walker with wheels\n18,plain wheelchair\n", "-k", "1"))

    assert [(row["column_1"], row["code_1"]) for row in found] == [("17", "E0143"), ("18", "K0001")]
    assert "texts come from column_2; give --header yes if" in capsys.readouterr().err
    named = rows(batch(tmp_path, "walker\ncane\n", "-k", "1", "--header", "yes"))
    assert [(row["walker"], row["code_1"]) for row in named] == [("cane", "E0100")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read(tmp_path: Path, encoding: str) -> None:
    """With a mark or without, CSV and JSON Lines; the output is UTF-8."""
    found = rows(
        batch(tmp_path, "id,text\r\n1,cane \u010a\u0d0a\r\n2,wheelchair\r\n".encode(encoding), "-k", "1")
    )
    assert [(row["text"], row["code_1"]) for row in found] == [
        ("cane \u010a\u0d0a", "E0100"),
        ("wheelchair", "K0001"),
    ]
    lines = batch(tmp_path, '{"text": "cane"}\n'.encode(encoding), "-k", "1", ending="jsonl", out="jsonl")
    assert json.loads(lines.read_text())["suggestions"][0]["code"] == "E0100"


def test_an_output_that_exists_is_kept_unless_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before the index is loaded; --overwrite replaces it."""
    (tmp_path / "in.csv").write_text("text\ncane\n")
    (tmp_path / "out.csv").write_text("mine")
    command = ["batch", str(tmp_path / "in.csv"), str(tmp_path / "out.csv"), "-k", "1"]

    assert main(command) == 2
    assert "out.csv exists; give --overwrite to replace it, or name another output" in capsys.readouterr().err
    assert (tmp_path / "out.csv").read_text() == "mine"
    assert main([*command, "--overwrite"]) == 0
    assert rows(tmp_path / "out.csv")[0]["code_1"] == "E0100"


def test_equal_rows_are_answered_once(
    tmp_path: Path, suggester: FakeSuggester, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also in different chunks; another date is another question."""
    text = "text,dos\n" + "cane,2026-01-01\nwheelchair,2026-01-01\ncane,2026-01-02\n" * CHUNK_ROWS
    found = rows(batch(tmp_path, text, "-k", "1"))

    assert [row["code_1"] for row in found] == ["E0100", "K0001", "E0100"] * CHUNK_ROWS
    assert sorted(suggester.texts) == ["cane", "cane", "wheelchair"]
    assert f"{3 * CHUNK_ROWS - 3} with the answer of an equal row" in capsys.readouterr().err


def test_kept_answers_have_a_bound() -> None:
    """The ones used longest ago are forgotten; a query in work is not."""
    memo = Memo(max_bytes=2000)
    first, second, third = (Query(text, Ask()) for text in "abc")
    assert memo.reserve([first, second]) == [first, second]
    memo.fill([first, second], [Encoded(b"x" * 900, False)] * 2)
    memo.reserve([first, third])
    memo.trim()

    assert memo.get(first).data == b"x" * 900
    assert memo.reserve([second]) == [second]


def test_after_a_resume_the_summary_counts_all_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Errors, formulas and codes of the first part too."""
    text = "id,text,note\n" + "".join(
        f'{i},{"  " if i % 2 else f"cane {i}"},"=1"\n' for i in range(CHUNK_ROWS * 2)
    )
    batch(tmp_path, text, "-k", "1")
    whole = capsys.readouterr().err
    (tmp_path / "out.csv").unlink()
    fake = FakeSuggester()
    monkeypatch.setattr(api.commands.batch, "open_suggester", lambda *_: Interrupted(CHUNK_ROWS // 2 + 10))
    assert main(["batch", str(tmp_path / "in.csv"), str(tmp_path / "out.csv"), "-k", "1"]) == 130
    monkeypatch.setattr(api.commands.batch, "open_suggester", lambda *_: fake)
    capsys.readouterr()
    batch(tmp_path, text, "-k", "1")

    assert len(set(fake.texts)) <= CHUNK_ROWS
    resumed = f"; {CHUNK_ROWS} of them from an interrupted run"
    again = f"{CHUNK_ROWS - 2} with the answer"  # the second run asks once more what the first one asked
    found = capsys.readouterr().err.replace(resumed, "")
    assert found == whole.replace(f"{CHUNK_ROWS - 1} with the answer", again)
    assert f"{CHUNK_ROWS * 2} rows; {CHUNK_ROWS} with errors" in whole


def test_columns_that_do_not_count_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Quantities, modifiers and NDCs are recognised, kept, and not used in silence."""
    batch(tmp_path, "text,Qty,Mod 1,NDC\ncane,1,RT,00000-0000-00\n", "-k", "1")

    assert (
        "columns of quantity (Qty), modifiers (Mod 1), NDC (NDC) are kept and do not change the answers"
        in capsys.readouterr().err
    )


def test_a_row_without_an_answer_says_why(tmp_path: Path) -> None:
    """No likely code, and a text that is missing; status and release are columns too."""
    found = rows(batch(tmp_path, "text\ncane\nqqq\n \n", "-k", "1"))

    assert [(row["status_1"], row["release"], row["reason"]) for row in found] == [
        ("active", "2026-01", ""),
        ("", "2026-01", "no code is likely for this text"),
        ("", "2026-01", "the text is empty"),
    ]


def test_parquet_keeps_types_and_gains_typed_columns(tmp_path: Path) -> None:
    """Numbers, times, lists and dictionaries of texts; the answers equal those of CSV."""
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = pa.table(
        {
            "id": pa.array([1, 2, 3], pa.int32()),
            "description": pa.array(["cane", "wheelchair", None]).dictionary_encode(),
            "dos": pa.array([date(2026, 1, 1)] * 3),
            "at": pa.array([datetime(2026, 1, 1, 12, 30, 1, 5)] * 3, pa.timestamp("ns")),
            "tags": pa.array([["a"], [], None]),
        }
    )
    parquet.write_table(table, tmp_path / "in.parquet")
    assert main(["batch", str(tmp_path / "in.parquet"), str(tmp_path / "out.parquet"), "-k", "1"]) == 0
    found = parquet.read_table(tmp_path / "out.parquet")
    (tmp_path / "in.csv").write_text("id,description,dos\n1,cane,2026-01-01\n2,wheelchair,2026-01-01\n")
    assert main(["batch", str(tmp_path / "in.csv"), str(tmp_path / "same.csv"), "-k", "1"]) == 0
    same = rows(tmp_path / "same.csv")

    kept = found.select(table.column_names)
    assert kept.equals(table.set_column(1, "description", table["description"].cast(pa.string())))
    assert found["code_1"].to_pylist() == [same[0]["code_1"], same[1]["code_1"], None]
    assert found["date_of_service"].to_pylist() == [date(2026, 1, 1)] * 2 + [None]
    assert found["error"].to_pylist() == [None, None, "there is no text in 'description'"]
    assert found.schema.field("confidence_1").type == pa.float64()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "in.csv", "in.parquet", "out.parquet", "same.csv"
    ]  # fmt: skip


def test_an_interrupted_parquet_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that was torn is cut off; the result equals that of a single run."""
    parquet = pytest.importorskip("pyarrow.parquet")
    text = "id,text\n" + "".join(f"{i},cane {i}\n" for i in range(CHUNK_ROWS * 3))
    whole = parquet.read_table(batch(tmp_path, text, "-k", "1", out="parquet"))
    (tmp_path / "out.parquet").unlink()
    fake = FakeSuggester()
    monkeypatch.setattr(api.commands.batch, "open_suggester", lambda *_: Interrupted(CHUNK_ROWS + 1))
    assert main(["batch", str(tmp_path / "in.csv"), str(tmp_path / "out.parquet"), "-k", "1"]) == 130
    with (tmp_path / "out.parquet.partial").open("ab") as torn:
        torn.write(b"\xff\xff\xff\xff\x10")
    monkeypatch.setattr(api.commands.batch, "open_suggester", lambda *_: fake)

    assert parquet.read_table(batch(tmp_path, text, "-k", "1", out="parquet")).equals(whole)
    assert len(fake.texts) == CHUNK_ROWS * 2


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("description", ["plain", 'a "b", c; d', "=1+1", "-x\r\ny", ""])
def test_a_line_of_csv_is_that_of_all_its_values_together(
    suggester: FakeSuggester, description: str, delimiter: str
) -> None:
    """It is put together of parts that repeat from answer to answer."""
    answer = suggester.suggest(["folding walker"], k=2)[0]
    first = msgspec.structs.replace(answer.suggestions[0], description=description, confidence=0.25)
    answer = msgspec.structs.replace(answer, suggestions=(first,), warnings=(description, "w"))
    cells = ["" if value is None else str(value) for value in answer_values(answer, None, 2)]
    cells = [{"0.25": "0.2500", "True": "true", "False": "false"}.get(cell, cell) for cell in cells]
    line, changed = csv_line(cells, delimiter)

    for _ in range(2):
        assert CsvEncoder(2, delimiter).data(answer, None) == (f"{delimiter}{line}".encode(), changed)
