"""`hcpcs index`: build, list, info, verify, activate, diff."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from api.__main__ import main
from index.records import Modifier
from tests.index_fakes import SMALL as SMALL_RELEASE
from tests.index_fakes import build_small
from tests.release_files import SMALL, fixed_width, head
from tests.table_files import ASP_ROWS, csv_bytes, mue_rows


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder."""
    monkeypatch.setenv("HCPCS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HCPCS_INDEX", raising=False)
    return tmp_path / "home"


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A tiny release of January 2026 in CMS's form."""
    path = tmp_path / "HCPC2026_JAN_ANWEB.txt"
    path.write_bytes(fixed_width(SMALL))
    return path


@pytest.fixture
def later(tmp_path: Path) -> Path:
    """The release after it: one code reworded, one gone, one new."""
    lines = [
        SMALL[0],
        head("A0001", "Invented bandage for a small cat", short_description="Bandage", pricing=["34", "46"]),
        head("E0009", "Invented crutch of a new kind"),
        *SMALL[4:],
    ]
    path = tmp_path / "HCPC2026_APR_ANWEB.txt"
    path.write_bytes(fixed_width(lines))
    return path


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """What a command prints with --json."""
    assert main(["index", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_built_index_serves(release: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is in the data folder under the name of its release, is active, and answers."""
    manifest = printed(capsys, "build", "--release", str(release))

    assert manifest["release"] == "2026-01"
    assert manifest["encoder"] == "static"
    assert {name: manifest["counts"][name] for name in ("codes", "modifiers", "terminated", "left_out")} == {
        "codes": 3,
        "modifiers": 1,
        "terminated": 1,
        "left_out": 0,
    }
    assert (home / "active").read_text() == "2026-01\n"
    assert main(["code", "A0001"]) == 0
    assert "Invented bandage, for a large dog" in capsys.readouterr().out


def test_the_starter_is_built_when_nothing_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And says what it is."""
    assert main(["index", "build"]) == 0

    assert "starter catalogue, own wording, not the official code set" in capsys.readouterr().out
    assert (home / "indexes" / "starter" / "manifest.json").is_file()


def test_rows_left_out_are_named_on_standard_error(release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With file and line; the valid rows are read and the number of problems is reported."""
    release.write_bytes(fixed_width([*SMALL, head("E0002", "Invented crutch again"), head("D0001", "Tooth")]))

    assert main(["index", "build", "--release", str(release)]) == 0
    out, err = capsys.readouterr()
    assert "1 left out, 1 dental refused" in out
    assert "left out: " in err
    assert "E0002 comes twice" in err


def test_strict_stops_at_the_first_bad_row(
    release: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And makes no index."""
    release.write_bytes(fixed_width([*SMALL, head("E0002", "Invented crutch again")]))

    assert main(["index", "build", "--release", str(release), "--strict"]) == 2
    assert "E0002 comes twice" in capsys.readouterr().err
    assert not (home / "indexes").exists()


def test_an_index_elsewhere_is_made_but_not_activated(
    release: Path, tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--out` names the folder, `--index` answers from it."""
    assert main(["index", "build", "--release", str(release), "--out", str(tmp_path / "mine")]) == 0

    assert not (home / "active").exists()
    assert main(["code", "E0002", "--index", str(tmp_path / "mine")]) == 0
    assert "Invented crutch" in capsys.readouterr().out


def test_a_licence_holders_file_adds_cpt_codes(
    release: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In addition to CMS's codes, as level 1."""
    cpt = tmp_path / "cpt.csv"
    cpt.write_text("code,long_description\n99999,Invented visit of a dog\n")

    assert printed(capsys, "build", "--release", str(release), "--cpt", str(cpt))["counts"]["codes"] == 4
    assert main(["code", "99999"]) == 0
    assert "section: CPT" in capsys.readouterr().out


def test_brand_lists_are_indexed_and_named(
    release: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The manifest has their digests."""
    brands = tmp_path / "brands.csv"
    brands.write_text("manufacturer,product,model,code\nBarkworks,Barkaid,K-9,A0001\n")
    manifest = printed(capsys, "build", "--release", str(release), "--brands", str(brands))

    assert manifest["counts"]["names"] == 1
    assert list(manifest["brands"]) == ["brands.csv"]


def test_the_list_marks_the_active_index(
    release: Path, later: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By name, with release and number of codes."""
    assert main(["index", "list"]) == 0
    assert "no index in" in capsys.readouterr().out

    for path in (release, later):
        assert main(["index", "build", "--release", str(path)]) == 0
    capsys.readouterr()
    rows = printed(capsys, "list")
    assert [(row["name"], row["codes"], row["active"]) for row in rows] == [
        ("2026-01", 3, False),
        ("2026-04", 3, True),
    ]

    assert main(["index", "activate", "2026-01"]) == 0
    capsys.readouterr()
    assert main(["index", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["name", "release", "codes", "encoder", "built_at", "active"]
    assert [line.endswith("*") for line in lines[1:]] == [True, False]


def test_info_shows_the_manifest(release: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the active index, or of the folder named."""
    main(["index", "build", "--release", str(release)])
    capsys.readouterr()

    assert printed(capsys, "info")["source"] == "HCPC2026_JAN_ANWEB.txt"
    assert main(["index", "info", str(home / "indexes" / "2026-01")]) == 0
    out = capsys.readouterr().out
    assert "release          2026-01" in out
    assert "codes            3" in out


def test_verify_names_what_was_damaged(release: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and the file."""
    main(["index", "build", "--release", str(release)])
    assert main(["index", "verify"]) == 0
    assert "all checksums are correct" in capsys.readouterr().out

    with (home / "indexes" / "2026-01" / "texts.jsonl").open("ab") as file:
        file.write(b"\n")
    assert main(["index", "verify"]) == 2
    assert "texts.jsonl is damaged" in capsys.readouterr().err


@pytest.mark.parametrize("action", ["info", "verify"])
def test_without_an_index_there_is_nothing_to_show(action: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The message says how to make one."""
    assert main(["index", action]) == 2
    assert "build one with `hcpcs index build`" in capsys.readouterr().err


def test_diff_takes_release_files(release: Path, later: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As CSV: one row a change."""
    assert main(["index", "diff", str(release), str(later), "--format", "csv"]) == 0

    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["code"] for row in rows} == {"A0001", "E0002", "E0009"}


def test_diff_takes_indexes_and_says_the_same(
    release: Path, later: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An index holds the records that it was made from."""
    for name, path in (("a", release), ("b", later)):
        assert main(["index", "build", "--release", str(path), "--out", str(tmp_path / name)]) == 0
    capsys.readouterr()

    from_files = printed(capsys, "diff", str(release), str(later))
    assert printed(capsys, "diff", str(tmp_path / "a"), str(tmp_path / "b")) == from_files


def test_diff_of_a_release_with_itself_is_empty(release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And exit code 0: a difference is no failure."""
    assert main(["index", "diff", str(release), str(release), "--format", "csv"]) == 0
    assert len(list(csv.DictReader(io.StringIO(capsys.readouterr().out)))) == 0


def test_the_list_goes_on_after_a_damaged_index(
    release: Path, later: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says what is wrong with which."""
    for path in (release, later):
        assert main(["index", "build", "--release", str(path)]) == 0
    (home / "indexes" / "2026-01" / "manifest.json").write_bytes(b"\xff")
    (home / "active").write_bytes(b"\xff")
    capsys.readouterr()

    rows = printed(capsys, "list")
    assert [(row["name"], row["release"]) for row in rows] == [("2026-01", None), ("2026-04", "2026-04")]
    assert "manifest.json is damaged" in rows[0]["damaged"]
    assert main(["index", "list"]) == 0
    out, err = capsys.readouterr()
    assert "manifest.json is damaged" in out
    assert "active is damaged: it is not UTF-8 text" in err


def test_tables_are_built_in_named_and_checked(
    release: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With name, quarter and digest; `verify` finds a damaged one, and `code` shows its rows."""
    mue, asp = tmp_path / "MUE_Eff_04-01-2026.csv", tmp_path / "asp.csv"
    mue.write_bytes(csv_bytes(mue_rows("DME Supplier Services", [("A0001", 3, "1 Line Edit", "Data")])))
    asp.write_bytes(csv_bytes([*ASP_ROWS, ("A0001", "", "1 EA", "2.5", "20", "", "", "", "", "", "")]))
    printed(capsys, "build", "--release", str(release), "--table", str(mue), "--table", str(asp))
    tables = printed(capsys, "info")["tables"]

    assert [(table["kind"], table["name"], table["quarter"], table["codes"]) for table in tables] == [
        ("unit-limits", "MUE_Eff_04-01-2026.csv", "2026-04", 1),
        ("payment-limits", "asp.csv", "2026-01", 4),
    ]
    assert tables[0]["sha256"] == hashlib.sha256(mue.read_bytes()).hexdigest()
    assert main(["index", "info"]) == 0
    assert "MUE), dme 2026-04 (dme; 2026-04-01): 1 codes" in capsys.readouterr().out
    assert main(["code", "A0001", "--on", "2026-04-02", "--setting", "dme"]) == 0
    shown = capsys.readouterr().out
    assert "dme: at most 3 units a claim line; Data [Medically Unlikely Edits (MUE), dme 2026-04" in shown
    assert "ASP) 2026-01 is of another quarter than the date of service 2026-04-02" in shown
    assert main(["code", "A0001", "--json", "--on", "2026-04-02"]) == 0
    assert [fee["amount"] for fee in json.loads(capsys.readouterr().out)["fees"]] == [2.5, 2.5]
    (home / "indexes/2026-01/table-1-unit-limits.tsv").write_bytes(b"A0001\t[[30]]\n")
    assert main(["index", "verify"]) == 2
    assert "1-unit-limits.tsv is damaged" in capsys.readouterr().err


def test_a_file_that_is_no_table_ends_the_build(
    release: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With exit code 2 and no index."""
    assert main(["index", "build", "--release", str(release), "--table", str(release)]) == 2
    assert "holds no table about Level II codes that is known" in capsys.readouterr().err
    assert not (home / "indexes").exists()


def test_diff_compares_modifiers_and_writes_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A side without modifiers ends none; a file has the form of its ending."""
    for name, words in (("a", "Left paw"), ("b", "Left front paw")):
        modifier = Modifier("Z1", words, effective_from=date(2020, 1, 1))
        build_small(tmp_path / name, msgspec.structs.replace(SMALL_RELEASE, modifiers=(modifier,)))
    build_small(tmp_path / "none", msgspec.structs.replace(SMALL_RELEASE, modifiers=()))

    (change,) = printed(capsys, "diff", str(tmp_path / "a"), str(tmp_path / "b"))
    assert (change["kind"], change["code"], change["new"]) == ("reworded", "Z1", "Left front paw")
    assert printed(capsys, "diff", str(tmp_path / "a"), str(tmp_path / "none")) == []

    out = tmp_path / "diff.csv"
    assert main(["index", "diff", str(tmp_path / "a"), str(tmp_path / "b"), "--out", str(out)]) == 0
    assert out.read_text().splitlines()[1].startswith("reworded,Z1,Left front paw,long_description")
    bad = ["index", "diff", str(tmp_path / "a"), str(tmp_path / "b"), "--out", str(tmp_path / "diff.doc")]
    assert main(bad) == 2
    assert "--out writes files that end with .csv, .json" in capsys.readouterr().err


def test_the_history_is_written_with_its_data_dictionary(release: Path, later: Path, tmp_path: Path) -> None:
    """As CSV beside the file."""
    out = tmp_path / "history.csv"
    assert main(["index", "diff", str(release), str(later), "--history", "--out", str(out)]) == 0

    assert out.read_text().startswith("code,wording,wordings,came_earliest")
    assert (tmp_path / "history.dictionary.csv").read_text().startswith("column,type,meaning")
