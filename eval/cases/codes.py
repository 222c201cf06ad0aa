"""Reads acceptable codes as people write them: one code, a list, or a range."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from index.code_systems import CODE_SYSTEMS

NO_CODE = "NONE"  # in a cell: no code fits. An empty cell means that the line has no label yet.

_RANGE = re.compile(r"^([A-Z]?\d{4,5}[A-Z]?)\s*(?:-|\u2013|\u2014|\bTO\b|\bTHRU\b)\s*([A-Z]?\d{4,5}[A-Z]?)$")
_SEPARATORS = re.compile(r"[;,|/\n]+|\s+\bOR\b\s+|\s+\bAND\b\s+")
_RANGE_SIGN = re.compile(r"\s*(?:-|\u2013|\u2014|\bTO\b|\bTHRU\b)\s*")


class CodeTextError(ValueError):
    """A cell of codes cannot be read; the message never repeats free text."""


def is_code(text: str) -> bool:
    """Return whether a text has the form of a Level I or Level II code, in upper case."""
    return any(system.matches(text) for system in CODE_SYSTEMS)


def parse_codes(text: str | Iterable[str], known: Sequence[str] | None = None) -> tuple[str, ...]:
    """Read the codes of a cell such as `A4253; A4259` or `L3140-L3170`, in the order written, each once.

    Args:
        text: A cell, or the strings of a JSON list; letter case and spaces do not matter.
        known: Codes of the release, ascending. A range means the codes of the release from its first to its
            last code. Without `known` a range means every number from first to last.

    Returns:
        Upper-case codes; empty where the cell is `NONE` or the list is empty: no code fits.

    Raises:
        CodeTextError: If a part is no code, or a range has its higher code first or contains no code.
    """
    parts = [text] if isinstance(text, str) else list(text)
    codes: list[str] = []
    for part in parts:
        text_of_part = _RANGE_SIGN.sub("-", part.strip().upper())
        for piece in _SEPARATORS.split(text_of_part):
            for word in piece.split():
                if word != NO_CODE:
                    codes += _expand(word, known)
    return tuple(dict.fromkeys(codes))


def _expand(word: str, known: Sequence[str] | None) -> list[str]:
    """The codes of one code or range."""
    if is_code(word):
        return [word]
    match = _RANGE.match(word)
    if match is None:
        raise CodeTextError("the codes are not a code, a list of codes or a range such as L3140-L3170")
    first, last = match[1], match[2]
    if last.isdigit() and len(last) == 4 and not first[0].isdigit():
        last = first[0] + last  # `L3140-3170`
    if not (is_code(first) and is_code(last)) or first[0] != last[0] or first > last:
        raise CodeTextError(f"{word} is not a range of codes in one section, lower code first")
    if known is None:
        return [f"{first[0]}{number:04d}" for number in range(int(first[1:]), int(last[1:]) + 1)]
    inside = list(known[bisect_left(known, first) : bisect_right(known, last)])
    if not inside:
        raise CodeTextError(f"the range {word} holds no code of this release")
    return inside
