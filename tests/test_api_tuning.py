"""Tuning for a site: a new index beside the old one, or nothing where the shared cases get worse."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest

from api.__main__ import main
from api.building import BuildOptions, build_index
from api.tuning import SHARED, tune
from index.home import Home
from index.store.contents import verify
from suggest.suggester import Suggester

ON = date(2026, 1, 1)
LINES = [
    {"query": f"{name} kit {size} mm", "codes": [code]}
    for name, code in (("zorblax", "E0143"), ("quibber", "A6222"), ("frobnitz", "E0601"), ("wibble", "K0001"))
    for size in range(8)
]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A data folder with the starter index."""
    home = Home(tmp_path / "home")
    build_index(home, BuildOptions(), on=ON)
    return home


def write(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    """A file of JSON Lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_tuned_index_serves_and_can_be_rolled_back(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shipped cases are answered no worse."""
    monkeypatch.setenv("HCPCS_HOME", str(home.path))
    examples = write(tmp_path / "lines.jsonl", LINES)
    before = home.active()
    assert before is not None

    assert main(["train", "--from", str(before), "--examples", str(examples)]) == 0

    active = home.active()
    assert active is not None and active != before
    assert verify(active).counts["examples"] == len(LINES)
    (answer,) = Suggester.load(active).suggest(["zorblax kit 99 mm"], 1, ON)
    assert answer.suggestions[0].code == "E0143"
    assert main(["index", "rollback"]) == 0
    assert home.active() == before


def test_an_index_that_would_be_worse_is_not_written(home: Home, tmp_path: Path) -> None:
    """Lines that contradict the shared cases, of a text that the shipped weights are not sure of."""
    source = home.active()
    assert source is not None
    text = "walker, wheels, folds up"
    assert Suggester.load(source).suggest([text], 1, ON)[0].suggestions[0].code == "E0143"
    lines = write(tmp_path / "wrong.jsonl", [{"query": text, "codes": ["K0001"]}] * 40)
    cases = write(tmp_path / "cases.jsonl", [{"query": text, "codes": ["E0143"]}])

    tuned = tune(source, [lines], [cases], tmp_path / "out", ON)

    assert not tuned.passed
    assert (tuned.before.first, tuned.after.first) == (1, 0)
    assert not (tmp_path / "out").exists()


def test_the_gate_is_the_shipped_cases() -> None:
    """With and without a code."""
    assert [path.name for path in SHARED] == ["no_code_cases.jsonl", "starter_cases.jsonl"]
