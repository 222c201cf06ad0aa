"""What an answer says of the text as a whole."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from index.build import Sources, assemble
from index.records import Record
from index.store.catalogue import Catalogue
from index.successors import propose
from suggest.answer import Correction, LooksLike, Suggestion
from suggest.findings import Findings
from suggest.ranking import Ranking
from suggest.reader import Query
from tests.index_fakes import SMALL, LetterEncoder

FINDINGS = Findings(assemble(Sources(SMALL), LetterEncoder()).catalogue, "2026-01")
ON = date(2026, 1, 15)
CPT = (0.2, 0.7, 0.0, 0.0, 0.0, 0.0, 0.0, 0.1)


def query(words: str = "", **fields: Any) -> Query:
    """A text that was read."""
    values: dict[str, Any] = {"codes": (), "corrections": (), **fields}
    return Query(words, words, tuple(words.split()), (), (), 0, **values)


def ranking(systems: tuple[float, ...] = ()) -> Ranking:
    """No candidates, and which system the text belongs to."""
    return Ranking([], [], [], [], 0.2, systems)


def suggestion(confidence: float) -> Suggestion:
    """A suggestion of which only the confidence matters."""
    blank: Any = None
    return Suggestion(1, "", "", "", 0.0, confidence, "active", None, None, (), False, "", blank)


@pytest.mark.parametrize(
    ("words", "code", "system"),
    [
        ("", ("cpt", "99213"), "cpt"),
        ("office visit", ("cpt", "99213"), "cpt"),
        ("office visit", ("cdt", "D0120"), "cdt"),
        ("", ("icd", "E11.9"), "icd"),
        ("test strips", ("icd", "E11.9"), None),  # the reason for an order
        ("ankle brace", ("revenue", "0274"), None),
        ("", ("ndc", "00093-0058-01"), "ndc"),
    ],
)
def test_a_code_of_another_system(words: str, code: tuple[str, str], system: str | None) -> None:
    """A diagnosis, a package number or a department may stand beside a description."""
    read = query(words, other_codes=(code,))

    assert FINDINGS.of_other_system(read) == system
    expected = None if system is None else LooksLike(system, 0.99)  # type: ignore[arg-type]
    assert FINDINGS.looks_like(read, ranking(), True, ()) == expected


def test_a_text_that_resembles_those_of_another_system() -> None:
    """In an answer with a good match only when that is likelier than the first code."""
    assert FINDINGS.looks_like(query("knee scope"), ranking(CPT), True, ()) == LooksLike("cpt", 0.7)
    unsure, sure = [suggestion(0.6)], [suggestion(0.7)]
    assert FINDINGS.looks_like(query("knee scope"), ranking(CPT), False, unsure) == LooksLike("cpt", 0.7)
    assert FINDINGS.looks_like(query("knee scope"), ranking(CPT), False, sure) is None
    assert FINDINGS.looks_like(query("knee scope"), ranking(CPT), True, sure) == LooksLike("cpt", 0.7)
    assert FINDINGS.looks_like(query("knee scope"), ranking(), True, ()) is None


def test_a_modifier_or_the_beginning_of_a_code_belongs_to_no_other_system() -> None:
    """Whatever its letters resemble."""
    assert FINDINGS.looks_like(query("z1", modifiers=("Z1",)), ranking(CPT), True, ()) is None
    assert FINDINGS.looks_like(query("", prefixes=("E00",)), ranking(CPT), True, ()) is None


def test_warnings_name_codes_and_mended_names() -> None:
    """Nothing is warned of in a text without them."""
    found = FINDINGS.warnings(
        query(
            codes=("E0002", "E9999", "12345"),
            other_codes=(("cdt", "D0120"),),
            renamed=(Correction("inventol", "inventil"),),
        ),
        ON,
    )

    assert found == (
        "D0120 is a CDT dental code of the American Dental Association; this index does not hold it",
        "E9999 is not a code of release 2026-01",
        "inventol was read as the name inventil; check that this is what was meant",
    )
    assert FINDINGS.warnings(query("crutch"), ON) == ()


def test_a_code_that_is_not_valid_on_the_day_leads_to_the_one_that_is() -> None:
    """Ended or not begun; by CMS's cross-reference, as proposed, or without a known successor."""
    records = (
        Record("J0001", "Injection, inventol, 30 mg", effective_to=date(2020, 12, 31)),
        Record("J0002", "Injection, inventol, 1 mg", effective_from=date(2021, 1, 1)),
        Record("K0003", "Kennel", effective_to=date(2020, 12, 31), cross_references=("K0005",)),
        Record("K0004", "Ladder", effective_to=date(2020, 12, 31)),
        Record("K0005", "Kennel", effective_from=date(2021, 1, 1)),
    )
    findings = Findings(Catalogue(records, proposals=propose(records)), "2026-01")

    def warned(code: str, on: date = ON) -> str:
        return " | ".join(findings.warnings(query(codes=(code,)), on))

    assert warned("J0001") == (
        "J0001 ended on 2020-12-31; use J0002 (proposed, 97% likely: CMS names none)"
        "; its unit is another one, so count the units again"
    )
    assert warned("J0001", date(2020, 12, 31)) == ""
    assert warned("J0002", date(2020, 6, 1)) == (
        "J0002 begins on 2021-01-01; on 2020-06-01 it was J0001 (proposed, 97% likely: CMS names none)"
    )
    assert warned("K0003") == "K0003 ended on 2020-12-31; use K0005 (CMS's cross-reference)"
    assert warned("K0004") == "K0004 ended on 2020-12-31, and no code that replaced it is known"
