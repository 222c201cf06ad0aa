from pathlib import Path

import msgspec
import pytest
from rapidfuzz import fuzz, process

import eval.cases.cases
from eval.cases.cases import read_cases
from index.release.release import read_release
from suggest.training.no_code import listed_no_code

CASES = read_cases(Path(eval.cases.cases.__file__).parent / "no_code_cases.jsonl")
TEXTS = [line.text for line in listed_no_code()]
KINDS = {
    "procedure": 79,
    "diagnosis": 51,
    "drug without code": 10,
    "room and board": 17,
    "dental": 10,
    "name": 19,
    "meal": 16,
    "noise": 24,
    "other goods": 22,
    "question": 9,
    "other language": 6,
}


def test_there_are_enough_of_every_kind_and_none_has_a_code():
    """263 cases, the kinds in their shares, every id once, no row refused."""
    assert CASES.problems == ()
    assert len(CASES.cases) == sum(KINDS.values()) == 263
    kinds = [case.kind for case in CASES.cases]
    assert {kind: kinds.count(kind) for kind in kinds} == KINDS
    assert len({case.id for case in CASES.cases}) == len(CASES.cases)
    assert {case.codes for case in CASES.cases} == {()}
    assert {case.source for case in CASES.cases} == {"own"}


def test_the_training_texts_are_whole_and_each_is_there_once():
    """At least 3,000 lines without blank ones, outer spaces or repeats in other letter case."""
    assert len(TEXTS) >= 3000
    assert [text for text in TEXTS if text != text.strip() or not text] == []
    assert len({text.casefold() for text in TEXTS}) == len(TEXTS)


def near(queries: list[str], texts: list[str]) -> list[tuple[str, str]]:
    """The pairs whose rapidfuzz ratio is 85 or more, letter case aside."""
    scores = process.cdist(
        [query.casefold() for query in queries], [text.casefold() for text in texts], scorer=fuzz.ratio
    )
    rows, columns = (scores >= 85).nonzero()
    return [(queries[row], texts[column]) for row, column in zip(rows, columns, strict=True)]


def test_no_case_is_equal_or_near_equal_to_a_training_text():
    """The test texts of refusals were not used in training; the second half shows that the check works."""
    assert near([case.query for case in CASES.cases], TEXTS) == []
    assert near(["Office visit est pt level 4"], ["office visit est pt level 3", "meal"]) == [
        ("Office visit est pt level 4", "office visit est pt level 3")
    ]


def test_no_starter_case_is_equal_or_near_equal_to_a_training_text():
    """The starter set has texts without a code too, and is measured with the same suggester."""
    starter = read_cases(Path(eval.cases.cases.__file__).parent / "starter_cases.jsonl")
    assert near([case.query for case in starter.cases], TEXTS) == []


def test_no_case_repeats_another():
    """Each text counts once."""
    queries = [case.query.casefold() for case in CASES.cases]
    assert len(set(queries)) == len(queries)


@pytest.mark.shared
def test_no_text_is_a_description_of_the_january_2026_release(shared):
    """None of these texts equals an active short or long description."""
    release = read_release(shared / "hcpcs" / "2026-01" / "january-2026-alpha-numeric-hcpcs-file.zip")
    said = {
        value.casefold()
        for record in release.records
        for value in msgspec.structs.asdict(record).values()
        if isinstance(value, str) and value
    }
    texts = [case.query for case in CASES.cases] + TEXTS
    assert [text for text in texts if text.casefold() in said] == []
