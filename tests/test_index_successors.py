"""What to use instead of a code on a day on which it is not valid."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from index.records import Record
from index.release.release import read_release
from index.successors import Proposal, Replacement, agreement, closest, propose, replacements

END = date(2020, 12, 31)
NEXT = END + timedelta(days=1)


def ended(code: str, words: str, *cross_references: str) -> Record:
    return Record(code, words, effective_to=END, cross_references=cross_references)


def begun(code: str, words: str, on: date = NEXT, to: date | None = None) -> Record:
    return Record(code, words, effective_from=on, effective_to=to)


def test_a_code_with_the_wording_that_begins_the_day_after_is_proposed() -> None:
    """Other amounts do not matter; a code that begins on another day, or with other words, is none."""
    records = (
        ended("C0001", "Injection, inventol, 30 mg"),
        ended("C0002", "Splint of cork"),
        ended("C0003", "Ladder", "J0004"),
        begun("J0004", "Injection, inventol, 1 mg"),
        begun("J0005", "Splint of cork", on=date(2021, 4, 1)),
        begun("J0006", "Injection, otherol, 1 mg"),
    )

    assert propose(records) == {"C0001": Proposal("J0004", 0.97)}


def test_quality_measures_need_nearly_the_same_words() -> None:
    """They share most of their words with others that mean something else."""
    shared = (
        "Patient took inventol in the kennel each morning before breakfast and slept well after every walk"
    )
    words = (
        f"{shared} ladder",
        f"{shared} boat",
    )
    assert propose((ended("C0001", words[0]), begun("C0002", words[1]))) != {}
    assert propose((ended("G0001", words[0]), begun("G0002", words[1]))) == {}


def test_successors_are_followed_to_a_code_that_is_valid() -> None:
    """Over codes that have ended too, proposed ones among them; circles end."""
    records = {
        record.code: record
        for record in (
            ended("A0001", "One", "A0002", "A0003"),
            begun("A0002", "Two", to=date(2021, 12, 31)),
            begun("A0003", "Three"),
            begun("A0004", "Four", on=date(2022, 1, 1)),
            ended("B0001", "Circle", "B0002"),
            ended("B0002", "Circle", "B0001"),
        )
    }
    proposals = {"A0002": Proposal("A0004", 0.9)}

    def codes(code: str, on: date) -> list[Replacement]:
        return list(replacements(records, proposals, code, on))

    assert codes("A0001", NEXT) == [Replacement("A0002", "CMS", 1.0), Replacement("A0003", "CMS", 1.0)]
    assert codes("A0001", date(2023, 1, 1)) == [
        Replacement("A0003", "CMS", 1.0),
        Replacement("A0004", "proposed", 0.9),
    ]
    assert codes("B0001", NEXT) == codes("A0003", NEXT) == []


@pytest.mark.parametrize(("similarity", "share"), [(1.0, 0.97), (0.9, 0.97), (0.6, 0.87), (0.59, 0.0)])
def test_the_probability_is_the_measured_agreement(similarity: float, share: float) -> None:
    """Below the least similarity nothing is proposed."""
    assert agreement(similarity) == share


def test_proposals_agree_with_the_cross_references_of_cms(shared: Path) -> None:
    """Where both exist; the figures of docs/data.md."""
    records = read_release(shared / "hcpcs/2026-01/HCPC2026_JAN_ANWEB_01122026.txt.gz").records
    rows = {record.code: row for row, record in enumerate(records)}
    named = {
        row: [rows[code] for code in record.successors if code in rows] for row, record in enumerate(records)
    }
    asked = [row for row, codes in named.items() if codes]
    found = [(row, other, share) for row, other, share in closest(records, asked) if share >= 0.6]

    assert sum(bool(record.successors) for record in records) == 188
    assert (len(asked), len(found), sum(other in named[row] for row, other, _ in found)) == (147, 139, 139)
    proposals = propose(records)
    assert (len(proposals), proposals["J9265"].code, proposals["J0135"].code) == (192, "J9267", "J0139")
    assert "U0003" not in proposals
