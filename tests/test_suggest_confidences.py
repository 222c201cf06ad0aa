"""Confidences of one list, worked by hand."""

from __future__ import annotations

import pytest

from index.records import Record
from suggest.confidences import Confidences, Twins, limited

RECORDS = (
    Record("L0001", "Invented brace, rigid, prefabricated, off-the-shelf"),
    Record("L0002", "Invented brace, rigid, prefabricated item that has been trimmed, bent, molded,"
           " assembled, or otherwise customized to fit a specific patient by an individual with expertise"),
    Record("L0003", "Invented brace, soft, prefabricated"),
    Record("J0001", "Injection, inventol, 5 mg"),
    Record("J0002", "Injection, inventol (maker one), not therapeutically equivalent to j0001, 5 mg"),
    Record("J0003", "Injection, inventol, 5 mg (for esrd on dialysis)"),
    Record("J0004", "Injection, inventol, 10 mg"),
)  # fmt: skip
TWINS = Twins(RECORDS)


def test_a_sum_of_at_most_one_stays() -> None:
    """With the probability that no code fits."""
    assert limited([0.6, 0.3], 0.1, [2, 3], TWINS) == Confidences([0.6, 0.3], 0.1, [])


def test_what_the_first_leaves_is_shared_in_proportion() -> None:
    """0.2 for 0.2, 0.1 and 0.1: a half of each."""
    assert limited([0.8, 0.2, 0.1], 0.1, [0, 2, 3], TWINS) == Confidences([0.8, 0.1, 0.05], 0.05, [])


@pytest.mark.parametrize(
    ("rows", "groups"),
    [
        ([0, 1, 2], [[0, 1]]),  # off the shelf and fitted
        ([2, 3, 4], [[1, 2]]),  # one maker's
        ([3, 2, 5], [[0, 2]]),  # for dialysis
        ([3, 6, 2], []),  # another strength
    ],
)
def test_codes_that_differ_in_a_clause_that_texts_leave_out_are_twins(
    rows: list[int], groups: list[list[int]]
) -> None:
    """Of such a group only the first counts."""
    assert limited([0.5, 0.5, 0.4], 0.0, rows, TWINS).groups == groups


def test_the_codes_of_a_name_that_is_the_whole_text_are_acceptable_together() -> None:
    """One that is unlikely is not among them."""
    found = limited([0.7, 0.4, 0.2, 0.04], 0.01, [0, 2, 3, 6], TWINS, named=(0, 2, 3, 6))

    assert found == Confidences([0.7, 0.4, 0.2, 0.04], 0.01, [[0, 1, 2]])


def test_confidence_does_not_rise_behind_one_that_gave_way() -> None:
    """The first and the third are twins; the second shares what the first leaves."""
    found = limited([0.8, 0.6, 0.5], 0.0, [0, 2, 1], TWINS)

    assert found == Confidences([0.8, 0.2, 0.2], 0.0, [[0, 2]])


def test_no_candidate_has_no_confidence() -> None:
    """An empty list says that no code fits."""
    assert limited([], 1.0, [], TWINS) == Confidences([], 1.0, [])
