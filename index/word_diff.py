"""Which words differ between two wordings."""

from __future__ import annotations

from difflib import SequenceMatcher

Pieces = tuple[tuple[str, bool], ...]


def word_diff(old: str, new: str) -> tuple[Pieces, Pieces]:
    """Both wordings in pieces, each with whether the other lacks it; joined with blanks they are whole.

    Words are what blanks divide; letter case and punctuation at their ends do not count.
    """
    before, after = old.split(), new.split()
    matcher = SequenceMatcher(
        None, [_plain(word) for word in before], [_plain(word) for word in after], False
    )
    left: list[tuple[str, bool]] = []
    right: list[tuple[str, bool]] = []
    for kind, i, j, k, m in matcher.get_opcodes():
        left += [(" ".join(before[i:j]), kind != "equal")] if j > i else []
        right += [(" ".join(after[k:m]), kind != "equal")] if m > k else []
    return tuple(left), tuple(right)


def _plain(word: str) -> str:
    return word.strip(".,;:()[]").casefold() or word
