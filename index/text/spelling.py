"""The known word that a misspelt one most resembles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

LEAST_ALIKE = 84  # per cent; below, two spellings are two words
SHORTEST = 5  # letters; shorter words resemble too many others


class Spelling:
    """Known words by first letter and length, so that a word is compared with few of them."""

    def __init__(self, known: Iterable[str]) -> None:
        self._alike: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in known:
            if word.isalpha() and len(word) >= SHORTEST:
                for length in (len(word) - 1, len(word), len(word) + 1):
                    self._alike[word[0], length].append(word)

    def nearest(self, word: str) -> str | None:
        """The known word of the same first letter and nearly the same length that is most alike, or None."""
        if len(word) < SHORTEST or not word.isalpha():
            return None
        from rapidfuzz import fuzz, process  # here, since a text without a misspelt word need not wait for it

        near = self._alike.get((word[0], len(word)), ())
        best = process.extractOne(word, near, scorer=fuzz.ratio, score_cutoff=LEAST_ALIKE)
        return None if best is None else best[0]
