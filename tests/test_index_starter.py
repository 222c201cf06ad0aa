"""The starter catalogue: well formed, active in January 2026, and in the project's own words."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from rapidfuzz import fuzz

from index.code_systems import LEVEL_II
from index.records import Record
from index.release.release import read_release
from index.starter import FOLDER

JANUARY = Path("hcpcs/2026-01/january-2026-alpha-numeric-hcpcs-file.zip")
LETTERS = "ABCEGHJKLMPQRSTUV"
Row = tuple[str, str, str]


def _rows(path: Path) -> list[Row]:
    """The rows of one file below its header, each of exactly three columns."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert lines[0] == ["code", "description", "per"]
    return [(code, description, per) for code, description, per in lines[1:]]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """Every row of the starter catalogue, file by file."""
    return [row for path in sorted(FOLDER.glob("*.tsv")) for row in _rows(path)]


@pytest.fixture(scope="module")
def official(shared: Path) -> dict[str, Record]:
    """CMS's January 2026 release by code."""
    return {record.code: record for record in read_release(shared / JANUARY).records}


def test_it_has_at_least_1200_rows(rows: list[Row]) -> None:
    """A first try needs the common codes, not only a few."""
    assert len(rows) >= 1200


def test_every_level_ii_section_has_its_own_file() -> None:
    """One file for each letter, with only that letter's codes."""
    files = {path.stem: {code[0] for code, _, _ in _rows(path)} for path in FOLDER.glob("*.tsv")}
    assert files == {letter: {letter} for letter in LETTERS}


def test_codes_are_level_ii_unique_and_ascending(rows: list[Row]) -> None:
    """The files read one after another give a sorted catalogue."""
    codes = [code for code, _, _ in rows]
    assert [code for code in codes if not LEVEL_II.matches(code)] == []
    assert codes == sorted(set(codes))


def test_every_description_says_something_of_its_own(rows: list[Row]) -> None:
    """Three words or more, no extra blanks, and no text twice."""
    assert [code for code, text, _ in rows if len(text.split()) < 3] == []
    assert [code for code, text, per in rows if (text, per) != (" ".join(text.split()), per.strip())] == []
    assert len({text.lower() for _, text, _ in rows}) == len(rows)


def test_every_code_is_active_on_new_years_day_2026(rows: list[Row], official: dict[str, Record]) -> None:
    """No invented code, none that had ended, none that begins later."""
    assert [code for code, _, _ in rows if code not in official] == []
    day = date(2026, 1, 1)
    assert [code for code, _, _ in rows if official[code].status(day) != "active"] == []


def test_no_description_is_a_copy_of_cms_wording(rows: list[Row], official: dict[str, Record]) -> None:
    """Neither descriptor is copied, nor nearly (90% by rapidfuzz `ratio`)."""
    copied = [
        (code, text)
        for code, text, _ in rows
        for theirs in (official[code].long_description, official[code].short_description)
        if fuzz.ratio(text.lower(), theirs.lower()) >= 90
    ]
    assert copied == []
