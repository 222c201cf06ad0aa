"""What a typed code consists of, shared by texts that are lists of codes and texts with words."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

_LETTERS_FOR_DIGITS = str.maketrans("OoIiLl", "001111")


class TypedCodes(msgspec.Struct, frozen=True):
    """The codes in a text.

    Attributes:
        codes: Whole codes, upper case, in order, each once.
        prefixes: Begun codes, such as J18.
        modifiers: Two-character modifiers.
        other_codes: System ("cpt", "cdt", "icd", "ndc", "revenue") and code.
        rest: The text without them.
    """

    codes: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = ()
    other_codes: tuple[tuple[str, str], ...] = ()
    rest: str = ""


def attached(signs: str, modifiers: Collection[str]) -> list[str] | None:
    """The modifiers that a code's tail such as `-RT` or `RTKX` is made of; None if it holds anything else."""
    letters = signs.replace("-", "").replace("/", "").upper()
    parts = [letters[i : i + 2] for i in range(0, len(letters), 2)]
    return parts if all(part in modifiers for part in parts) else None


def repaired(code: str) -> str:
    """A code with digits for the letters O, I and L behind its first character, upper case."""
    return code[0].upper() + code[1:].translate(_LETTERS_FOR_DIGITS)
