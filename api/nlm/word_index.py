"""Which texts hold words with a given beginning."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

WORD = re.compile(r"[a-z0-9]+")


class WordIndex:
    """Which texts hold a word that begins in some way.

    Args:
        texts: Row i is text i.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        rows: dict[str, set[int]] = {}
        for row, text in enumerate(texts):
            for word in WORD.findall(text.lower()):
                rows.setdefault(word, set()).add(row)
        self._rows = rows
        self._words = sorted(rows)

    def rows(self, start: str) -> set[int]:
        """Rows of the texts that hold a word beginning with `start`."""
        first = bisect_left(self._words, start)
        last = bisect_left(self._words, start + "\x7f")  # words are ASCII letters and digits
        return set().union(*(self._rows[word] for word in self._words[first:last]))
