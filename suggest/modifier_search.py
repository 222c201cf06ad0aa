"""Finding modifiers by their two characters or by words of their descriptors."""

from __future__ import annotations

from collections.abc import Sequence

from index.code_systems import MODIFIER
from index.records import Modifier
from index.text.words import cut, normalise, words

MIN_BEGINNING = 3  # a shorter word must be a whole word of the descriptor


def find_modifiers(modifiers: Sequence[Modifier], text: str) -> tuple[Modifier, ...]:
    """The modifiers for a text, best first; empty if none has all of its words.

    The modifier that the text is comes first, then those whose descriptor has the words one behind the other,
    then the others, shorter descriptors before longer ones. A word may be the beginning of a longer one.

    Args:
        modifiers: Those of a release.
        text: Two characters, or words.
    """
    named = text.strip().upper()
    asked = list(words(normalise(text)))
    if not asked:
        return ()
    exact = [one for one in modifiers if one.modifier == named] if MODIFIER.fullmatch(named) else []
    found = [one for one in modifiers if one not in exact and _has_all(one, asked)]
    phrase = f" {' '.join(asked)}"
    found.sort(key=lambda one: (phrase not in _phrase(one), len(one.long_description), one.modifier))
    return (*exact, *found)


def _words(one: Modifier) -> tuple[str, ...]:
    return (*cut(one.long_description), *cut(one.short_description))


def _phrase(one: Modifier) -> str:
    return f" {' '.join(_words(one))}"


def _has_all(one: Modifier, asked: Sequence[str]) -> bool:
    held = _words(one)
    return all(
        any(word == other or (len(word) >= MIN_BEGINNING and other.startswith(word)) for other in held)
        for word in asked
    )
