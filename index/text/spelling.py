"""Spelling correction: the known word most similar to a misspelt one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

MIN_SIMILARITY = 84  # per cent (rapidfuzz ratio); less similar words are different words
MIN_LETTERS = 5  # shorter words are similar to too many others


class Spelling:
    """Known words grouped by first letter and length, so that a word is compared with few of them."""

    def __init__(self, known: Iterable[str]) -> None:
        self._groups: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in known:
            if word.isalpha() and len(word) >= MIN_LETTERS:
                for length in (len(word) - 1, len(word), len(word) + 1):
                    self._groups[word[0], length].append(word)

    def nearest(self, word: str) -> str | None:
        """The most similar known word of the same first letter and about the same length, or None."""
        if len(word) < MIN_LETTERS or not word.isalpha():
            return None
        from rapidfuzz import fuzz, process  # slow to import; most texts need no correction

        candidates = self._groups.get((word[0], len(word)), ())
        best = process.extractOne(word, candidates, scorer=fuzz.ratio, score_cutoff=MIN_SIMILARITY)
        return None if best is None else best[0]
