"""Clauses of a doctor's order that do not name what is ordered: the diagnosis that it is for."""

from __future__ import annotations

import re

_NAMES = r"dx|diagnos[ei]s|icd-?10|indications?"
_DIAGNOSIS = re.compile(
    rf"(?:[,;(]\s*|\.\s+)(?:{_NAMES}|hx|h/o)\b[:.]?\s[^,;)\n]*|\s(?:{_NAMES}):[^,;)\n]*", re.IGNORECASE
)
"""A clause behind a sign, or one with a colon: a bare "dx" in the line of a price list is "diagnostic"."""

_SIGN = re.compile(r"dx|diagnos|icd|indication|hx|h/o", re.IGNORECASE)


def without_diagnosis(text: str) -> str:
    """A text without the clauses that say what it is ordered for ("walker, dx: CHF"); else the text itself.

    A text that begins with its diagnosis, or says nothing else, stays as it is.
    """
    if _SIGN.search(text) is None:
        return text
    rest = _DIAGNOSIS.sub(" ", text)
    return rest if rest != text and any(map(str.isalpha, rest)) else text
