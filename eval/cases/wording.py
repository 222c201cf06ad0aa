"""When two wordings count as the same."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """Runs of letters and digits, in lower case, as FTS5's `unicode61` cuts them."""
    return _WORD.findall(text.lower())


def plain(text: str) -> str:
    """A text in lower case with one blank for all that is no letter or digit."""
    return " ".join(words_of(text))
