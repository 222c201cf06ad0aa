"""Which other system a text seems to belong to, and how that is said to a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from suggest.answer import LooksLike, OtherSystem
from suggest.systems import NOWHERE, SYSTEMS

MIN_PROBABILITY = 0.3
"""A less likely system is not named."""

NAMED_PROBABILITY = 0.99
"""That a text with a code of a system belongs to it."""

OTHERS: tuple[OtherSystem, ...] = get_args(OtherSystem)
assert SYSTEMS[1:NOWHERE] == OTHERS, "the answer names other systems than the model"

SYSTEM_WORDS: dict[OtherSystem, str] = {
    "cpt": "a CPT procedure",
    "cdt": "a CDT dental procedure",
    "icd": "an ICD-10 diagnosis",
    "ndc": "an NDC drug package number",
    "revenue": "a revenue code",
    "not-medical": "nothing medical",
}
"""Each system in words: "This looks like ..."."""

_SHORT = {
    "cpt": "CPT",
    "cdt": "CDT",
    "icd": "ICD-10",
    "ndc": "NDC",
    "revenue": "revenue code",
    "not-medical": "not medical",
}

_CODE_WARNINGS: dict[str, str] = {
    "cpt": (
        "{code} is a CPT code (HCPCS Level I) of the American Medical Association; this index does not hold"
        " it, a licence holder can add it from their own file (index build --cpt)"
    ),
    "cdt": "{code} is a CDT dental code of the American Dental Association; this index does not hold it",
    "icd": "{code} is an ICD-10 code: it names a diagnosis or an inpatient procedure, not an item or service",
    "ndc": "{code} is a National Drug Code; the drug's name finds its HCPCS code",
    "revenue": "{code} is a revenue code: it names a department of a hospital, not an item or service",
}


def looks_like(systems: Sequence[float], answerable: float, refused: bool) -> LooksLike | None:
    """The other system that a text seems to belong to.

    Args:
        systems: Probability of each of `SYSTEMS`, by the words of the text alone.
        answerable: Probability that a code of ours fits: what the others have together is the rest.
        refused: Whether the answer is "no good match". Otherwise the other system must be likelier than ours.

    Returns:
        None when no other system is likely, or when the text says too little to belong to any.
    """
    place = max(range(1, len(systems)), key=lambda other: systems[other])
    probability = (1.0 - answerable) * systems[place] / max(1.0 - systems[0], 1e-9)
    if place == NOWHERE or probability < MIN_PROBABILITY or (not refused and probability <= answerable):
        return None
    return LooksLike(OTHERS[place - 1], round(probability, 4))


def short_sentence(found: LooksLike) -> str:
    """One line for a terminal: "looks like CPT (93 %): ..."."""
    return f"looks like {_SHORT[found.system]} ({found.probability:.0%}): {_meaning(found)}"


def sentence(found: LooksLike) -> str:
    """A sentence for a page or a card."""
    return (
        f"This looks like {SYSTEM_WORDS[found.system]} ({found.probability:.0%} likely); {_meaning(found)}."
    )


def _meaning(found: LooksLike) -> str:
    if found.system == "ndc":
        return "the drug's name finds its HCPCS code"
    return "HCPCS Level II has no code for it"


def code_warning(system: str, code: str) -> str:
    """The sentence for a text that is a code of another system."""
    return _CODE_WARNINGS[system].format(code=code)
