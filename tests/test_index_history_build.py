"""One history from several releases: no invented day, conflicts listed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from index.errors import ReleaseFormatError
from index.history.build import build_history, ordered, records_now
from index.history.spans import CodeHistory, Interval
from index.release.release import read_release
from tests.history_releases import LISTED, MIDDLE, NEW, OLD, release

HISTORY = build_history([NEW, OLD, MIDDLE])


def lives(code: str) -> list[CodeHistory]:
    return [each for each in HISTORY.codes if each.code == code]


def test_a_rewording_has_the_day_of_its_own_action() -> None:
    """Where the newer file says that the wording changed, and when."""
    (ladder,) = lives("A0002")

    assert [wording.long_description for wording in ladder.wordings] == [
        "Ladder of oak",
        "Ladder of oak or ash",
    ]
    assert ladder.wordings[1].since == Interval(date(2019, 4, 1), date(2019, 4, 1))
    assert ladder.wordings[1].releases == ("2020-01", "2021-01")
    assert [ladder.wording_on(date(2019, 3, 31)), ladder.wording_on(date(2019, 4, 1))] == [0, 1]


def test_a_rewording_without_a_day_has_an_interval() -> None:
    """It ends with the last action, if that fell between the two files, else with the newer file."""
    (whistle,), (bandage,) = lives("A0004"), lives("A0001")

    assert whistle.wordings[1].since == Interval(date(2018, 1, 2), date(2019, 7, 1))
    assert bandage.wordings[1].since == Interval(date(2020, 1, 2), date(2021, 1, 1))
    assert str(bandage.wordings[1].since) == "between 2020-01-02 and 2021-01-01"


def test_letter_case_is_no_other_wording() -> None:
    """The form that is not all upper case is kept."""
    (bandage,) = lives("A0001")

    assert bandage.wordings[0].long_description == "Bandage for a dog"
    assert bandage.wordings[0].releases == ("2018-01", "2020-01")


def test_a_code_that_was_given_to_another_thing_has_two_lives() -> None:
    """Its first one ended and left the file."""
    first, second = lives("A0003")

    assert (first.ended, second.came) == (
        Interval(date(2016, 12, 31), date(2016, 12, 31)),
        Interval(date(2020, 7, 1), date(2020, 7, 1)),
    )
    assert [first.status(date(2016, 12, 31)), first.status(date(2017, 1, 1))] == ["active", "terminated"]
    assert [second.status(date(2017, 1, 1)), second.status(date(2020, 7, 1))] == ["future", "active"]


def test_a_code_that_vanished_without_a_last_day_ended_in_an_interval() -> None:
    """After the last file that has it, before the first that lacks it."""
    (saddle,) = lives("A0006")

    assert saddle.ended == Interval(date(2018, 1, 1), date(2019, 12, 31))
    assert saddle.ended.day is None
    assert [saddle.status(date(2019, 12, 31)), saddle.status(date(2020, 1, 1))] == ["active", "terminated"]


def test_a_code_of_a_list_without_dates_came_in_an_interval() -> None:
    """It is not active before it must have come; other codes keep what older files say."""
    history = build_history([NEW, LISTED])
    kite = next(each for each in history.codes if each.code == "A0007")
    bandage = next(each for each in history.codes if each.code == "A0001")

    assert kite.came == Interval(date(2021, 1, 2), date(2021, 4, 1))
    assert [kite.status(date(2021, 3, 31)), kite.status(date(2021, 4, 1))] == ["future", "active"]
    assert bandage.record.effective_from == date(2010, 1, 1)
    assert [one.effective_from for one in records_now(history, LISTED)] == [date(2010, 1, 1), None]


def test_what_releases_contradict_each_other_about_is_listed() -> None:
    """The newer one is followed."""
    assert [str(conflict) for conflict in HISTORY.conflicts] == [
        "A0004 effective_from: 2010-01-01 in 2020-01, 2011-01-01 in 2021-01; the newer one is followed"
    ]


def test_modifiers_have_histories_too() -> None:
    """In the form of codes."""
    (paw,) = HISTORY.modifiers

    assert [wording.long_description for wording in paw.wordings] == ["Left paw", "Left front paw"]


def test_releases_need_a_quarter_each() -> None:
    """The message says what to do."""
    with pytest.raises(ReleaseFormatError, match=r"no quarter such as 2026-01"):
        ordered([OLD, release("mine")])
    with pytest.raises(ReleaseFormatError, match=r"are both release 2018-01; give one"):
        ordered([OLD, OLD])


def test_real_releases_make_one_history(shared: Path) -> None:
    """The counts of docs/data.md for three of the files."""
    files = (
        "2019-01/2019-Alpha-Numeric-HCPCS-File.zip",
        "2024-10/HCPC2024_OCT_ANWEB.reconstructed-uppercase.txt.gz",
        "2026-01/HCPC2026_JAN_ANWEB_01122026.txt.gz",
    )
    releases = [read_release(shared / "hcpcs" / file) for file in files]
    history = build_history(releases)

    assert history.releases == ("2019-01", "2024-10", "2026-01")
    assert len(history.codes) == 8623
    assert records_now(history, releases[-1]) is releases[-1].records
    paclitaxel = next(each for each in history.codes if each.code == "J9265")
    assert str(paclitaxel.ended) == "2014-12-31"
