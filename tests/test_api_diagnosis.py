"""`hcpcs doctor`: what it finds in a data folder."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from api.__main__ import main
from api.diagnosis import Finding, diagnose
from api.settings import Settings
from tests.index_fakes import build_small

TODAY = date(2026, 2, 1)


def found(settings: Settings, today: date = TODAY) -> dict[str, Finding]:
    """The findings by what was looked at."""
    return {one.subject: one for one in diagnose(settings, today)}


def test_an_empty_data_folder_says_what_to_do(tmp_path: Path) -> None:
    """Nothing is broken, and nothing is made."""
    home = tmp_path / "home"
    findings = found(Settings(home=home))

    assert findings["index"].state == "note"
    assert "hcpcs index build --release latest" in findings["index"].advice
    assert findings["compiled modules"].state == findings["weights and lexicon"].state == "ok"
    assert not [one for one in findings.values() if one.state == "broken"]
    assert not home.exists()


def test_an_index_is_checked_and_its_release_has_an_age(tmp_path: Path) -> None:
    """In its quarter it is the present one, later it is old."""
    build_small(tmp_path / "index")
    settings = Settings(home=tmp_path, index=tmp_path / "index")

    assert found(settings)["index (HCPCS_INDEX)"].state == "ok"
    assert found(settings)["release"] == Finding("ok", "release", "2026-01 is the present one")
    old = found(settings, date(2026, 8, 1))["release"]
    assert (old.state, old.advice) == ("note", "hcpcs index update")
    assert old.found.startswith("release 2026-01 is 212 days old")
    assert found(settings)["tables"].state == "missing"


def test_a_damaged_index_is_broken_and_ends_with_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is named, as JSON too."""
    build_small(tmp_path / "index")
    (tmp_path / "index" / "records.jsonl").write_bytes(b"")
    monkeypatch.setenv("HCPCS_INDEX", str(tmp_path / "index"))
    monkeypatch.setenv("HCPCS_HOME", str(tmp_path))

    assert main(["doctor"]) == 1
    assert "broken   index: " in capsys.readouterr().out
    assert main(["doctor", "--json"]) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (broken,) = [one for one in lines if one["state"] == "broken"]
    assert "records.jsonl is damaged" in broken["found"]


def test_a_data_folder_that_is_a_file_is_broken(tmp_path: Path) -> None:
    """With the setting that chooses another one."""
    (tmp_path / "home").write_text("")

    assert found(Settings(home=tmp_path / "home"))["data folder"] == Finding(
        "broken",
        "data folder",
        f"{tmp_path / 'home'} cannot be written",
        "set HCPCS_HOME to another folder",
    )
