"""The words that say what a thing is, before those that say what it is for or comes with."""

from __future__ import annotations

from collections.abc import Sequence

_ENDS = frozenset(
    (
        *("for", "with", "w", "without", "wo", "used", "use", "each", "ea", "per", "including", "includes"),
        *("that", "which", "when", "to", "from", "by", "if"),
    )
)


def head_length(words: Sequence[str]) -> int:
    """How many words stand before the first "for", "with", "each" or the like; all if none do.

    "Battery for wheelchair" has the head "battery", "wheelchair battery" is all head.
    """
    if _ENDS.isdisjoint(words):  # most texts
        return len(words)
    for i, word in enumerate(words):
        if i and word in _ENDS:
            return i
    return len(words)
