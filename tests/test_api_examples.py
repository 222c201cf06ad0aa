"""`hcpcs index build --examples`: from files of coded lines to an index that answers with them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from api.building import BuildOptions, build_index
from api.examples import read_examples
from api.updating import update_index
from eval.errors import CaseFileError
from index.errors import ArtifactError
from index.exemplars import ExampleLine
from index.home import Home

ON = date(2026, 1, 1)
ROWS = "query,codes\nZORBLAX KIT 4MM,E0143\nQUIBBER PAD,\nQUIBBER PAD LG,A6222; A6223\n"


def test_lines_of_several_files_are_read_and_bad_rows_are_named(tmp_path: Path) -> None:
    """CSV and JSONL alike."""
    (tmp_path / "lines.csv").write_text(ROWS)
    (tmp_path / "more.jsonl").write_text(json.dumps({"query": "zorblax", "codes": ["E0143"]}))

    lines, problems = read_examples([tmp_path / "lines.csv", tmp_path / "more.jsonl"], ["A6222", "E0143"])

    assert lines == [
        ExampleLine("ZORBLAX KIT 4MM", ("E0143",)),
        ExampleLine("QUIBBER PAD LG", ("A6222", "A6223")),
        ExampleLine("zorblax", ("E0143",)),
    ]
    assert [(problem.path, problem.line) for problem in problems] == [("lines.csv", 3)]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """By its name."""
    with pytest.raises(CaseFileError, match="there is no file"):
        read_examples([tmp_path / "none.csv"], [])


def test_an_update_without_the_lines_is_refused(tmp_path: Path) -> None:
    """They would be gone unnoticed."""
    file = tmp_path / "lines.csv"
    file.write_text(ROWS)
    home = Home(tmp_path / "home")
    _, manifest, problems = build_index(home, BuildOptions(examples=(file,)), on=ON)

    assert {name: count for name, count in manifest.counts.items() if name.startswith("example")} == {
        "examples": 2,
        "example_shapes": 2,
        "examples_left_out": 0,
        "examples_ended": 0,
        "examples_contradicted": 0,
    }
    assert len(problems) == 1
    with pytest.raises(ArtifactError, match="give --examples FILE again"):
        update_index(home, BuildOptions(), on=ON)
