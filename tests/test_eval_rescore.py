"""A finished run scored again on a new release."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from eval.case_results import SystemAnswer
from eval.errors import RunFolderError
from eval.measures.run_metrics import Plan, measure
from eval.pipeline import write_folder
from eval.rescore import rescore
from eval.rescore_text import rescore_text
from eval.run import ask, new_manifest
from index.records import Record
from index.store.catalogue import Catalogue
from tests.eval_fakes import BOOK, DAY, FixedSystem, case

LATER = date(2026, 4, 15)
CASES = [
    case("stays", ["E0143"], "folding frame"),
    case("two", ["J0100", "J0101"], "examplamycin"),
    case("gone", ["J0100"], "examplamycin 20"),
    case("none", [], "a cold"),
]
OLD = {
    "stays": SystemAnswer(("E0143",), 0.9, False),
    "two": SystemAnswer(("J0100", "J0101"), 0.9, False),
    "gone": SystemAnswer(("J0100",), 0.9, False),
    "none": SystemAnswer((), None, True),
}
NEW = OLD | {"stays": SystemAnswer(("E0130",), 0.9, False), "two": SystemAnswer(("J0101",), 0.9, False)}
ENDED = [
    Record(r.code, r.long_description, r.short_description, effective_to=date(2026, 3, 31))
    if r.code == "J0100"
    else r
    for r in BOOK.records
]
NEXT = Catalogue(ENDED, release="2026-04")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A finished run on the old release."""
    system, folder = FixedSystem(OLD), tmp_path / "old"
    manifest = new_manifest(system, CASES, "2026-01", DAY, 5, 0, 50)
    results = ask(system, CASES, manifest, folder)
    write_folder(folder, manifest, results, measure("fixed", results, BOOK, Plan(DAY, samples=50)))
    return folder


def test_ended_labels_and_moved_answers_are_told(run: Path, tmp_path: Path) -> None:
    """One case loses its only code and is left out; both sides are judged by the new labels."""
    scored = rescore(run, FixedSystem(NEW), NEXT, LATER, tmp_path / "new")
    assert [(p.case, p.code, p.reason) for p in scored.ended] == [
        ("two", "J0100", "terminated"),
        ("gone", "J0100", "terminated"),
    ]
    assert scored.without_code == ("gone",)
    moved = {
        move.id: (move.before, move.after, move.was_right, move.is_right, move.ended) for move in scored.moved
    }
    assert moved == {
        "stays": ("E0143", "E0130", True, False, False),
        "two": ("J0100", "J0101", False, True, True),
    }
    assert (scored.comparison.pooled.n, scored.comparison.pooled.top1_won) == (2, 1)
    text = rescore_text(scored, 1)
    assert "labels that are not active any more: 2 (1 cases have no other and are left out)" in text
    assert "first answers that moved: 2, of which 1 because the old one is not active any more" in text
    assert "and 1 more in rescore.json; --all prints them" in text
    assert json.loads((tmp_path / "new" / "rescore.json").read_text())["release_after"] == "2026-04"
    assert json.loads((tmp_path / "new" / "manifest.json").read_text())["on"] == "2026-04-15"


def test_a_release_without_any_label_is_refused(run: Path, tmp_path: Path) -> None:
    """Nothing could be compared."""
    with pytest.raises(RunFolderError, match="has a code that is active in release none"):
        rescore(run, FixedSystem(NEW), Catalogue([], release="none"), LATER, tmp_path / "new")
