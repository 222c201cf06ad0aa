"""Whole words for a word that is not finished: those of the descriptors, by how many codes have them."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable

from index.text.words import cut

MIN_CHARACTERS = 3  # a shorter beginning fits too many words
MIN_CODES = 2
COMPLETIONS = 5


class Completer:
    """Completes words from the descriptors of some codes. Safe to use from several threads."""

    def __init__(self, descriptors: Iterable[str]) -> None:
        codes = Counter(word for text in descriptors for word in set(cut(text)) if word.isalpha())
        self._codes = {word: count for word, count in codes.items() if count >= MIN_CODES}
        self._words = sorted(self._codes)

    def complete(self, beginning: str) -> tuple[str, ...]:
        """At most `COMPLETIONS` words that begin so, those of most codes first; the word itself may be one.

        Args:
            beginning: One word in lower case; shorter than `MIN_CHARACTERS` it has no completions.
        """
        if len(beginning) < MIN_CHARACTERS:
            return ()
        start = bisect_left(self._words, beginning)
        found = []
        for word in self._words[start:]:
            if not word.startswith(beginning):
                break
            found.append(word)
        return tuple(sorted(found, key=lambda word: (-self._codes[word], word))[:COMPLETIONS])
