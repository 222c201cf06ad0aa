"""Acceptable codes as people write them: one, a list, or a range."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from index.code_systems import CODE_SYSTEMS

NO_CODE = (
    "NONE"  # what a spreadsheet says where no code fits; an empty cell means that nobody has labelled it
)

_RANGE = re.compile(r"^([A-Z]?\d{4,5}[A-Z]?)\s*(?:-|\u2013|\u2014|\bTO\b|\bTHRU\b)\s*([A-Z]?\d{4,5}[A-Z]?)$")
_SEPARATORS = re.compile(r"[;,|/\n]+|\s+\bOR\b\s+|\s+\bAND\b\s+")
_SPREAD = re.compile(r"\s*(?:-|\u2013|\u2014|\bTO\b|\bTHRU\b)\s*")


class CodeTextError(ValueError):
    """A cell of codes is not codes; the message never repeats free text."""


def is_code(text: str) -> bool:
    """Whether a text has the form of a Level I or Level II code, in upper case."""
    return any(system.matches(text) for system in CODE_SYSTEMS)


def parse_codes(text: str | Iterable[str], known: Sequence[str] | None = None) -> tuple[str, ...]:
    """The codes of a cell such as `A4253; A4259` or `L3140-L3170`, in the order written, each once.

    Args:
        text: A cell, or the strings of a JSON list; case and blanks do not matter.
        known: Codes of the release, ascending. A range stands for those of them between its ends, both
            included. Without it a range stands for every number between its ends.

    Returns:
        Upper-case codes; empty where the cell says `NONE` or the list is empty, meaning that no code fits.

    Raises:
        CodeTextError: If a part is no code, or a range is the wrong way round or holds no code.
    """
    parts = [text] if isinstance(text, str) else list(text)
    found: list[str] = []
    for part in parts:
        tidy = _SPREAD.sub("-", part.strip().upper())
        for piece in _SEPARATORS.split(tidy):
            for word in piece.split():
                if word != NO_CODE:
                    found += _expand(word, known)
    return tuple(dict.fromkeys(found))


def _expand(word: str, known: Sequence[str] | None) -> list[str]:
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
