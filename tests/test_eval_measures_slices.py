from datetime import date

import pytest

from eval.measures.ranking import measures_to_depth, per_case
from eval.measures.slices import SeenInTraining, class_of, dimensions, length_of, measure_slices
from eval.measures.summary import summarise
from tests.eval_fakes import BOOK, result

ROWS = [
    result("a", ["E0143"], ["E0143"], query="folding frame", kind="order", source="ward 1"),
    result("b", ["E1399"], ["E0143"], query="thing", kind="lay", source="ward 2"),
    result("c", ["J1815", "J0500"], ["J0500"], query="sugar shot five units please now ok", kind="lay"),
]


def slices_of(**seen):
    ways = dimensions(BOOK, SeenInTraining(**seen) if seen else None)
    values = per_case(ROWS, measures_to_depth(1))
    whole = summarise(ROWS, values, samples=50, seed=0).measures
    slices = measure_slices(ROWS, values, ways, samples=50, seed=0, whole=whole)
    return {(part.dimension, part.value): (part.n, part.measures["top-1"].value) for part in slices}


def test_cases_are_cut_every_way():
    """Each slice has its number of cases and its own mean."""
    slices = slices_of()
    assert slices["kind", "lay"] == (2, 0.5)
    assert slices["source", "ward 1"] == (1, 1.0)
    assert slices["section", "E"] == (2, 0.5)
    assert slices["class", "drug"] == (1, 1.0)
    assert slices["length", "1 word"] == (1, 0.0)
    assert slices["specificity", "NOC code"] == (1, 0.0)
    assert slices["codes", "several acceptable"] == (1, 1.0)
    assert ("source", "") not in slices


def test_seen_and_unseen_are_told_apart():
    """Wordings, codes and sources that a system may have been trained on."""
    slices = slices_of(
        wordings=frozenset({"folding frame"}), codes=frozenset({"J0500"}), sources=frozenset({"ward 2"})
    )
    assert slices["wording", "seen"] == (1, 1.0)
    assert slices["wording", "unseen"] == (2, 0.5)
    assert slices["code", "seen"] == (1, 1.0)
    assert slices["source seen", "unseen"] == (1, 1.0)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("J1815", "drug"),
        ("Q5103", "drug"),
        ("A9552", "drug"),
        ("A0429", "service"),
        ("A4253", "supply"),
        ("C1769", "device"),
        ("C9399", "drug"),
        ("C9600", "service"),
        ("E0143", "device"),
        ("G0008", "service"),
        ("Q4010", "supply"),
        ("T1019", "service"),
        ("T4527", "supply"),
        ("99213", "other"),
    ],
)
def test_codes_have_a_class(code, kind):
    """The longest matching prefix of the table decides."""
    assert class_of(code) == kind


def test_lengths_are_counted_in_words():
    """Four groups."""
    assert [length_of("x " * n) for n in (1, 2, 3, 4, 6, 7)] == [
        "1 word",
        "2-3 words",
        "2-3 words",
        "4-6 words",
        "4-6 words",
        "7+ words",
    ]


def test_years_are_those_of_the_cases_dates():
    """A case without a date is in no year."""
    rows = [result("a", ["E0143"], ["E0143"], date=date(2019, 5, 1)), result("b", ["E0143"], ["E0143"])]
    year = dimensions(BOOK)["year"]
    assert [year(row) for row in rows] == ["2019", ""]
