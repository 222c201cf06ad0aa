"""What each code is, by the head noun of its description: "walk" means walkers before grips for walkers.

The head noun is the last word of the first phrase: "wheelchair" in "Standard wheelchair, with ...", "walker"
in "Walker, rigid". A drug that is injected is the first word of the second phrase.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.nlm.columns import AFTER_WORDS, WORD, Column
from index.records import Record
from index.text.heads import head_length
from suggest.measures import is_measure

HEAD, FIRST, PHRASE, ELSEWHERE = range(4)
"""Where the last typed word was found: as head noun, as first word, in the first phrase, or elsewhere."""
COMMON = 0.2  # of the codes with the commonest completion: "oxy" is oxygen before oxytocin

_ASIDE = re.compile(r"\([^)]*\)?")
_PHRASES = re.compile(r"[,;:]| - ")
_SAYS_HOW = frozenset({"injection", "infusion", "injectable"})
_ENDS = frozenset({"of", "administered", "furnished", "provided", "through", "as", "in", "on"})
_AMOUNT = re.compile(r"\d.*|mg|mcg|ml|gm?|cc|units?|unit|dose|mci|sq|cm|inch(?:es)?|up|or|less")


class Phrase(NamedTuple):
    """The first phrase of a description: its words in lower case, and its head noun; empty without words."""

    words: tuple[str, ...]
    head: str


def first_phrase(description: str) -> Phrase:
    """The words that say what a code is."""
    phrases = [WORD.findall(phrase) for phrase in _PHRASES.split(_ASIDE.sub(" ", description.lower()))]
    phrases = [phrase for phrase in phrases if phrase]
    if not phrases:
        return Phrase((), "")
    injected = len(phrases) > 1 and _SAYS_HOW.issuperset(phrases[0])
    words = phrases[1] if injected else phrases[0]
    words = words[: head_length(words)]
    ends = [at for at, word in enumerate(words) if at and word in _ENDS]
    words = words[: ends[0]] if ends else words
    while len(words) > 1 and _AMOUNT.fullmatch(words[-1]):
        words = words[:-1]
    return Phrase(tuple(words), words[0] if injected else words[-1])


class Heads:
    """The first phrase of every record's description.

    Args:
        records: In the order of the rows.
    """

    def __init__(self, records: Sequence[Record]) -> None:
        texts = [record.long_description or record.short_description for record in records]
        phrases = [first_phrase(text) for text in texts]
        self._phrase = Column(" ".join(phrase.words) for phrase in phrases)
        counts = Counter(word for text in texts for word in set(WORD.findall(text.lower())))
        self._words = sorted(counts)
        self._counts = np.array([counts[word] for word in self._words], dtype=np.int64)
        number = {word: at for at, word in enumerate(self._words)}
        firsts = (phrase.words[0] if phrase.words else "" for phrase in phrases)
        # Numbers of words in sorted order, so that those with one beginning follow each other.
        self._first = np.array([number.get(word, -1) for word in firsts], dtype=np.int64)
        self._head = np.array([number.get(phrase.head, -1) for phrase in phrases], dtype=np.int64)
        self._measure = np.array([is_measure(record) for record in records], dtype=bool)

    def places(self, words: Sequence[str]) -> NDArray[Any]:
        """Where the last typed word stands in each record: `HEAD` to `ELSEWHERE`, int8 (records,).

        The words before it must be in the first phrase too. A head noun counts as one if it is a common
        completion of what was typed, and in no code of a quality measure.
        """
        *others, last = words
        within = self._phrase.prefix(last)
        for word in others:
            within = within & self._phrase.prefix(word)
        within &= ~self._measure
        start = bisect_left(self._words, last)
        end = bisect_left(self._words, last + AFTER_WORDS, lo=start)
        most = self._counts[start:end].max(initial=0)
        common = np.append(self._counts >= COMMON * most, False)  # the last for no head
        places = np.where(within, np.int8(PHRASE), np.int8(ELSEWHERE))
        places[within & (start <= self._first) & (self._first < end)] = FIRST
        places[within & (start <= self._head) & (self._head < end) & common[self._head]] = HEAD
        return places
