"""`hcpcs code`: all details of a code."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from api.__main__ import main
from tests.index_fakes import build_small


@pytest.fixture(autouse=True)
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index of the small release, which the settings name."""
    build_small(tmp_path / "index")
    monkeypatch.setenv("HCPCS_INDEX", str(tmp_path / "index"))
    return tmp_path / "index"


def ask(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    """What `hcpcs code --json` prints."""
    main(["code", *words, "--json"])
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_code_is_shown_with_what_is_known_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Descriptors, dates, status, neighbours."""
    (found,) = ask(capsys, "a0001", "--on", "2026-01-15")

    assert found["code"] == "A0001"
    assert found["description"] == "Invented bandage for a large dog"
    assert found["short_description"] == "Dog bandage"
    assert (found["status"], found["effective_from"], found["effective_to"]) == ("active", "2020-01-01", None)
    assert found["section"] == "A"
    assert [other["code"] for other in found["neighbours"]] == ["E0002", "E0003", "K0004"]


@pytest.mark.parametrize(
    ("code", "on", "status"),
    [
        ("A0001", "2019-12-31", "future"),
        ("A0001", "2020-01-01", "active"),
        ("K0004", "2024-12-31", "active"),
        ("K0004", "2025-01-01", "terminated"),
    ],
)
def test_status_is_that_of_the_date_of_service(
    code: str, on: str, status: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first and the last day count as active."""
    assert ask(capsys, code, "--on", on)[0]["status"] == status


def test_an_ended_code_names_its_successor_and_the_other_way_round(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """So that an old charge line can be corrected."""
    old, new = ask(capsys, "K0004", "E0002")

    assert old["successors"] == ["E0002"]
    assert [other["code"] for other in new["predecessors"]] == ["K0004"]
    assert new["is_noc"]


def test_a_modifier_is_looked_up_too(capsys: pytest.CaptureFixture[str]) -> None:
    """It has a line of its own; words of its descriptor find it too."""
    (found,) = ask(capsys, "z1")
    assert (found["modifier"], found["status"]) == ("Z1", "active")
    assert ask(capsys, "left paw") == [found]


def test_nothing_is_said_twice(capsys: pytest.CaptureFixture[str]) -> None:
    """Each descriptor and date has one line, and modifiers that do not go with the code none."""
    assert main(["code", "A0001", "--on", "2026-01-15"]) == 0
    out = capsys.readouterr().out

    assert out.count("Invented bandage for a large dog") == 1
    assert out.count("2020-01-01") == 1
    assert out.count("Z1") == 0
    assert "section: A: Transport, medical and surgical supplies" in out


def test_an_old_release_is_told_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    """With its age on the date of service; in its own quarter nothing is said."""
    assert main(["code", "A0001", "--on", "2026-08-01"]) == 0
    assert capsys.readouterr().err.startswith("note: release 2026-01 is 212 days old on 2026-08-01")

    assert main(["code", "A0001", "--on", "2026-01-15"]) == 0
    assert capsys.readouterr().err == ""


def test_an_unknown_code_is_told_and_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    """The others are answered all the same."""
    assert main(["code", "E9999", "A0001", "--json"]) == 1

    unknown, known = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert unknown == {"code": "E9999", "error": "not in this release"}
    assert known["code"] == "A0001"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("D0120", "dental codes (CDT) are the ADA's and are never read"),
        ("99213", "CPT codes are read only from a licence holder's file"),
        ("E0143X", "a code is one letter and four digits, such as E0143"),
        ("E01", "a code is one letter and four digits, such as E0143"),
    ],
)
def test_an_unknown_code_of_another_form_is_explained(
    text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its form says why no release has it."""
    assert main(["code", text]) == 1
    assert f"{text}: not in this release: {said}" in capsys.readouterr().out


def test_codes_are_read_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One a line."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("a0001\nE0003\n"))

    assert [found["code"] for found in ask(capsys, "-")] == ["A0001", "E0003"]


def test_a_person_sees_only_what_is_filled(capsys: pytest.CaptureFixture[str]) -> None:
    """No empty dates or lists."""
    assert main(["code", "E0003"]) == 0

    out = capsys.readouterr().out
    assert "  code: E0003\n" in out
    assert "  description: Invented crutch with a spring, 250 mg\n" in out
    assert "effective_to" not in out
    assert "    K0004  Kennel\n" in out


def test_damaged_records_are_refused(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong descriptor would be worse than none."""
    path = index / "records.jsonl"
    path.write_bytes(path.read_bytes().replace(b"dog", b"cat", 1))

    assert main(["code", "A0001"]) == 2
    assert "records.jsonl is damaged" in capsys.readouterr().err


def test_damaged_vectors_do_not_stop_a_look_up(index: Path) -> None:
    """Only the files that are read are checked."""
    (index / "codes.faiss").write_bytes(b"")

    assert main(["code", "A0001"]) == 0
