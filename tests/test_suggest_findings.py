"""What an answer says of the text as a whole."""

from __future__ import annotations

from typing import Any

import pytest

from index.build import Sources, assemble
from suggest.answer import Correction, LooksLike, Suggestion
from suggest.findings import Findings
from suggest.ranking import Ranking
from suggest.reader import Query
from tests.index_fakes import SMALL, LetterEncoder

FINDINGS = Findings(assemble(Sources(SMALL), LetterEncoder()).catalogue, "2026-01")
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
        )
    )

    assert found == (
        "D0120 is a CDT dental code of the American Dental Association; this index does not hold it",
        "E9999 is not a code of release 2026-01",
        "inventol was read as the name inventil; check that this is what was meant",
    )
    assert FINDINGS.warnings(query("crutch")) == ()
