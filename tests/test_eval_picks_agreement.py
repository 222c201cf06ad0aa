"""Agreement of picks with what was shown, by quarter; all picks are invented."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from api.__main__ import main
from api.feedback.records import Pick, Shown, ShownCode
from api.feedback.store import open_store
from api.settings import Settings
from eval.measures.shares import share
from eval.picks.agreement import Taken, agreement, agreement_rows, quarter_of
from eval.picks.picture import agreement_picture

LIST = ("E0143", "E0130", "E0135", "E0141", "E0144", "E0148")


def picks(on: date, first: int, sixth: int, other: int, none: int = 0, release: str = "r") -> list[Taken]:
    """Picks of one day: of the first code, of the sixth, of another, and none."""
    made = [(1, "accepted")] * first + [(6, "accepted")] * sixth
    made += [(None, "other-code")] * other + [(None, "none-fits")] * none  # type: ignore[list-item]
    return [Taken(on, release, LIST, position, outcome) for position, outcome in made]


@pytest.mark.parametrize(
    ("day", "name"),
    [(date(2026, 1, 1), "2026-Q1"), (date(2026, 6, 30), "2026-Q2"), (date(2025, 12, 31), "2025-Q4")],
)
def test_a_day_is_in_a_quarter(day: date, name: str) -> None:
    """Of the calendar, as CMS's releases are."""
    assert quarter_of(day) == name


def test_each_quarter_has_its_counts_and_intervals() -> None:
    """In order of time; picks without a list are counted apart."""
    given = picks(date(2026, 5, 1), 6, 2, 1, 1, "b") + picks(date(2026, 2, 1), 8, 0, 2, release="a")

    found = agreement([*given, Taken(date(2026, 5, 1), "b", (), None, "accepted")])

    first, second = found.quarters
    assert (first.name, first.picks, first.first, first.among) == ("2026-Q1", 10, share(8, 10), share(8, 10))
    assert (second.first.hits, second.among.hits, second.other, second.none) == (6, 6, 1, 1)
    assert (second.releases, found.unlisted, found.fallen) == (("b",), 1, ())
    assert found.positions == (14, 0, 0, 0, 0, 2)
    assert agreement(given, k=6).quarters[1].among.hits == 8


def test_a_fall_is_flagged_when_the_newest_interval_lies_below_the_earlier_ones() -> None:
    """And not where chance can explain it, or there are few picks."""
    before = picks(date(2026, 1, 1), 50, 0, 10) + picks(date(2026, 4, 1), 48, 2, 10)

    fallen = agreement(before + picks(date(2026, 7, 1), 30, 20, 10))
    assert fallen.fallen == ("first", "among")
    assert [row[-1] for row in agreement_rows(fallen)] == ["", "", "", "fallen"]
    assert agreement(before + picks(date(2026, 7, 1), 45, 5, 10)).fallen == ()
    assert agreement(before + picks(date(2026, 7, 1), 2, 5, 10)).fallen == ()
    assert agreement([]).quarters == ()


def test_the_picture_is_an_svg_file() -> None:
    """With a line for each measure; it needs no font or network."""
    drawn = agreement_picture(agreement(picks(date(2026, 1, 1), 5, 1, 1) + picks(date(2026, 4, 1), 4, 1, 2)))

    assert drawn.startswith(b"<?xml")
    assert b"<svg" in drawn
    assert b"http://www.w3.org" in drawn


def test_the_command_reads_the_database_and_an_export_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And says where picks come from when there are none."""
    pytest.importorskip("sqlalchemy")
    pytest.importorskip("alembic")
    monkeypatch.setenv("HCPCS_HOME", str(tmp_path))
    monkeypatch.delenv("HCPCS_FEEDBACK", raising=False)
    assert main(["eval", "feedback"]) == 2
    assert "set HCPCS_FEEDBACK, or name an export with --picks" in capsys.readouterr().err
    monkeypatch.setenv("HCPCS_FEEDBACK", "1")
    store = open_store(Settings(tmp_path, feedback=f"sqlite:///{tmp_path / 'feedback.db'}"))
    assert store is not None
    shown = Shown(
        request_id="", channel="rest", text="walker", codes=(ShownCode(1, "E0143"), ShownCode(2, "E0130"))
    )
    store.add_picks([(shown, Pick("accepted", "E0143", 1)), (shown, Pick("accepted", "E0130", 2))])
    store.close()

    assert main(["eval", "feedback", "--json", "--picture", str(tmp_path / "a.svg")]) == 0
    of_database = json.loads(capsys.readouterr().out)
    assert main(["feedback", "export", "--all", "--out", str(tmp_path / "all.jsonl")]) == 0
    capsys.readouterr()
    assert main(["eval", "feedback", "--json", "--picks", str(tmp_path / "all.jsonl")]) == 0
    assert json.loads(capsys.readouterr().out) == of_database
    (quarter,) = of_database["quarters"]
    assert quarter["name"] == quarter_of(datetime.now(UTC).date())
    assert (quarter["picks"], quarter["first"]["hits"], quarter["among"]["hits"]) == (2, 1, 2)
    assert (tmp_path / "a.svg").read_bytes().startswith(b"<?xml")
    (tmp_path / "all.jsonl").write_text('{"made_at": "2026-01-01T00:00:00Z"}\nno pick\n')
    assert main(["eval", "feedback", "--picks", str(tmp_path / "all.jsonl")]) == 2
    assert "line 2: this is no pick" in capsys.readouterr().err
