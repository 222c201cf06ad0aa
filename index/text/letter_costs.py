"""How easily one word is written for another: weighted changes of letters, and what sounds alike."""

from __future__ import annotations

import re
from functools import lru_cache
from string import ascii_lowercase

from index.text._letter_costs import LetterCosts, letters_of

__all__ = ["LETTERS_PER_COST", "cost_of_change", "is_slip", "letters_of", "sound"]

VOWEL, DOUBLED, SWAPPED, SILENT, MISSING, ALIKE, BESIDE, OTHER = 0.5, 0.25, 0.6, 0.4, 0.8, 0.35, 0.6, 1.0
"""Costs of one change: a vowel; a doubled letter; two letters swapped; a silent letter; a consonant too
few or too many; a letter of like sound; one beside it on the keyboard; any other."""

CUT_OFF = 0.4  # cost of a word that lacks its last letters
LETTERS_PER_COST = 2 / ALIKE  # bits of `letters_of` that change for a cost of 1, at most; not where cut off
_VOWELS = frozenset("aeiouy")
_ALIKE = frozenset({"ck", "cs", "sz", "fp", "gj", "kq", "mn", "vw", "dt", "bp", "ij", "il", "xz", "ks"})
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^kn", "n"), (r"^ps", "s"), (r"^x", "z"), (r"ph", "f"), (r"ck", "k"), (r"qu?", "k"),
        (r"c(?=[eiy])", "s"), (r"c(?!h)", "k"), (r"th", "t"), (r"(?<!^)h", ""), (r"z", "s"), (r"j", "g"),
        (r"[aeiouy]+", "a"), (r"(.)\1+", r"\1"),
    )
)  # fmt: skip


def _beside() -> frozenset[str]:
    """Pairs of keys side by side in a row, or one above the other."""
    rows = [pair for row in _KEYS for pair in zip(row, row[1:], strict=False)]
    columns = [
        pair
        for upper, lower in zip(_KEYS, _KEYS[1:], strict=False)
        for pair in zip(upper, lower, strict=False)
    ]
    return frozenset("".join(sorted(pair)) for pair in rows + columns)


_NEIGHBOURS = _beside()


@lru_cache(1 << 15)
def sound(word: str) -> str:
    """What a known word sounds like, roughly; words of equal sound are often written for each other."""
    for pattern, replacement in _SOUNDS:
        word = pattern.sub(replacement, word)
    return word


def cost_of_change(typed: str, known: str) -> float:
    """The least sum of changes that make one of two different words of the other, to three places.

    Raises:
        ValueError: If a word has other characters than the letters a to z.
    """
    return CUT_OFF if known.startswith(typed) else round(_COSTS.change(typed, known), 3)


def is_slip(typed: str, known: str) -> bool:
    """Whether one letter of a word, not the first, is another one that lies beside it on the keyboard."""
    if len(typed) != len(known) or typed[0] != known[0]:
        return False
    other = ["".join(sorted(pair)) for pair in zip(typed, known, strict=True) if pair[0] != pair[1]]
    return len(other) == 1 and other[0] in _NEIGHBOURS


def _cost_of_extra(letter: str) -> float:
    """Cost of a letter that only one of the words has, and that stands beside no equal one."""
    if letter in _VOWELS:
        return VOWEL
    return SILENT if letter == "h" else MISSING


def _cost_of_letter(one: str, other: str) -> float:
    """Cost of a letter that is written for another one."""
    if one in _VOWELS and other in _VOWELS:
        return VOWEL
    pair = "".join(sorted((one, other)))
    if pair in _ALIKE:
        return ALIKE
    return BESIDE if pair in _NEIGHBOURS else OTHER


_COSTS = LetterCosts(
    [[_cost_of_letter(one, other) for other in ascii_lowercase] for one in ascii_lowercase],
    [_cost_of_extra(letter) for letter in ascii_lowercase],
    DOUBLED,
    SWAPPED,
)
