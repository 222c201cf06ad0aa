from pathlib import Path

import pytest

import eval.cases.cases
from eval.cases.cases import read_cases
from eval.cases.check import check_cases
from index.release.release import read_release
from index.starter import read_starter
from index.store.catalogue import Catalogue
from tests.eval_fakes import DAY

CASES = read_cases(Path(eval.cases.cases.__file__).parent / "starter_cases.jsonl")


def test_there_are_enough_over_all_sections():
    """At least 150 cases, with every Level II section, and some without a code."""
    assert len(CASES.cases) >= 150 and CASES.problems == ()
    sections = {case.codes[0][0] for case in CASES.cases if case.codes}
    assert sections == set("ABCEGHJKLMPQRSTUV")
    assert sum(not case.codes for case in CASES.cases) >= 10


def test_the_starter_catalogue_holds_every_code():
    """So that a first try without a download can be measured; no text gives its answer away."""
    release = read_starter()
    _, check = check_cases(CASES.cases, Catalogue(release.records, release=release.name), DAY)
    assert (check.problems, check.leaks, check.duplicates) == ((), {}, ())


@pytest.mark.shared
def test_every_code_is_active_in_the_january_2026_release(shared):
    """Against the official file."""
    release = read_release(shared / "hcpcs" / "2026-01" / "january-2026-alpha-numeric-hcpcs-file.zip")
    _, check = check_cases(CASES.cases, Catalogue(release.records, release=release.name), DAY)
    assert (check.problems, check.leaks) == ((), {})
