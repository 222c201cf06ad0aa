"""How any text, a descriptor or a query, is cut into words: one way for both sides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

TEXT_VERSION = 1
"""Part of the template version in the manifest: vectors made under another cutting are not reused."""

_LETTERS = re.compile(r"[a-z]+(?: [a-z]+)*")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_DIGIT = re.compile(r"[0-9]")
_FOREIGN = re.compile(r"[^a-z0-9.%/&+<>=' -]+")
_NUMBER_UNIT = re.compile(
    r"(\d)(mg|mcg|gm|g|ml|cc|units|unit|u|iu|meq|mci|uci|kg|l|mm|cm|fr|in|oz|hr|min|mmol|ea|ga|lb|lbs|vl)\b"
)
_LONE_DOT = re.compile(r"(?<!\d)\.(?!\d)|\.(?=\s|$)")
_WORD = re.compile(r"[a-z0-9.%]+")
_VOWELS = str.maketrans("", "", "aeiouy")
_DOUBLED = re.compile(r"(.)\1")


def normalise(text: str) -> str:
    """Lower case, thousands joined (`1,000` -> `1000`), a number parted from its unit (`250MG` -> `250 mg`).

    Characters that no descriptor uses become blanks, so the result may be empty.
    """
    if _LETTERS.fullmatch(text):
        return text
    found = text.lower()
    if "," in found:
        found = _THOUSANDS.sub("", found)
    found = _FOREIGN.sub(" ", found)
    if _DIGIT.search(found):
        found = _NUMBER_UNIT.sub(r"\1 \2", found)
    if "." in found:
        found = _LONE_DOT.sub(" ", found)
    return " ".join(found.split())


@lru_cache(1 << 16)
def normalised(text: str) -> str:
    """`normalise` of a descriptor or lexicon text, remembered; not for what a user typed."""
    return normalise(text)


def words(normalised: str) -> list[str]:
    """The words of a normalised text, in order: runs of letters, digits, `.` and `%`."""
    return _WORD.findall(normalised)


@lru_cache(1 << 16)
def cut(text: str) -> tuple[str, ...]:
    """The words of a descriptor or lexicon text, remembered; not for what a user typed."""
    return tuple(words(normalise(text)))


def lengths_by_first(phrases: Iterable[Sequence[str]]) -> dict[str, tuple[int, ...]]:
    """For each word that begins a phrase, how many words such phrases have, the most first."""
    found: dict[str, set[int]] = {}
    for phrase in phrases:
        found.setdefault(phrase[0], set()).add(len(phrase))
    return {first: tuple(sorted(lengths, reverse=True)) for first, lengths in found.items()}


def skeleton(word: str) -> str:
    """A word without its vowels and doubled letters, as charge lines clip it: wheelchair -> whlchr."""
    return _DOUBLED.sub(r"\1", word[:1] + word[1:].translate(_VOWELS))
