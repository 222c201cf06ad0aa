"""Reads acceptable codes as people write them: one code, a list, or a range."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from index.code_systems import CODE_SYSTEMS, DENTAL, MODIFIER

NO_CODE = "NONE"  # in a cell: no code fits. An empty cell means that the line has no label yet.

_RANGE = re.compile(r"^([A-Z]?\d{4,5}[A-Z]?)\s*(?:-|\u2013|\u2014|\bTO\b|\bTHRU\b)\s*([A-Z]?\d{4,5}[A-Z]?)$")
_SEPARATORS = re.compile(r"[;,|/\n]+|\s+\bOR\b\s+|\s+\bAND\b\s+")
_RANGE_SIGN = re.compile(r"\s*(?:-|\u2013|\u2014|\bTO\b|\bTHRU\b)\s*")


_PLACEHOLDERS = frozenset(
    ("N/A", "#N/A", "NA", "N.A.", "NULL", "NIL", "NAN", "TBD", "UNKNOWN", "NO", "-", "--", "?")
)
# What may be named in an error, because it cannot be a person's name.
_NEARLY_A_CODE = re.compile(r"[A-Z]\d{2,5}[A-Z]?")
_WITH_MODIFIERS = re.compile(r"([A-Z0-9]{5})((?:-[A-Z0-9]{2})+|[A-Z][A-Z0-9])")
UNREADABLE = "codes that cannot be read"
DENTAL_LABEL = "a CDT code as label"


class CodeTextError(ValueError):
    """A cell of codes cannot be read; the message never repeats free text.

    Attributes:
        reason: Under which such rows are counted.
    """

    def __init__(self, message: str, reason: str = UNREADABLE) -> None:
        super().__init__(message)
        self.reason = reason


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
        Upper-case codes; empty where the cell is `NONE` or the list is empty: no code fits. A code with
        modifiers (`97161-GP`, `A4253 KX`) is the code.

    Raises:
        CodeTextError: If a part is no code, a range has its higher code first or contains no code, or `NONE`
            stands beside a code.
    """
    parts = [text] if isinstance(text, str) else list(text)
    codes: list[str] = []
    none = False
    for part in parts:
        text_of_part = part.strip().upper()
        if text_of_part in _PLACEHOLDERS:
            raise _no_code(text_of_part)
        for piece in _SEPARATORS.split(_RANGE_SIGN.sub("-", text_of_part)):
            codes_of_piece, none_here = _codes_of_piece(piece.split(), known)
            codes += codes_of_piece
            none |= none_here
    if none and codes:
        raise CodeTextError(f"{NO_CODE} stands beside a code; write one or the other")
    if parts and not (none or codes):
        raise CodeTextError(f"no code is given; write {NO_CODE} where no code fits")
    return tuple(dict.fromkeys(codes))


def _codes_of_piece(words: Sequence[str], known: Sequence[str] | None) -> tuple[list[str], bool]:
    """The codes of words without a separator, and whether `NONE` is one; modifiers follow their code."""
    codes: list[str] = []
    for word in words:
        if word != NO_CODE and not (codes and MODIFIER.fullmatch(word)):
            codes += _expand(word, known)
    return codes, NO_CODE in words


def _expand(word: str, known: Sequence[str] | None) -> list[str]:
    """The codes of one code, with or without modifiers, or of one range."""
    if is_code(word):
        return [word]
    with_modifiers = _WITH_MODIFIERS.fullmatch(word)
    if with_modifiers and is_code(with_modifiers[1]):
        return [with_modifiers[1]]
    if DENTAL.match(word) and (len(word) == 5 or not word[5].isalnum()):
        raise CodeTextError(
            f"{word[:5]} is a CDT code of the American Dental Association, which is not measured",
            DENTAL_LABEL,
        )
    match = _RANGE.match(word)
    if match is None:
        raise _no_code(word)
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


def _no_code(word: str) -> CodeTextError:
    """The error of what is no code; it names words that cannot be about a person."""
    if word in _PLACEHOLDERS:
        return CodeTextError(
            f"{word} is not a code; write {NO_CODE} where no code fits, or leave the cell empty"
        )
    named = f"{word} is not a code: " if _NEARLY_A_CODE.fullmatch(word) else ""
    return CodeTextError(f"{named}the codes are not a code, a list of codes or a range such as L3140-L3170")
