"""`hcpcs batch`: CSV and JSON Lines in and out."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import api.commands.batch
from api.__main__ import main
from api.batch.chunks import CHUNK_ROWS
from api.batch.queries import parse_date
from suggest.answer import Answer, Filters
from tests.fakes import OTHER_TEXT, OTHER_WARNING, FakeSuggester


@pytest.fixture(autouse=True)
def suggester(monkeypatch: pytest.MonkeyPatch) -> FakeSuggester:
    fake = FakeSuggester()
    monkeypatch.setattr(api.commands.batch, "open_suggester", lambda *_: fake)
    return fake


def batch(tmp_path: Path, text: str | bytes, *arguments: str, ending: str = "csv", out: str = "csv") -> Path:
    """Run the command on some text; gives the output's path."""
    given, wanted = tmp_path / f"in.{ending}", tmp_path / f"out.{out}"
    given.write_bytes(text.encode() if isinstance(text, str) else text)
    wanted.unlink(missing_ok=True)
    assert main(["batch", str(given), str(wanted), *arguments]) == 0
    return wanted


def rows(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig")), delimiter=delimiter))


def test_every_column_and_the_order_are_kept(tmp_path: Path) -> None:
    """Input columns come first, unchanged; then what the answer says, with status, date and release."""
    text = 'id,description,note\n7,folding walker with wheels,"a, ""b""\nc"\n3,plain wheelchair,\n'
    out = batch(tmp_path, text, "-k", "2")

    assert out.read_text().splitlines()[0] == (
        "id,description,note,code_1,confidence_1,description_1,status_1,code_2,confidence_2,description_2,status_2,"
        "no_good_match,looks_like,date_of_service,release,warnings,reason,error"
    )
    first, second = rows(out)
    assert (first["id"], first["note"], first["code_1"], first["confidence_1"]) == (
        "7",
        'a, "b"\nc',
        "E0143",
        "1.0000",
    )
    assert (first["status_1"], first["release"], first["date_of_service"]) == (
        "active",
        "2026-01",
        str(date.today()),
    )
    assert (second["id"], second["code_1"], second["code_2"], second["error"]) == ("3", "K0001", "", "")


def test_an_output_in_no_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says which folder is missing, not the name of a file that nobody gave."""
    given = tmp_path / "in.csv"
    given.write_text("text\ncane\n")
    assert main(["batch", str(given), str(tmp_path / "none" / "out.csv")]) == 2
    assert capsys.readouterr().err == (
        f"hcpcs: there is no folder {tmp_path / 'none'} for the output; make it first\n"
    )


def test_bad_rows_say_why_in_their_own_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty text, a wrong date, a row too short or too long: reported in its row, nothing is dropped."""
    text = "text,day,x\ncane,2026-01-31,1\n ,2026-01-31,2\ncane,soon,3\ncane\n"
    text += "cane,2026-01-31,a,b\n\nxyzzy,1/31/2026,6\n"
    found = rows(batch(tmp_path, text, "--date-column", "day"))

    assert [row["error"] for row in found] == [
        "",
        "the text is empty",
        "'day' cannot be read: it is not a date such as 2026-01-15, 01/15/2026 or 15-Jan-2026",
        "the row has 1 fields, the header has 3",
        "the row has 4 fields, the header has 3",
        "",
    ]
    assert found[4]["x"] == "a,b"
    assert [row["no_good_match"] for row in found] == ["false", "true", "", "", "", "true"]
    assert capsys.readouterr().err.startswith(
        "hcpcs: 6 rows; 4 with errors; 1 without a good match; 1 empty lines skipped -> "
    )


def test_the_date_column_decides_the_status(tmp_path: Path) -> None:
    """A code that ended is offered for a day before its end, in every form of date."""
    text = "text,day\nreplaced,2020-12-31\nreplaced,20201231\nreplaced,12/31/2020\n"
    text += "replaced,2021-01-01\nreplaced,\n"
    found = rows(batch(tmp_path, text, "--date-column", "day", "--text-column", "text"))

    assert [row["code_1"] for row in found] == ["E0144", "E0144", "E0144", "", ""]


def test_the_level_filters_every_row(tmp_path: Path) -> None:
    """The index of these tests has no CPT code."""
    assert rows(batch(tmp_path, "text\ncane\n", "--level", "1"))[0]["code_1"] == ""
    assert rows(batch(tmp_path, "text\ncane\n", "--level", "2"))[0]["code_1"] == "E0100"


def test_formulas_are_neutralised(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Formulas become text, also in the input's cells; signed numbers stay numbers."""
    text = 'text,a,b\ncane,=1+1,-5.50\ncane,@SUM(A1),+1\n"\t=cane",-2+3,-1e5\n'
    found = rows(batch(tmp_path, text, "-k", "1"))

    assert [row["a"] for row in found] == ["'=1+1", "'@SUM(A1)", "'-2+3"]
    assert [row["b"] for row in found] == ["-5.50", "+1", "-1e5"]
    assert found[2]["text"] == "'\t=cane"
    assert "4 cells that began like formulas" in capsys.readouterr().err


@pytest.mark.parametrize(
    "cell",
    [
        *("=1+1", "+1+1", "-1+1", "@SUM(A1)", "|cmd", "\t=1", "\r=1", "\n=1", "\ttext", "\rtext", "\ntext"),
        *(
            " =1+1",
            "  @SUM(A1)",
            "\xa0=1",
            "\u200b=1",
            "\ufeff=1",
            "\x00=1",
            "\x1f-1+1",
            " |calc",
            "\v+1+cmd",
        ),
        *("\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20SUM(A1)", " \uff1d1", "=cmd|' /C calc'!A0", "+", "-"),
        *('=HYPERLINK("http://x";A1)', "-2+3+cmd|' /C calc'!A0", "=1,=2", '=1"",=2', "- 5 mg"),
    ],
)
def test_every_beginning_of_a_formula_is_neutralised(tmp_path: Path, cell: str) -> None:
    """OWASP's list, behind blanks and invisible characters too."""
    given, wanted = io.StringIO(), tmp_path / "out.csv"
    csv.writer(given).writerows([["text", "note"], ["cane", cell]])
    batch(tmp_path, given.getvalue(), "-k", "1")
    (row,) = csv.DictReader(io.StringIO(wanted.read_bytes().decode(), newline=""))

    assert row["note"] == f"'{cell}"


@pytest.mark.parametrize(
    "cell", ["-5.50", "+1", " -1 ", "-1e5", "1-2", "'=1", "a=b", "E0100", "-12,000.5", "-5%"]
)
def test_numbers_and_other_cells_stay_as_they_are(tmp_path: Path, cell: str) -> None:
    """Also a cell that was neutralised before."""
    (row,) = rows(batch(tmp_path, f'text,note\ncane,"{cell}"\n', "-k", "1"))

    assert row["note"] == cell


def test_two_runs_on_one_output_do_not_mix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second is refused while the first writes, and changes nothing; afterwards it may run."""
    out = str(tmp_path / "out.csv")
    (tmp_path / "other.csv").write_text("text\nwheelchair\n")
    refused = []

    class Meanwhile(FakeSuggester):
        def suggest(self, *arguments: Any, **named: Any) -> list[Answer]:
            if not refused:
                refused.append(0)
                refused.append(main(["batch", str(tmp_path / "other.csv"), out]))
            return super().suggest(*arguments, **named)

    meanwhile = Meanwhile()
    monkeypatch.setattr(api.commands.batch, "open_suggester", lambda *_: meanwhile)
    (row,) = rows(batch(tmp_path, "text\ncane\n", "-k", "1"))

    assert refused == [0, 2]
    assert capsys.readouterr().err.splitlines()[0] == (
        "hcpcs: another run is writing out.csv: wait for its end, or name another output"
    )
    assert row["code_1"] == "E0100"
    assert main(["batch", str(tmp_path / "other.csv"), out, "-k", "1", "--overwrite"]) == 0
    assert rows(tmp_path / "out.csv")[0]["code_1"] == "K0001"


@pytest.mark.parametrize("name", ["out.csv.partial", "out.csv.partial.json.new"])
def test_a_link_in_place_of_a_working_file_is_not_written_through(tmp_path: Path, name: str) -> None:
    """Somebody else's link in a shared folder must not make us overwrite its target."""
    target = tmp_path / "target"
    target.write_text("mine")
    (tmp_path / name).symlink_to(target)
    (tmp_path / "in.csv").write_text("text\ncane\n")
    main(["batch", str(tmp_path / "in.csv"), str(tmp_path / "out.csv")])

    assert target.read_text() == "mine"


def test_devices_and_pipes_are_refused_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They could be endless, or never answer."""
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    for name in ("pipe.csv", "zero.csv"):
        assert main(["batch", str(tmp_path / name), str(tmp_path / "out.csv")]) == 2
        assert capsys.readouterr().err == (
            f"hcpcs: {tmp_path / name}: is not an ordinary file but a folder, a device, a pipe or a socket\n"
        )


def test_semicolons_marks_and_old_code_pages_are_read(tmp_path: Path) -> None:
    """The delimiter is detected and used again, and the byte order mark; cp1252 is read line by line."""
    text = b"\xef\xbb\xbfid;text\n1;cane\n2;cane caf\xe9\n3;cane caf\xc3\xa9\n"
    out = batch(tmp_path, text, "-k", "1")

    assert out.read_bytes().startswith(b"\xef\xbb\xbfid;text;code_1")
    assert [row["text"] for row in rows(out, ";")] == ["cane", "cane café", "cane café"]


def test_json_lines_keep_fields_and_add_the_answers(tmp_path: Path) -> None:
    """Own fields stay, numbers as written; the Answer's fields are added; a clash is renamed."""
    text = '{"id": 1.50, "text": "cane", "model": "mine"}\n\n{"text": 7}\n{"id": 3}\nnot json\n[1]\n'
    out = batch(tmp_path, text, ending="jsonl", out="jsonl")
    first, second, third, fourth, fifth = (json.loads(line) for line in out.read_text().splitlines())

    assert out.read_text().startswith('{"id":1.50,"text":"cane","model":"mine",')
    assert (first["hcpcs_model"], first["suggestions"][0]["code"], first["error"]) == (
        "fake-1",
        "E0100",
        None,
    )
    assert (second["text"], second["hcpcs_text"]) == (7, "7")
    assert third == {"id": 3, "suggestions": [], "error": "there is no text in 'text'"}
    assert fourth == {"input_line": "not json", "suggestions": [], "error": "the line is not a JSON object"}
    assert fifth["input_line"] == "[1]"


def test_the_other_system_of_a_text_has_its_column(tmp_path: Path) -> None:
    """And its field in JSON Lines."""
    (row,) = rows(batch(tmp_path, f"text\n{OTHER_TEXT}\n"))
    (line,) = batch(tmp_path, f"text\n{OTHER_TEXT}\n", out="jsonl").read_text().splitlines()

    assert (row["no_good_match"], row["looks_like"]) == ("true", "cpt")
    assert json.loads(line)["looks_like"] == {"system": "cpt", "probability": 0.93}
    assert json.loads(line)["warnings"] == [OTHER_WARNING]


def test_one_form_becomes_the_other(tmp_path: Path) -> None:
    """CSV in, JSON Lines out, and back; later fields get their column too."""
    lines = batch(tmp_path, "id,text\n1,cane\n", "-k", "1", out="jsonl").read_text()
    assert json.loads(lines)["suggestions"][0]["code"] == "E0100"
    table = batch(
        tmp_path, '{"text": "cane"}\n{"text": "wheelchair", "late": [1]}\n', "-k", "1", ending="jsonl"
    )
    assert [(row["late"], row["code_1"]) for row in rows(table)] == [("", "E0100"), ("[1]", "K0001")]


def test_names_that_clash_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An input column named like one of ours stays; ours gets a prefix, and stderr says so."""
    (row,) = rows(batch(tmp_path, "text,error\ncane,mine\n", "-k", "1"))

    assert (row["error"], row["hcpcs_error"]) == ("mine", "")
    assert "renamed with hcpcs_ because the input has the same names: error" in capsys.readouterr().err


class Interrupted(FakeSuggester):
    """Stops the run, as Ctrl-C does, when it has answered so many texts."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.left = after

    def suggest(
        self,
        texts: Sequence[str],
        k: int = 10,
        date_of_service: date | None = None,
        filters: Filters | None = None,
        *,
        explained: bool = True,
    ) -> list[Answer]:
        self.left -= len(texts)
        if self.left < 0:
            raise KeyboardInterrupt
        return super().suggest(texts, k, date_of_service, filters, explained=explained)


def test_an_interrupted_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suggester: FakeSuggester
) -> None:
    """The second run answers only the missing rows; the result equals that of a single run."""
    text = "id,text\n" + "".join(f"{i},cane {i}\n" for i in range(CHUNK_ROWS * 3))
    whole = batch(tmp_path, text, "-k", "1").read_bytes()
    suggester.texts.clear()
    (tmp_path / "out.csv").unlink()

    monkeypatch.setattr(api.commands.batch, "open_suggester", lambda *_: Interrupted(CHUNK_ROWS + 1))
    assert main(["batch", str(tmp_path / "in.csv"), str(tmp_path / "out.csv"), "-k", "1"]) == 130
    assert not (tmp_path / "out.csv").exists()
    with (tmp_path / "out.csv.partial").open("ab") as torn:  # as after a power failure
        torn.write(b"999,ca")

    monkeypatch.setattr(api.commands.batch, "open_suggester", lambda *_: suggester)
    assert batch(tmp_path, text, "-k", "1").read_bytes() == whole
    assert len(suggester.texts) == CHUNK_ROWS * 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


def test_another_input_or_k_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suggester: FakeSuggester
) -> None:
    """A partial output of a changed file or other options is not mixed in."""
    text = "text\n" + "".join(f"cane {i}\n" for i in range(CHUNK_ROWS * 2))
    (tmp_path / "in.csv").write_text(text)
    monkeypatch.setattr(api.commands.batch, "open_suggester", lambda *_: Interrupted(CHUNK_ROWS))
    assert main(["batch", str(tmp_path / "in.csv"), str(tmp_path / "out.csv")]) == 130
    monkeypatch.setattr(api.commands.batch, "open_suggester", lambda *_: suggester)

    assert len(rows(batch(tmp_path, text, "-k", "1"))) == CHUNK_ROWS * 2
    assert len(suggester.texts) == CHUNK_ROWS * 2


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        ("a,b\n1,2\n", [], "say with --text-column which column holds the texts; there are: a, b"),
        ("a,b\n1,2\n", ["--text-column", "c"], "there is no column 'c'; there are: a, b"),
        ("text\ncane\n", ["--date-column", "day"], "there is no column 'day'; there are: text"),
        ("text\ncane\n", ["-k", "0"], "-k must be from 1 to 100"),
        ("", [], "the CSV file has no header line with column names"),
        ("text,\n", [], "a column of the CSV file has no name; every column needs a name of its own"),
        (
            "text,text\n",
            [],
            "several columns of the CSV file have the same name; every column needs a name of its own",
        ),
    ],
)
def test_a_wrong_command_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, arguments: list[str], message: str
) -> None:
    """Wrong columns, options and files end with code 2 and one sentence."""
    (tmp_path / "in.csv").write_text(text)

    assert main(["batch", str(tmp_path / "in.csv"), str(tmp_path / "out.csv"), *arguments]) == 2
    assert capsys.readouterr().err == f"hcpcs: {message}\n"


@pytest.mark.parametrize(
    ("given", "wanted", "message"),
    [
        ("in.xls", "out.csv", "the file ending .xls is not one of .csv, .jsonl, .ndjson, .parquet"),
        ("in.csv", "out.xls", "the file ending .xls is not one of .csv, .jsonl, .ndjson, .parquet, .xlsx"),
        ("in.csv", "./in.csv", "the output file is the input file; give it another name"),
        ("none.csv", "out.csv", "none.csv: no such file or directory"),
    ],
)
def test_files_that_cannot_be_used_are_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    given: str,
    wanted: str,
    message: str,
) -> None:
    """Endings that are not read, one file for both, and a missing file."""
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text("text\ncane\n")

    assert main(["batch", given, wanted]) == 2
    assert capsys.readouterr().err == f"hcpcs: {message}\n"


def test_stdin_and_stdout(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """`-` reads and writes JSON Lines, row after row."""

    class Stdin:
        buffer: Any = io.BytesIO(b'{"text": "cane"}\n')

    monkeypatch.setattr(sys, "stdin", Stdin())
    assert main(["batch", "-", "-", "-k", "1"]) == 0
    out, err = capfdbinary.readouterr()

    assert json.loads(out)["suggestions"][0]["code"] == "E0100"
    assert err == (
        b"hcpcs: 1 rows; 0 with errors; 0 without a good match\n"
        b"hcpcs: 1 rows have a first code with a confidence of at least 0.8 (E0100 1);"
        b" 0 are left for people\n"
    )


def test_dates_of_no_calendar_are_refused() -> None:
    """The 30th of February is not a date, in any form."""
    for text in ("2026-02-30", "20260230", "2/30/2026", "tomorrow"):
        with pytest.raises(ValueError, match="."):
            parse_date(text)
    assert parse_date(None) is parse_date("  ") is None


def test_a_column_of_dates_of_service_is_found_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its name; other dates beside it do not matter."""
    text = "text,posted_date,ServiceDate,birth date\n"
    text += "replaced,2026-01-01,12/31/20,1950-01-01\nreplaced,2026-01-01,1-Jan-2021,1950-01-01\n"
    found = rows(batch(tmp_path, text))

    assert [row["code_1"] for row in found] == ["E0144", ""]
    assert [row["date_of_service"] for row in found] == ["2020-12-31", "2021-01-01"]
    assert "dates of service come from column 'ServiceDate' (found by its name)" in capsys.readouterr().err


def test_several_possible_columns_of_dates_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message names them and says what to do; --on is one of the ways."""
    given = tmp_path / "in.csv"
    given.write_text("text,one,two\nreplaced,2020-12-31,2021-01-01\n")
    arguments = ["batch", str(given), str(tmp_path / "out.csv")]

    assert main(arguments) != 0
    assert "several columns may hold the dates of service: one, two; say" in capsys.readouterr().err
    assert main([*arguments, "--on", "12/31/2020"]) == 0
    assert rows(tmp_path / "out.csv")[0]["code_1"] == "E0144"
