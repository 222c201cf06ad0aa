"""Remembering what was worked out for a word, without keeping the word."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def memoized(function: Callable[[str], T], most: int) -> Callable[[str], T]:
    """A function that works out each word once.

    A word is known by its hash, which differs from process to process, since it may be a patient's; what the
    function gives must not hold it either. When `most` words are kept, all are forgotten.
    """
    kept: dict[int, T] = {}

    def looked_up(word: str) -> T:
        key = hash(word)
        try:
            return kept[key]
        except KeyError:
            found = function(word)
        if len(kept) >= most:
            kept.clear()
        kept[key] = found
        return found

    return looked_up
