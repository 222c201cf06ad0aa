"""What own lines add: which lines are asked, which are history, and that they never mix."""

from __future__ import annotations

import gzip
from pathlib import Path

import msgspec
import pytest

from eval.history import systems as by_system
from eval.history.__main__ import main
from eval.history.lines import PER_CODE, again, asked, is_asked, read_systems
from index.exemplars import ExampleLine, KeyedLine, keyed

WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "islet", "jetty")


def lines_of(code: str) -> list[KeyedLine]:
    """Ten lines of a code, each with another word and a number."""
    return [keyed(ExampleLine(f"{word} pad {n}", (code,))) for n, word in enumerate(WORDS)]


def test_lines_equal_but_for_digits_stay_on_one_side() -> None:
    """So a line is never answered from its twin."""
    pairs = [
        (
            keyed(ExampleLine(f"{word} pad 4 in", ("A4000",))),
            keyed(ExampleLine(f"{word} pad 6 in", ("A4001",))),
        )
        for word in WORDS
    ]

    assert all(is_asked(first) == is_asked(second) for first, second in pairs)
    assert {is_asked(first) for first, _ in pairs} == {True, False}


def test_few_lines_of_a_code_are_asked() -> None:
    """Of active codes only, and no more in all than wanted."""
    lines = [*lines_of("A4000"), *lines_of("A4001")]

    chosen = asked(lines, {"A4000"}, 100)

    assert len(chosen) == PER_CODE
    assert {one.line.codes for one in chosen} == {("A4000",)}
    assert asked(lines, {"A4000", "A4001"}, 1) == chosen[:1]


def test_lines_that_come_back_are_not_the_asked_ones() -> None:
    """They may be equal to an asked line but for digits, never in all words and numbers."""
    lines = [*lines_of("A4000"), *lines_of("A4001")]
    chosen = asked(lines, {"A4000", "A4001"}, 100)

    rest = again(lines, chosen)

    assert rest
    assert not {one.entry for one in rest} & {one.entry for one in chosen}


def test_a_system_is_asked_few_lines_of_a_code_and_none_of_a_catch_all() -> None:
    """The first label decides; those that are left out do not count for the others."""
    lines = [line for _ in range(2) for code in ("A4000", "A9999") for line in lines_of(code)]

    chosen = list(by_system.capped(lines, {"A4000"}))

    assert [one.line.codes for one in chosen] == [("A4000",)] * by_system.PER_CODE
    assert list(by_system.capped(lines, set())) == []


def test_systems_have_a_row_each_and_all_together_an_interval() -> None:
    """The largest first; the interval draws whole systems, so that it holds the shares of both."""
    counted = [by_system.Counted("small", 200, 100, 200, 0), by_system.Counted("large", 300, 270, 300, 15)]

    _, large, small, together = by_system.table(counted)

    assert large == ("large", "300", "0.900", "1.000", "0.050")
    assert small == ("small", "200", "0.500", "1.000", "0.000")
    assert together == (
        *("all", "500", "0.740 [0.500, 0.900]", "1.000 [1.000, 1.000]"),
        "0.030 [0.000, 0.050]",
    )
    assert len(by_system.table([])) == 1


def test_systems_are_read_from_several_files(tmp_path: Path) -> None:
    """By the source of each line; texts without a code go beside them."""
    rows = [{"query": f"{word} pad", "codes": ["A4000"], "source": "invented-2026"} for word in WORDS]
    coded, without = tmp_path / "lines.jsonl.gz", tmp_path / "none.jsonl"
    coded.write_bytes(gzip.compress(b"\n".join(map(msgspec.json.encode, rows))))
    without.write_bytes(msgspec.json.encode({"query": "a visit", "codes": [], "source": "invented-2026"}))

    systems = read_systems([coded], without, seed=1)

    assert [len(lines) for lines in systems.lines.values()] == [10]
    assert list(systems.without_code.values()) == [["a visit"]]
    assert list(systems.sources.values()) == [{"invented-2026"}]


def test_missing_files_end_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With exit code 2."""
    words = ["--data", str(tmp_path), "--release", str(tmp_path / "none.txt"), "--encoders", str(tmp_path)]

    for command in (main, by_system.main):
        assert command(words) == 2
        assert capsys.readouterr().err.count("\n") == 1
