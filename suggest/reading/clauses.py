"""Clauses of a doctor's order that do not name what is ordered: the diagnosis that it is for."""

from __future__ import annotations

import re

_NAMES = r"dx|diagnos[ei]s|icd-?10|indications?"
_DIAGNOSIS = re.compile(
    rf"(?:[,;(]\s*|\.\s+)(?:{_NAMES}|hx|h/o)\b[:.]?\s[^,;)\n]*|\s(?:{_NAMES}):[^,;)\n]*", re.IGNORECASE
)
"""A clause behind a sign, or one with a colon: a bare "dx" in the line of a price list is "diagnostic"."""

_SIGNS = ("dx", "diagnos", "icd", "indication", "hx", "h/o")
"""Every such clause has one of these in it."""


def without_diagnosis(text: str) -> str:
    """A text without the clauses that say what it is ordered for ("walker, dx: CHF"); else the text itself.

    A text that begins with its diagnosis, or says nothing else, stays as it is.
    """
    lowered = text.lower()
    if not any([sign in lowered for sign in _SIGNS]):  # most texts
        return text
    rest = _DIAGNOSIS.sub(" ", text)
    return rest if rest != text and any(map(str.isalpha, rest)) else text
