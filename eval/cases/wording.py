"""Normal form of a text in which wordings are compared."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """Split a text into runs of letters and digits in lower case, as FTS5's `unicode61` tokenizer does."""
    return _WORD.findall(text.lower())


def plain(text: str) -> str:
    """Lower-case a text and replace each run of other characters than letters and digits by one space."""
    return " ".join(words_of(text))
