"""The command frame: exit codes, one-sentence errors, standard input."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from api.__main__ import COMMANDS, main
from api.building import build_index
from index.home import Home

ROOT = Path(__file__).parents[1]
SECRET = "zebra-patient-4711"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the starter index."""
    path = tmp_path_factory.mktemp("home")
    build_index(Home(path), on=date(2026, 1, 15))
    return path


@pytest.fixture(autouse=True)
def environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands of this module answer from the starter index."""
    monkeypatch.setenv("HCPCS_HOME", str(home))
    monkeypatch.delenv("HCPCS_INDEX", raising=False)


def hcpcs(*words: str, home: Path, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run the command as a process, with bytes on its standard input."""
    environ = {**os.environ, "HCPCS_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-m", "api", *words],
        cwd=ROOT,
        env=environ,
        input=given,
        capture_output=True,
        check=False,
    )


def type_in(monkeypatch: pytest.MonkeyPatch, given: bytes) -> None:
    """Put bytes on the standard input of this process."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"))


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help_with_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0, on standard output."""
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])

    out, err = capsys.readouterr()
    assert end.value.code == 0
    assert f"example: hcpcs {command}" in out
    assert err == ""


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["sugest", "x"],
        ["suggest"],
        ["suggest", "x", "-k", "many"],
        ["suggest", "x", "--on", "2026-13-01"],
        ["suggest", "x", "--level", "3"],
        ["suggest", "x", "--unknown"],
        ["code"],
        ["index"],
        ["index", "activate"],
        ["index", "diff", "one"],
        ["eval", "run"],
        ["serve", "--port", "http"],
    ],
)
def test_bad_usage_ends_with_2_and_says_how(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Argparse names the argument; there is no traceback."""
    with pytest.raises(SystemExit) as end:
        main(words)

    out, err = capsys.readouterr()
    assert end.value.code == 2
    assert "usage: hcpcs" in err
    assert "Traceback" not in err
    assert out == ""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["suggest", "x", "-k", "0"], "k is 0"),
        (["suggest", "x", "-k", "101"], "k is 101"),
        (["suggest", "x", "--index", "no/such/folder"], "no/such/folder"),
        (["code", "E0601", "--index", "no/such/folder"], "no/such/folder"),
        (["index", "build", "--release", "no/such/file.zip"], "no such file"),
        (["index", "build", "--brands", "no/such/file.csv"], "file.csv cannot be read"),
        (["index", "build", "--cpt", "no/such/file.csv"], "no such file"),
        (["index", "verify", "no/such/folder"], "no/such/folder"),
        (["index", "activate", "2001-01"], "there is no index '2001-01'"),
        (["index", "diff", "no/such/a", "no/such/b"], "no such file"),
        (["eval", "run", "no/such/cases.jsonl"], "no/such/cases.jsonl"),
        (["batch", "no/such/in.csv", "out.csv"], "no/such/in.csv"),
    ],
)
def test_bad_input_ends_with_2_and_one_sentence(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file, folder or number that is wrong is named."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    code = main(words)

    out, err = capsys.readouterr()
    assert code == 2
    assert err.startswith("hcpcs: ")
    assert err.count("\n") == 1
    assert message in err
    assert out == ""


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """On stdout, with exit code 0."""
    with pytest.raises(SystemExit) as end:
        main(["--version"])

    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("hcpcs ")


def test_without_a_command_the_first_steps_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """What to type next, each with what it gives."""
    with pytest.raises(SystemExit):
        main([])

    err = capsys.readouterr().err
    assert [line.split()[1] for line in err.splitlines()[3:]] == [
        "suggest",
        "code",
        "serve",
        "index",
        "doctor",
    ]


def test_the_first_run_says_what_to_do_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once, when the starter index is built; a second run says nothing."""
    monkeypatch.setenv("HCPCS_HOME", str(tmp_path))
    assert main(["code", "E0601"]) == 0
    assert "hcpcs index build --release latest" in capsys.readouterr().err

    assert main(["code", "E0601"]) == 0
    assert capsys.readouterr().err == ""


def test_a_bad_setting_ends_with_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the variable but not its value."""
    monkeypatch.setenv("HCPCS_API_KEY", "short")

    assert main(["code", "E0601"]) == 2
    assert "HCPCS_API_KEY" in capsys.readouterr().err


def test_an_unknown_code_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    """The work failed, the usage was right."""
    assert main(["code", "E0601"]) == 0
    assert main(["code", "E0601", "A0000"]) == 1
    assert "A0000: not in this release" in capsys.readouterr().out


def test_several_texts_give_one_answer_each_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON Lines, with the fields of the contract."""
    assert main(["suggest", "wheelchair", "crutches", "-k", "3", "--json"]) == 0

    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["text"] for answer in answers] == ["wheelchair", "crutches"]
    assert [len(answer["suggestions"]) for answer in answers] == [3, 3]
    assert {"rank", "code", "description", "score", "confidence", "status", "why"} <= set(
        answers[0]["suggestions"][0]
    )


def test_a_dash_reads_one_text_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty line gets an answer that says so, so that lines and answers stay aligned."""
    type_in(monkeypatch, b"wheelchair\r\n\ncrutches")

    assert main(["suggest", "-", "--json"]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["text"] for answer in answers] == ["wheelchair", "", "crutches"]
    assert [answer["error"] is None for answer in answers] == [True, False, True]


def test_no_lines_give_no_answers(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty pipe is no error."""
    type_in(monkeypatch, b"")

    assert main(["suggest", "-", "--json"]) == 0
    assert capsys.readouterr().out == ""


def test_text_that_is_not_utf8_is_read_as_windows_writes_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old systems write cp1252; a byte that is neither cp1252 nor UTF-8 is replaced."""
    type_in(monkeypatch, b"si\xe8ge\nwheelchair \x81\xff\n")

    assert main(["suggest", "-", "--json"]) == 0
    texts = [json.loads(line)["text"] for line in capsys.readouterr().out.splitlines()]
    assert texts == ["siège", "wheelchair \ufffdÿ"]


@pytest.mark.parametrize(
    "text", ["a", "\U0001f9bd", "\x00\x01", "x" * 100_000, "Rollstuhl mit Fußstütze", "-" * 5 + "a", "\ud800"]
)
def test_odd_texts_get_an_answer(
    text: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that a person can type ends the command."""
    type_in(monkeypatch, text.encode("utf-8", errors="surrogatepass") + b"\n")

    assert main(["suggest", "-", "--json"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_answers_for_people_name_rank_code_and_reason(capsys: pytest.CaptureFixture[str]) -> None:
    """And the notice of the starter catalogue."""
    assert main(["suggest", "wheelchair", "-k", "2"]) == 0

    out = capsys.readouterr().out
    assert "starter catalogue" in out
    assert "   1. " in out
    assert "   2. " in out


def test_a_text_never_stands_in_an_error(home: Path) -> None:
    """Typed texts may be about patients."""
    done = hcpcs("suggest", SECRET, "--index", "no/such/folder", home=home)

    assert done.returncode == 2
    assert SECRET.encode() not in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_no_error(home: Path) -> None:
    """As `hcpcs suggest - | head -1` does."""
    command = f"{sys.executable} -m api suggest - --json | head -n 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=ROOT,
        env={**os.environ, "HCPCS_HOME": str(home)},
        input=b"wheelchair\n" * 300,
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0
    assert done.stdout.count(b"\n") == 1
    assert done.stderr == b""


def test_options_may_stand_before_or_after_the_texts(capsys: pytest.CaptureFixture[str]) -> None:
    """And `--` lets a text begin with a dash."""
    assert main(["suggest", "-k", "1", "--json", "--", "-wheelchair"]) == 0
    assert json.loads(capsys.readouterr().out)["text"] == "-wheelchair"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            OSError(28, "No space left on device", "out/cases.jsonl"),
            "out/cases.jsonl: no space left on device",
        ),
        (PermissionError(13, "Permission denied", "out"), "out: permission denied"),
        (MemoryError(), "there is not enough memory for this; give a smaller file or fewer processes"),
    ],
)
def test_a_full_disk_or_memory_is_one_sentence(
    error: BaseException,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In every command: exit code 1, as the work failed, and no traceback."""
    import api.commands.code

    def fail(*_: object) -> int:
        raise error

    monkeypatch.setattr(api.commands.code, "run", fail)
    assert main(["code", "E0100"]) == 1
    assert capsys.readouterr().err == f"hcpcs: {sentence}\n"
