"""`hcpcs index update` and `rollback`: built aside, compared, made active; killed anywhere, no harm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.__main__ import main
from api.building import BuildOptions
from api.updating import ChangedAnswer, Comparison, compare, update_index
from index.errors import ArtifactError
from index.files import locked
from index.home import Home
from tests.effort import inputs, tried
from tests.release_files import SMALL, fixed_width, head
from tests.table_files import csv_bytes, mue_rows

ROOT = Path(__file__).parents[1]
ON = date(2026, 5, 1)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """An empty data folder."""
    monkeypatch.setenv("HCPCS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HCPCS_INDEX", raising=False)
    return Home(tmp_path / "home")


@pytest.fixture
def january(tmp_path: Path) -> Path:
    """A tiny release."""
    path = tmp_path / "HCPC2026_JAN_ANWEB.txt"
    path.write_bytes(fixed_width(SMALL))
    return path


@pytest.fixture
def april(tmp_path: Path) -> Path:
    """The release after it, with another code."""
    path = tmp_path / "HCPC2026_APR_ANWEB.txt"
    path.write_bytes(fixed_width([*SMALL, head("E0009", "Invented wheelchair of a new kind")]))
    return path


def updated(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """What an update prints with --json."""
    assert main(["index", "update", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_first_update_makes_the_first_index(
    january: Path, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """There is nothing to compare it with."""
    done = updated(capsys, "--release", str(january))

    assert (done["release"], done["before"], done["comparison"]) == ("2026-01", None, None)
    assert done["not_compared"] == "there was no index before"
    assert home.active() == home.indexes / "2026-01"


def test_an_update_says_what_changed_and_one_command_goes_back(
    january: Path, april: Path, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """The old index stays; the texts are those of the shipped evaluation cases."""
    assert main(["index", "build", "--release", str(january)]) == 0
    capsys.readouterr()
    assert main(["index", "update", "--release", str(april)]) == 0
    out = capsys.readouterr().out

    assert home.active() == home.indexes / "2026-04"
    assert "texts have the same first ten codes" in out
    assert "after:  E0009" in out
    assert (
        f"{home.indexes / '2026-04'} is active now: release 2026-04; `hcpcs index rollback` goes back" in out
    )
    assert main(["index", "rollback"]) == 0
    assert home.active() == home.indexes / "2026-01"
    assert home.names() == ["2026-01", "2026-04"]


def test_the_same_release_again_changes_nothing(
    january: Path, april: Path, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """And one that is there already is not stored twice."""
    for path in (january, april, january):
        updated(capsys, "--release", str(path))
    done = updated(capsys, "--release", str(january))

    assert done["unchanged"]
    assert home.active() == home.indexes / "2026-01"
    assert home.names() == ["2026-01", "2026-04"]
    assert sorted(path.name for path in home.path.iterdir()) == ["active", "cache", "indexes", "previous"]


def test_a_corrected_release_gets_a_number(
    january: Path, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that there is a way back to the first."""
    updated(capsys, "--release", str(january))
    january.write_bytes(fixed_width([*SMALL, head("E0009", "Invented wheelchair")]))
    updated(capsys, "--release", str(january))

    assert home.active() == home.indexes / "2026-01.2"
    assert home.rollback() == home.indexes / "2026-01"


def test_a_damaged_active_index_is_mended_by_an_update(
    january: Path, april: Path, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """It cannot be compared, and says so."""
    updated(capsys, "--release", str(january))
    (home.indexes / "2026-01" / "texts.jsonl").write_bytes(b"")
    done = updated(capsys, "--release", str(april))

    assert "texts.jsonl is damaged" in done["not_compared"]
    assert home.active() == home.indexes / "2026-04"


def test_what_the_active_index_was_built_from_is_asked_for(
    january: Path, april: Path, tmp_path: Path, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """Names and a licence holder's codes would be lost without a word."""
    brands, cpt = tmp_path / "brands.csv", tmp_path / "cpt.csv"
    brands.write_text("manufacturer,product,model,code\nBarkworks,Barkaid,K-9,A0001\n")
    cpt.write_text("code,long_description\n99999,Invented visit of a dog\n")
    limits = tmp_path / "practitioner.csv"
    limits.write_bytes(csv_bytes(mue_rows("Practitioner Services", [("A0001", 3, "1 Line Edit", "Nature")])))
    given = ["--brands", str(brands), "--cpt", str(cpt), "--table", str(limits)]
    assert main(["index", "build", "--release", str(january), *given]) == 0

    for words, message in (
        (given[2:], "names of brands.csv; give --brands"),
        (given[:2] + given[4:], "give --cpt FILE"),
        (given[:4], "(MUE), practitioner 2026-04; give --table FILE"),
    ):
        assert main(["index", "update", "--release", str(april), *words]) == 2
        assert message in capsys.readouterr().err
    assert home.active() == home.indexes / "2026-01"
    assert updated(capsys, "--release", str(april), *given)["release"] == "2026-04"


def test_an_update_of_a_history_is_given_all_its_releases(
    january: Path, april: Path, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the newest alone the past would be lost without a word."""
    both = ["--release", str(january), "--release", str(april)]
    assert main(["index", "build", *both]) == 0

    assert main(["index", "update", "--release", str(april)]) == 2
    assert (
        "the history of 2026-01, 2026-04; give the files of those releases again" in capsys.readouterr().err
    )
    assert updated(capsys, *both)["release"] == "2026-04"


def test_two_updates_do_not_run_at_once(january: Path, home: Home) -> None:
    """The second is told."""
    home.cache.mkdir(parents=True)
    with locked(home.cache), pytest.raises(ArtifactError, match="another process is writing in"):
        update_index(home, BuildOptions(release=str(january)), on=ON)


def test_answers_are_compared_case_by_case() -> None:
    """Another first code comes first; a code that is labelled counts."""
    cases = [("crutch", ("E1",)), ("cat", ()), ("dog", ("A1", "A2"))]
    old = [("E1", "E2"), (), ("A3", "A1")]
    new = [("E1", "E3"), (), ("A2", "A1")]

    assert compare(cases, old, new) == Comparison(
        texts=3,
        same=1,
        right_before=1,
        right_after=2,
        changed=(
            ChangedAnswer("dog", ("A3", "A1"), ("A2", "A1")),
            ChangedAnswer("crutch", ("E1", "E2"), ("E1", "E3")),
        ),
    )


@pytest.mark.random
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_an_update_killed_anywhere_does_no_harm(
    january: Path, april: Path, home: Home, tmp_path: Path
) -> None:
    """The old or the new index serves, whole; the next update finishes the work and leaves nothing about."""
    assert main(["index", "build", "--release", str(january)]) == 0
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.killed_updates",
            *map(str, (home.path, april, tmp_path, inputs(8, 1000))),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert rows, done.stderr
    for row in rows:
        tried["updates killed at a step"] += 1
        assert (row["status"], row["again"]) == (-9, 0), row
        assert row["killed"]["active"] in ("2026-01", "2026-04"), row
        assert row["after"] == {
            "home": ["active", "cache", "indexes", "previous"],
            "indexes": ["2026-01", "2026-04"],
            "active": "2026-04",
        }, row
