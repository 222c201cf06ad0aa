"""Finds texts by the beginnings of their words."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

WORD = re.compile(r"[a-z0-9]+")  # of a text in lower case


class WordIndex:
    """Rows of texts by the words in them.

    Args:
        texts: Text i has row i.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        rows: dict[str, set[int]] = {}
        for row, text in enumerate(texts):
            for word in WORD.findall(text.lower()):
                rows.setdefault(word, set()).add(row)
        self._rows = rows
        self._sorted_words = sorted(rows)

    def rows(self, prefix: str) -> set[int]:
        """Rows of the texts that contain a word with the given beginning."""
        first = bisect_left(self._sorted_words, prefix)
        end = bisect_left(self._sorted_words, prefix + "\x7f")  # sorts after every ASCII letter and digit
        return set().union(*(self._rows[word] for word in self._sorted_words[first:end]))
