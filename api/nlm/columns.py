"""The texts of one field of every record, arranged so that each kind of clause costs little.

A clause asks which rows match. Its answer is an array of booleans, one for each record. The time of an answer
is bounded by the size of the release, whatever was typed: no clause looks at each record in turn.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from fnmatch import translate

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.bool_]  # one for each record: whether it matches

WORD = re.compile(r"[a-z0-9]+")  # of a text in lower case
AFTER_WORDS = "\x7f"  # sorts after every letter and digit of ASCII
WILDCARD = re.compile(r"[*?]")


class Column:
    """One field of every record.

    Args:
        texts: Text i is that of record i; empty where the record has none.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        lowered = [text.lower() for text in texts]
        words_of = [WORD.findall(text) for text in lowered]
        rows: dict[str, list[int]] = {}
        for row, words in enumerate(words_of):
            for word in dict.fromkeys(words):
                rows.setdefault(word, []).append(row)
        self._size = len(lowered)
        self._words = sorted(rows)
        lengths = [len(rows[word]) for word in self._words]
        self._lengths = np.array(lengths, dtype=np.int64)
        self._indptr = np.concatenate(([0], np.cumsum(self._lengths)))
        self._rows = np.array([row for word in self._words for row in rows[word]], dtype=np.int64)
        self._has_words = np.array([bool(words) for words in words_of], dtype=bool)
        self._plain = [f" {' '.join(words)} " for words in words_of]
        order = sorted(range(self._size), key=lowered.__getitem__)
        self._sorted_rows = np.array(order, dtype=np.int64)
        self._sorted_texts = [lowered[row] for row in order]

    def term(self, words: Iterable[str]) -> Rows:
        """Which texts contain every word; all of them for no words."""
        matches = np.ones(self._size, dtype=bool)
        for word in dict.fromkeys(words):
            at = bisect_left(self._words, word)
            found = at < len(self._words) and self._words[at] == word
            matches &= self._any(at, at + 1) if found else self._any(0, 0)
        return matches

    def prefix(self, beginning: str) -> Rows:
        """Which texts contain a word with this beginning."""
        return self._any(*self._span(beginning)) if beginning else self._has_words.copy()

    def pattern(self, pattern: str) -> Rows:
        """Which texts contain a word that matches a pattern with `*` and `?`."""
        beginning = WILDCARD.split(pattern, maxsplit=1)[0]
        if pattern == f"{beginning}*":
            return self.prefix(beginning)
        first, end = self._span(beginning)
        matches = re.compile(translate(pattern.replace("[", "[[]"))).match
        literal = max(WILDCARD.split(pattern), key=len)  # most words lack it, and that is seen at once
        words = self._words[first:end]
        found = np.array([literal in word and matches(word) is not None for word in words], dtype=bool)
        postings = self._rows[self._indptr[first] : self._indptr[end]]
        return self._at(postings[np.repeat(found, self._lengths[first:end])])

    def phrase(self, words: Sequence[str]) -> Rows:
        """Which texts contain the words, one after the other; for no words, which texts have none."""
        if not words:
            return ~self._has_words
        phrase = f" {' '.join(words)} "
        candidates = np.flatnonzero(self.term(words))
        if len(words) == 1:
            return self._at(candidates)
        return self._at(np.array([row for row in candidates if phrase in self._plain[row]], dtype=np.int64))

    def between(
        self, low: str, high: str | None, *, includes_low: bool = True, includes_high: bool = True
    ) -> Rows:
        """Which texts are not empty and sort from `low` to `high`; None is no upper end."""
        to_low = bisect_left if includes_low else bisect_right
        to_high = bisect_right if includes_high else bisect_left
        first = max(to_low(self._sorted_texts, low), bisect_left(self._sorted_texts, "\0"))
        end = self._size if high is None else to_high(self._sorted_texts, high)
        return self._at(self._sorted_rows[first : max(first, end)])

    def exists(self) -> Rows:
        """Which texts are not empty."""
        return self.between("", None)

    def _span(self, beginning: str) -> tuple[int, int]:
        """Positions in the sorted words of those with a beginning."""
        first = bisect_left(self._words, beginning)
        return first, bisect_left(self._words, beginning + AFTER_WORDS, lo=first)

    def _any(self, first: int, end: int) -> Rows:
        """Which texts contain any of the words at these positions."""
        return self._at(self._rows[self._indptr[first] : self._indptr[end]])

    def _at(self, rows: NDArray[np.int64]) -> Rows:
        matches = np.zeros(self._size, dtype=bool)
        matches[rows] = True
        return matches
