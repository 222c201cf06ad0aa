"""Memoizing a function of a word without storing the word."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def memoized(function: Callable[[str], T], max_size: int) -> Callable[[str], T]:
    """A function that computes the result of each word once.

    A word may come from a patient's record, so only its hash is stored, which differs from process to
    process; the results must not contain the word either.

    Args:
        function: Its result depends on the word alone.
        max_size: When this many results are stored, all are dropped.
    """
    results: dict[int, T] = {}

    def look_up(word: str) -> T:
        key = hash(word)
        try:
            return results[key]
        except KeyError:
            result = function(word)
        if len(results) >= max_size:
            results.clear()
        results[key] = result
        return result

    return look_up
