"""Letters typed or recognised for digits in numbers: `1OO`, `3Omg`, `O.5 ml`."""

from __future__ import annotations

import re

_HINT = re.compile(r"\d[oO]")
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9])(?:\d+(?:\.\d*)?[oO]+(?=\s*(?:mg|mcg|ml|g|gm|cc|iu|units?|meq|mci|cm|mm|fr|%)(?![a-z]))"
    r"|\d+[oO]{2,}(?![A-Za-z0-9])|\d+[oO]\d[\doO]*(?![A-Za-z])|[oO](?=\.\d))",
    re.IGNORECASE,
)
_ZERO = str.maketrans("oO", "00")


def with_zeros(text: str) -> str:
    """A text with zeros for the letter O in its numbers. A single O behind digits needs a unit."""
    if _HINT.search(text) is None and "O." not in text:
        return text
    return _NUMBER.sub(lambda match: match[0].translate(_ZERO), text)
