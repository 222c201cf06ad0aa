"""`python -m eval.audit`: known errors are put into lines, and findings on them are counted."""

from __future__ import annotations

import csv
import json
import random
from datetime import date
from pathlib import Path

import pytest

from api.building import build_index
from eval.audit.__main__ import main
from eval.audit.measure import count
from eval.audit.mistakes import MISTAKES, Coded, Line, Mistake, MistakeMaker
from index.home import Home
from suggest.audit.rows import Finding, FindingKind
from tests.fakes import RECORDS

ON = date(2026, 1, 15)
WALKER = Line("folding walker", ("E0143", "E0130"), "a hospital")
SHOT = Line("insulin", ("J1815",), "a hospital")


def maker(seed: int = 0) -> MistakeMaker:
    return MistakeMaker(RECORDS, ON, random.Random(seed))


@pytest.mark.parametrize("seed", range(10))
def test_a_mistake_is_what_its_name_says(seed: int) -> None:
    """An ended code, a code nearby, another drug, other units; never a code that is accepted."""
    make = maker(seed).with_mistake

    assert make(WALKER, "ended") == Coded(WALKER, "E0144", 1.0, "ended")
    assert make(SHOT, "drug") == Coded(SHOT, "J9999", 1.0, "drug")
    assert make(WALKER, "drug").mistake == "neighbour"
    assert make(WALKER, "neighbour").code in {"A4206", "E0100", "E1399", "J1815", "J9999"}
    assert make(WALKER, "units").units in {10.0, 100.0, 1000.0}


def test_a_share_of_lines_gets_a_mistake() -> None:
    """All or none at the ends; a line without one keeps its first code."""
    assert maker().coded([WALKER] * 3, 0.0) == [Coded(WALKER, "E0143", 1.0, "none")] * 3
    assert {one.mistake for one in maker().coded([WALKER] * 200, 1.0)} == set(MISTAKES) - {"drug"}
    assert (maker().knows("E0143"), maker().knows("E0144")) == (True, False)


def coded(mistake: Mistake) -> Coded:
    return Coded(WALKER, "E0100", 1.0, mistake)


def finding(kind: FindingKind, suggested: str = "") -> Finding:
    return Finding(0, kind, "E0100", "folding walker", "a reason", suggested)


def test_findings_are_counted_by_mistake_and_by_kind() -> None:
    """Recall over lines with the mistake, precision over lines with the finding."""
    lines = [coded("neighbour"), coded("neighbour"), coded("ended"), coded("none"), coded("none")]
    found = [[finding("text", "E0130")], [], [finding("ended"), finding("units")], [finding("text")], []]
    counted = count(lines, found)

    assert {name: (one.hits, one.n) for name, one in counted.recall.items()} == {
        "ended": (1, 1),
        "neighbour": (1, 2),
    }
    assert (counted.corrected["neighbour"].hits, counted.corrected["ended"].hits) == (1, 0)
    assert {name: (one.hits, one.n) for name, one in counted.precision.items()} == {
        "ended": (1, 1),
        "text": (1, 2),
        "units": (0, 1),
    }
    assert {name: (one.hits, one.n) for name, one in counted.untouched.items()} == {
        "ended": (0, 2),
        "text": (1, 2),
        "units": (0, 2),
    }
    assert [line.mistake for line, _ in counted.flags] == ["none"]


def test_the_command_writes_shares_and_the_flags_to_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same every time; lines of one code are limited, other systems left out."""
    folder = build_index(Home(tmp_path / "home"), on=ON)[0]
    lines = [{"query": f"folding walker {i}", "codes": ["E0143"], "source": "a"} for i in range(9)]
    lines += [{"query": "wheelchair", "codes": ["K0001"], "source": "b"}]
    (tmp_path / "lines.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    words = [str(tmp_path / "lines.jsonl"), "--index", str(folder), "--source", "a", "--per-code", "5"]
    assert main([*words, "--share", "0", "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert main([*words, "--share", "0", "--out", str(tmp_path / "out")]) == 0

    assert said.startswith("out: 5 lines, 5 none\n")
    assert capsys.readouterr().out == said
    assert json.loads((tmp_path / "out/audit.json").read_bytes())["lines"] == 5
    with (tmp_path / "out/untouched.csv").open(newline="") as file:
        assert next(csv.reader(file))[:4] == ["kind", "source", "text", "code"]
    assert main([str(tmp_path / "none.jsonl"), "--index", str(folder)]) == 2
