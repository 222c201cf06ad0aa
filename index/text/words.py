"""How any text, a descriptor or a query, is cut into words: one way for both sides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from index.text._normal import normalise, skeleton, words

__all__ = ["NORMAL_FORM", "cut", "lengths_by_first", "normalise", "skeleton", "words"]

NORMAL_FORM = 1
"""Version of `normalise` and `words`. Raise it when either gives another result for any text: an index folder
holds texts, words and vectors in this form and is refused under another."""


@lru_cache(1 << 16)
def cut(text: str) -> tuple[str, ...]:
    """The words of a descriptor or lexicon text, remembered; not for what a user typed."""
    return tuple(words(normalise(text)))


def lengths_by_first(phrases: Iterable[Sequence[str]]) -> dict[str, tuple[int, ...]]:
    """For each word that begins a phrase, how many words such phrases have, the most first."""
    found: dict[str, set[int]] = {}
    for phrase in phrases:
        found.setdefault(phrase[0], set()).add(len(phrase))
    return {first: tuple(sorted(lengths, reverse=True)) for first, lengths in found.items()}
