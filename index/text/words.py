"""Normalisation and words, the same for descriptors and for queries."""

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
    """The words of a descriptor or lexicon text, cached; not for users' texts, which must not be stored."""
    return tuple(words(normalise(text)))


def lengths_by_first(phrases: Iterable[Sequence[str]]) -> dict[str, tuple[int, ...]]:
    """For each first word of a phrase, the lengths in words of the phrases that begin so, longest first."""
    by_first: dict[str, set[int]] = {}
    for phrase in phrases:
        by_first.setdefault(phrase[0], set()).add(len(phrase))
    return {first: tuple(sorted(lengths, reverse=True)) for first, lengths in by_first.items()}
