"""Compiled from `_phrases.pyx`."""

from collections.abc import Container

def longest_phrases(
    words: list[str], lengths: dict[str, tuple[int, ...]], phrases: Container[str]
) -> list[tuple[int, int, str]]: ...
