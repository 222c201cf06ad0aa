"""Releases as a history knows them."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from index.diff import KINDS, diff_releases
from index.history.build import build_history, in_force
from index.history.snapshots import known_on, modifiers_of, records_of
from index.records import Record
from index.release.release import read_release
from tests.history_releases import MIDDLE, NEW, OLD

HISTORY = build_history([OLD, MIDDLE, NEW])


def test_a_release_has_its_codes_with_its_wordings() -> None:
    """A code that was given to another thing is the one of its time; letter case is the better one."""
    assert [record.code for record in records_of(HISTORY, "2018-01")] == [one.code for one in OLD.records]
    assert [record.code for record in records_of(HISTORY, "2020-01")] == [one.code for one in MIDDLE.records]
    words = {record.code: record.long_description for record in records_of(HISTORY, "2018-01")}
    assert (words["A0001"], words["A0003"]) == ("Bandage for a dog", "Kennel of brick")
    assert {one.code: one.long_description for one in records_of(HISTORY, "2021-01")}[
        "A0003"
    ] == "Drum of calfskin"
    assert [one.long_description for one in modifiers_of(HISTORY, "2020-01")] == ["Left paw"]
    assert [one.long_description for one in modifiers_of(HISTORY, "2021-01")] == ["Left front paw"]
    assert records_of(HISTORY, "2019-01") == ()


def test_a_last_day_is_known_once_it_is_past() -> None:
    """Not in a release that was in force before it."""
    record = Record("A0001", "x", effective_to=date(2020, 12, 31), coverage="D")

    assert known_on(record, date(2020, 12, 31)).effective_to is None
    assert known_on(record, date(2021, 1, 1)).effective_to == date(2020, 12, 31)
    assert known_on(record, None).effective_to == date(2020, 12, 31)
    assert known_on(record, None).coverage == ""


@pytest.mark.shared
def test_a_history_of_real_releases_has_the_changes_of_their_files(shared: Path) -> None:
    """Added, gone, reworded and ended codes are those of the files themselves, all but one ended code."""
    folder = shared / "hcpcs"
    names = (
        "2018-01/2018-Alpha-Numeric-HCPCS-File.zip",
        "2019-01/2019-Alpha-Numeric-HCPCS-File.zip",
        "2026-01/january-2026-alpha-numeric-hcpcs-file.zip",
    )
    releases = [read_release(folder / name) for name in names]
    history = build_history(releases)
    missed = []
    for old, new in pairwise(releases):
        direct = diff_releases(old.records, new.records)
        sides = [
            [known_on(record, in_force(one.name)) for record in records_of(history, one.name)]
            for one in (old, new)
        ]
        found = diff_releases(*sides)
        for kind in KINDS[:4]:
            expected = {(change.code, change.field) for change in direct if change.kind == kind}
            got = {(change.code, change.field) for change in found if change.kind == kind}
            assert got <= expected
            missed += sorted(expected - got)

    assert KINDS[:4] == ("added", "reworded", "ended", "vanished")
    assert missed == [("C9034", "effective_to")]
