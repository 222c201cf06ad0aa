"""Spelling correction: the known word that a misspelt one most likely stands for, and how far it is away."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from index.text.letter_costs import LETTERS_PER_COST, cost_of_change, is_slip, letters_of, sound

MIN_SIMILARITY = 82  # per cent (rapidfuzz ratio); less similar words are different words
SHORT_SIMILARITY = 80  # per cent, of short words: five letters of which two have changed places
MIN_LETTERS = 5  # shorter words are similar to too many others
MAX_COMPARED = 8  # known words whose changes are weighed
SHORT = 6  # letters; one letter is read as another in such a word only as a slip to a key beside it
SHORTENED = 0.6  # cost by which a known word must be nearer that is itself an abbreviation
TWO_TYPO_LETTERS = 9  # a word of so many letters may be two letters longer or shorter than the known one
MIN_LEAD = 0.25  # by which a name must be nearer than the next one
SAME_WORD_LETTERS = 5  # words that begin with so many equal letters are forms of one word

_ALL_LIMITS = {5: 0.8, 6: 0.8, 7: 1.0, 8: 1.1, 9: 1.1, 10: 1.4, 11: 1.4}
_NAME_LIMITS = {5: 0.8, 6: 0.8, 7: 0.8, 8: 1.0, 9: 1.0, 10: 1.35, 11: 1.35}
MAX_COST = 1.5  # of words with more letters
_OTHER_FIRST = {
    "c": "ks",
    "k": "c",
    "s": "cp",
    "f": "p",
    "p": "f",
    "x": "z",
    "z": "x",
    "j": "g",
    "g": "j",
    "q": "k",
}
"""First letters that sound like another one."""


class Mending(NamedTuple):
    """The known word that a misspelt one is read as.

    Attributes:
        word: The known word.
        cost: Changed letters; one that is easily mistaken counts less than 1.
        name: Whether the known word is a name.
    """

    word: str
    cost: float
    name: bool


class Spelling:
    """Known words by first letter and length, with their letters as bits.

    Most known words that begin like a misspelt one have too many other letters. Their bits lie side by side
    and tell it, so that the words themselves, which lie anywhere in memory, are left alone.
    """

    def __init__(
        self, known: Iterable[str], is_name: Callable[[str], bool], is_short_form: Callable[[str], bool]
    ) -> None:
        """Take the known words, which of them are names that stand in few codes, and which abbreviations."""
        self._is_name = is_name
        self._is_short_form = is_short_form
        self._words = sorted([word for word in known if _can_be_mended(word)], key=_place)
        self._places = list(map(_place, self._words))
        self._letters = np.array(list(map(letters_of, self._words)), np.uint64)

    def nearest(self, word: str) -> Mending | None:
        """The known word that a misspelt one stands for, or None.

        A name must be nearer than another word, and no other name may be about as near: reading a drug's
        name as another drug's is worse than not knowing it.
        """
        if not _can_be_mended(word):
            return None
        mendings = sorted(self._weighed(word), key=self._order)
        best = next((mending for mending in mendings if mending.cost <= limit(word, mending.name)), None)
        if best is None or (best.name and self._rival(best, mendings)):
            return None
        return best

    def _order(self, mending: Mending) -> tuple[float, str]:
        """Sorts mendings, the likeliest first."""
        return mending.cost + SHORTENED * self._is_short_form(mending.word), mending.word

    def _weighed(self, word: str) -> list[Mending]:
        """The most similar known words with the cost of reading the word as each of them."""
        from rapidfuzz import fuzz, process  # slow to import; most texts need no correction

        differing = int((2 * len(word) + _reach(word)) * (100 - MIN_SIMILARITY) / 100)
        near = process.extract(
            word,
            self._group(word[0], word, differing),
            scorer=fuzz.ratio,
            score_cutoff=SHORT_SIMILARITY if len(word) <= SHORT else MIN_SIMILARITY,
            limit=MAX_COMPARED,
        )
        known = [other for other, _, _ in near]
        for first in _OTHER_FIRST.get(word[0], ""):
            alike = self._group(first, word, int(MAX_COST * LETTERS_PER_COST))
            own = sound(word) if alike else ""
            known += [other for other in alike if sound(other) == own]
        if len(word) <= SHORT:
            like = [other for other in known if len(other) != len(word) or self._like(word, other)]
            slips = len(word) == SHORT and not like
            known = [other for other in known if is_slip(word, other)] if slips else like
        return [
            Mending(
                other,
                cost_of_change(word, other),
                self._is_name(other),
            )
            for other in known
        ]

    @staticmethod
    def _like(word: str, other: str) -> bool:
        """Whether two short words of one length have equal letters in another order, or sound alike."""
        return sorted(word) == sorted(other) or (len(word) == SHORT and sound(word) == sound(other))

    def _group(self, first: str, word: str, differing: int) -> list[str]:
        """Known words with a first letter, about the length of a word, and not too many other letters."""
        reach = _reach(word)
        start = bisect_left(self._places, (first, len(word) - reach))
        stop = bisect_left(self._places, (first, len(word) + reach + 1), start)
        bits = self._letters[start:stop] ^ np.uint64(letters_of(word))
        return [self._words[start + i] for i in np.flatnonzero(np.bitwise_count(bits) <= differing)]

    @staticmethod
    def _rival(best: Mending, mendings: Iterable[Mending]) -> bool:
        """Whether another name is about as near and not a form of the same word."""
        return any(
            other.name
            and other.cost < best.cost + MIN_LEAD
            and other.word[:SAME_WORD_LETTERS] != best.word[:SAME_WORD_LETTERS]
            for other in mendings
            if other.word != best.word
        )


def _can_be_mended(word: str) -> bool:
    """Whether a word is long enough and has letters only."""
    return len(word) >= MIN_LETTERS and word.isascii() and word.isalpha()


def _place(word: str) -> tuple[str, int]:
    """First letter and length of a word."""
    return word[0], len(word)


def _reach(word: str) -> int:
    """How many letters longer or shorter a word may be than the known one."""
    return 2 if len(word) >= TWO_TYPO_LETTERS else 1


def limit(word: str, name: bool) -> float:
    """The largest cost at which a word is read as another; less for names, more for long words."""
    return (_NAME_LIMITS if name else _ALL_LIMITS).get(len(word), MAX_COST)
