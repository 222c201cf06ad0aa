"""Which codes are those of quality measures, and which texts speak of one."""

from __future__ import annotations

import pytest

from index.records import Record
from index.text.words import normalise, words
from suggest.measures import Measures, is_measure, measures, speaks_of_measure


@pytest.mark.parametrize(
    ("code", "description", "measure"),
    [
        ("G8598", "Invented therapy used", True),
        ("G9999", "Invented therapy not used", True),
        ("G9187", "Invented visit", False),
        ("G9188", "Invented result", True),
        ("G2088", "Invented treatment", False),
        ("G2089", "Invented result", True),
        ("G2168", "Invented therapy at home", False),
        ("G2211", "Invented add-on to a visit", False),
        ("G9678", "Invented payment for a month", False),
        ("G9870", "Invented images, in an approved model", False),
        ("M1000", "Invented pain", True),
        ("M0005", "Invented mips value pathway", True),
        ("M0005", "Invented visit with heat", False),
        ("M0300", "Invented infusion", False),
        ("J1000", "Invented drug, reason not given", False),
    ],
)
def test_the_ranges_without_what_is_paid_for(code: str, description: str, measure: bool) -> None:
    """Paid services have codes within the ranges; the oldest range had others before."""
    record = Record(code, description)

    assert is_measure(record) is measure
    assert measures([record]).tolist() == [measure]


SPEAKING = (
    "reason not given",
    "foot exam DOCUMENTED",
    "Documntd plan",
    "pt no fall within asc",
    "PHQ-9 SCORE > 9",
    "patient did not have the vaccine",
    "A1c most recent level",
    "quality of vision, mips",
    "not prescribed",
    "blood pressure < 140",
    "performance not met",
)


@pytest.mark.parametrize("text", SPEAKING)
def test_texts_that_speak_of_a_measure(text: str) -> None:
    """Documentation, reasons, scores, comparisons, and statements about a patient."""
    assert speaks_of_measure(text)


@pytest.mark.parametrize(
    "text",
    ["aspirin 81 mg tablet", "amoxicillin 500 mg", "tdap vaccine", "pt eval", "excluder graft", "scan"],
)  # fmt: skip
def test_orders_do_not(text: str) -> None:
    """Nor do names of products that resemble such words."""
    assert not speaks_of_measure(text)


def test_a_repeated_descriptor_means_the_measure() -> None:
    """Long or short, from four words on."""
    records = (
        Record("G8001", "Invented pill swallowed before sunrise", "Pill swallowed bef sunrise"),
        Record("G8002", "Invented emergency surgery", "Emergency surgery"),
        Record("J1000", "Invented drug for four dogs"),
    )
    measures_of = Measures(records)

    def meant(text: str, plain: str) -> bool:
        return measures_of.meant(text, plain.split(), plain)

    assert meant("Invented pill", "invented pill swallowed before sunrise")
    assert meant("Pill", "pill swallowed bef sunrise")
    assert not meant("Invented", "invented emergency surgery")
    assert not meant("Invented", "invented drug for four dogs")
    assert meant("reason not given", "reason not given")


@pytest.mark.parametrize("text", SPEAKING)
def test_the_quick_look_at_the_words_misses_no_text(text: str) -> None:
    """`meant` looks for the beginnings of words before it searches the text."""
    plain = normalise(text)
    assert Measures(()).meant(text, words(plain), plain)
