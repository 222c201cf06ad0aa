"""Which words of a text it denies: "without X", "w/o X", "non-X", "no X", "X free", "X not included"."""

from __future__ import annotations

from collections.abc import Sequence

STATED = 0
DENIED = 1
OPEN = 2
"""Both are meant ("with or without X"), or the word stands far behind the one that denies."""

_FAR = {
    *(("without",), ("w", "o"), ("wo",), ("w", "out"), ("with", "out"), ("denies",), ("lacking",)),
    *(("excluding",), ("excludes",), ("except",), ("other", "than"), ("rather", "than"), ("instead", "of")),
    *(("substitute", "for"), ("sub", "for"), ("in", "place", "of")),
    *(("declines",), ("refuses",)),
}
"""Words that deny the two that follow; a third is open."""

_NEAR = {("non",), ("no",), ("not",), ("owns",), ("has", "own"), ("have", "own")}
"""Words that deny the one that follows; what a patient owns is not asked for."""

_REACH = dict.fromkeys(_FAR, 2) | dict.fromkeys(_NEAR, 1)

_NOT_WANTED = frozenset(
    (
        *("included", "incl", "inc", "needed", "wanted", "required", "req", "necessary"),
        *("supplied", "provided", "requested"),
    )
)
"""Words that deny, behind "not", what stands before it: "mattress not included"."""

_FIRSTS = frozenset(marker[0] for marker in (*_FAR, *_NEAR)) | {"free"}
_FILLERS = frozenset(("a", "an", "the", "any", "all", "of", "or", "and", "nor"))
_ENDS = frozenset(
    (
        *("with", "w", "without", "wo", "for", "each", "ea", "per", "in", "on", "by", "to", "at", "from"),
        *("when", "used", "use", "including", "includes", "only", "plus", "is", "are", "as", "than"),
        *("followed", "fol", "other"),
    )
)
"""Words behind which nothing is denied any more."""


def polarity(words: Sequence[str]) -> list[int]:
    """`STATED`, `DENIED` or `OPEN` for each word.

    Args:
        words: Words in order, as `index.text.words.words` returns them.
    """
    marks = [STATED] * len(words)
    if _FIRSTS.isdisjoint(words):
        return marks
    for i, word in enumerate(words):
        if word not in _FIRSTS:
            continue
        if word == "free" and i and words[i - 1] not in _ENDS | _FILLERS:
            marks[i - 1] = DENIED
            continue
        if word == "not" and _NOT_WANTED.intersection(words[i + 1 : i + 2]):
            before = i - 2 if i and words[i - 1] in ("is", "are", "was", "were") else i - 1
            if before >= 0:
                marks[before] = DENIED
            continue
        width, reach = _marker(words, i)
        if width:
            mark = OPEN if reach == 2 and _both_meant(words, i) else DENIED
            marks[i] = OPEN if mark == OPEN else marks[i]
            _deny(words, marks, i + width, reach, mark)
    return marks


def _marker(words: Sequence[str], i: int) -> tuple[int, int]:
    """Words of the marker that begins at position i, and how many words behind it are denied; 0 for none."""
    for width in (3, 2, 1):
        reach = _REACH.get(tuple(words[i : i + width]))
        if reach is not None:
            return width, reach
    return 0, 0


def _both_meant(words: Sequence[str], i: int) -> bool:
    """Whether "with" or "with or" stands before the marker at position i."""
    before = i - 1 if i and words[i - 1] not in ("or", "and") else i - 2
    return before >= 0 and words[before] in ("with", "w")


def _deny(words: Sequence[str], marks: list[int], start: int, reach: int, mark: int) -> None:
    """Mark the words from `start`: `reach` of them with `mark`, and after two one more as open."""
    left = reach
    for i in range(start, len(words)):
        word = words[i]
        if word in _ENDS or word[0].isdigit():
            return
        if word in _FILLERS:
            continue
        marks[i] = mark if left else OPEN
        if not left or reach == 1:
            return
        left -= 1
