"""The cases that other hands wrote: whole, active, and none of them learned from."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

import eval.cases
from eval.cases.cases import read_cases
from index.release.release import read_release
from suggest.training.lines import WRITTEN_TEXTS
from suggest.training.no_code import listed_no_code

ON = date(2026, 1, 15)
N_CASES = 2083
CASES = read_cases(Path(eval.cases.__file__).parent / "written" / "cases.jsonl.gz")


def plain(text: str) -> str:
    """A text without signs and capitals."""
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def test_the_written_cases_are_whole() -> None:
    """Texts of three hands, each with an id of its own, and one code or the system that it belongs to."""
    assert CASES.problems == ()
    assert len(CASES.cases) == len({case.id for case in CASES.cases}) == N_CASES
    assert {case.date for case in CASES.cases} == {ON}
    assert {len(case.codes) for case in CASES.cases} == {0, 1}
    assert {case.kind for case in CASES.cases if not case.codes} == {"no-code"}
    kinds = {"order", "charge", "plain", "lay", "catalog"}
    assert {case.kind for case in CASES.cases if case.codes} == kinds
    assert len({case.source for case in CASES.cases}) == 3


def test_no_written_case_was_learned_from() -> None:
    """Nor does one stand there twice; signs and capitals aside."""
    texts = [plain(case.query) for case in CASES.cases]
    learned = {plain(line.split("\t")[0]) for line in WRITTEN_TEXTS.read_text("utf-8").splitlines()}
    learned |= {plain(line.text) for line in listed_no_code()}

    assert len(set(texts)) == len(texts)
    assert learned.isdisjoint(texts)


@pytest.mark.shared
def test_every_code_of_a_written_case_is_active(shared: Path) -> None:
    """On the date that the cases have."""
    release = read_release(shared / "hcpcs" / "2026-01" / "january-2026-alpha-numeric-hcpcs-file.zip")
    active = {record.code for record in release.records if record.status(ON) == "active"}

    assert {code for case in CASES.cases for code in case.codes} <= active
