"""The other system that a text seems to belong to."""

from __future__ import annotations

import pytest

from suggest.answer import LooksLike
from suggest.looks import code_warning, looks_like, sentence, short_sentence


@pytest.mark.parametrize(
    ("systems", "answerable", "refused", "expected"),
    [
        ((0.1, 0.7, 0, 0, 0, 0, 0, 0.2), 0.1, True, LooksLike("cpt", 0.7)),
        ((0.1, 0.7, 0, 0, 0, 0, 0, 0.2), 0.1, False, LooksLike("cpt", 0.7)),
        (
            (0.5, 0.4, 0, 0, 0, 0, 0, 0.1),
            0.0,
            True,
            LooksLike("cpt", 0.8),
        ),  # the match says that none is ours
        ((0.5, 0.4, 0, 0, 0, 0, 0, 0.1), 0.5, True, LooksLike("cpt", 0.4)),
        ((0.5, 0.4, 0, 0, 0, 0, 0, 0.1), 0.5, False, None),  # our codes are likelier
        ((0.2, 0.2, 0, 0, 0, 0, 0, 0.6), 0.0, True, None),  # too little to belong to any
        ((0.2, 0.2, 0.2, 0.2, 0.2, 0, 0, 0), 0.2, True, None),  # too little of each
        ((0, 0, 0, 0, 0, 0, 0.99999, 0), 0.0, True, LooksLike("not-medical", 1.0)),
    ],
)
def test_the_likeliest_other_system_is_named(
    systems: tuple[float, ...], answerable: float, refused: bool, expected: LooksLike | None
) -> None:
    """In an answer with a good match only if it is likelier than our codes."""
    assert looks_like(systems, answerable, refused) == expected


def test_it_is_said_in_plain_words() -> None:
    """One line for a terminal, a sentence for a card."""
    assert short_sentence(LooksLike("cpt", 0.93)) == (
        "looks like CPT (93%): HCPCS Level II has no code for it"
    )
    assert sentence(LooksLike("not-medical", 0.8)) == (
        "This looks like nothing medical (80% likely); HCPCS Level II has no code for it."
    )
    assert "the drug's name finds its HCPCS code" in sentence(LooksLike("ndc", 0.9))


@pytest.mark.parametrize("system", ["cpt", "cdt", "icd", "ndc", "revenue"])
def test_a_code_of_another_system_is_named(system: str) -> None:
    """With what it is."""
    assert code_warning(system, "99213").startswith("99213 is a")
