"""A drug is offered for an order only if the order names it, in the form that it has."""

from __future__ import annotations

from typing import Any

import pytest

from api.cds.offers import names_drug
from suggest.answer import Suggestion, Why


def suggestion(term: str, *words: str, **why: Any) -> Suggestion:
    """A suggestion that matched these words of a descriptor."""
    return Suggestion(
        rank=1,
        code="J0000",
        description=term,
        short_description="",
        score=1.0,
        confidence=0.9,
        status="active",
        effective_from=None,
        effective_to=None,
        successors=(),
        is_noc=False,
        section="J",
        why=Why(summary="", source="long description", term=term, words=words, **why),
    )


@pytest.mark.parametrize(
    ("text", "offered", "named"),
    [
        ("Aspirin 81 MG Delayed Release Oral Tablet", suggestion("Prednisone tablet", "tablet", "mg"), False),
        ("prednisone 10 MG Oral Tablet", suggestion("Prednisone tablet", "prednisone", "tablet"), True),
        ("1 ML somedrug 40 MG/ML [Somebrand]", suggestion("Somedrug, 1 mg", "somedrug", "mg"), True),
        ("Diclofenac Potassium (product)", suggestion("Potassium chloride", "potassium"), False),
        ("potassium chloride 2 MEQ/ML", suggestion("Potassium chloride", "potassium", "chloride"), True),
        ("Magnesium Sulfate In Dextrose", suggestion("Magnesium sulfate", "magnesium", "sulfate"), True),
        ("10 mg oral", suggestion("Otherdrug, oral, 10 mg", "oral", "mg"), False),
        (
            "Somebrand 40 mg",
            suggestion("Somedrug, 1 mg", "mg", expansions=("somebrand -> somedrug",)),
            True,
        ),
        (
            "Somebrand 40 mg",
            suggestion("Otherdrug, 1 mg", "mg", expansions=("somebrand -> somedrug",)),
            False,
        ),
        ("somedrog 5 mg", suggestion("Somedrug, 1 mg", "mg", corrections=("somedrog -> somedrug",)), True),
        ("somedrog 5 mg", suggestion("Otherdrug", "mg", corrections=("somedrog -> somedrug",)), False),
    ],
)
def test_the_words_of_forms_and_units_name_no_drug(text: str, offered: Suggestion, named: bool) -> None:
    """A trade name or a misspelling counts where the code has what it was read as."""
    assert names_drug(text, offered) is named
