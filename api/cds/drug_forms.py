"""Whether a code of a drug is of the form that an order says, and of no other drug beside it."""

from __future__ import annotations

import re

_FORMS: tuple[tuple[str, str], ...] = (
    (r"patch(?:es)?|transdermal", r"patch(?:es)?|transdermal"),
    (
        r"cream|ointment|lotion|gel|foam|shampoo|paste|topical(?:ly)?",
        r"cream|ointment|lotion|gel|foam|paste|topical|application",
    ),
    (r"drops?|ophthalmic|otic", r"drops?|ophthalmic|otic|eye|ear|intravitreal|intracameral|ocular"),
    (r"nasal|intranasal|nostril", r"nasal|intranasal"),
    (r"suppositor(?:y|ies)|rectal(?:ly)?|enema", r"suppositor(?:y|ies)|rectal|enema"),
    (r"inhaler|hfa|mdi|dpi|diskus|puffs?", r"inhaler|metered"),  # what is inhaled from a nebulizer has codes
    (r"lozenges?|gum|mouthwash|troches?", r"lozenges?|gum|mouthwash|troches?"),
)
"""A form that an order says -> how a code of that form says it. Most such drugs have no code."""
_PATTERNS = tuple((re.compile(rf"\b(?:{said})\b"), re.compile(rf"\b(?:{has})\b")) for said, has in _FORMS)
_INJECTED = re.compile(r"\b(?:inj(?:ect\w*)?|iv|im|sc|sq|subq|subcutaneous|infusion|implant|intravitreal)\b")
_SECOND = re.compile(r"(?:\d\s*(?:mg|mcg|ml|g|units?|%)\s*(?:/|and\s)|[a-z]/)\s*([a-z]{5,})")
_SOLVENTS = frozenset({"water", "saline", "dextrose", "sodium", "units"})
_STEM = 5  # letters by which two spellings of a drug are the same


def form_fits(text: str, description: str) -> bool:
    """Whether a code is of the form that an order says; true where it says none, or that it is injected.

    A patch of estradiol is no injection of it.
    """
    text, description = text.lower(), description.lower()
    if _INJECTED.search(text):
        return True
    return all(has.search(description) for said, has in _PATTERNS if said.search(text))


def no_other_drug(text: str, description: str) -> bool:
    """Whether a code of two drugs is not offered for an order that names the first of them alone."""
    text, description = text.lower(), description.lower()
    for match in _SECOND.finditer(description):
        first = re.sub(r"^injection,?\s+", "", description)[:_STEM]
        second = match[1]
        if second not in _SOLVENTS and first in text and second[:_STEM] not in text:
            return False
    return True
