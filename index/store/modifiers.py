"""The modifiers of a release: look-up by name, search by words."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from math import log
from typing import NamedTuple

import Stemmer

from index.records import Modifier
from index.text.words import normalise, words

MIN_COVERED = 0.6
"""Share of a text's words, by weight, that a modifier must have to be found."""

MIN_PREFIX = 3  # letters from which on a typed word finds the words that begin with it
PREFIX_WEIGHT = 0.8
_HEAD = re.compile(r"[^;(,]*")
"""The beginning of a description says what the modifier is; the rest are conditions."""

_SMALL = frozenset(
    ("a", "an", "and", "as", "at", "by", "for", "from", "in", "is", "of", "on", "or", "that", "the", "this")
) | {"to", "was", "when", "which", "with"}
_ALSO: dict[str, str] = {
    "LT": "lft lt",
    "RT": "rgt rt",
    "NU": "purchase purchased bought buy",
    "RR": "rent rented rntl",
    "UE": "second hand refurbished",
    "GT": "telehealth telemedicine",
    "GQ": "telehealth store forward",
    "FQ": "telehealth telephone",
}
"""Words that people use for a modifier and its description lacks."""


class _Described(NamedTuple):
    modifier: Modifier
    stems: frozenset[str]
    head: frozenset[str]


class Modifiers:
    """The modifiers of one release. Safe to use from several threads."""

    def __init__(self, modifiers: Sequence[Modifier]) -> None:
        """Take them, ascending; they are indexed when words are first searched."""
        self.all = tuple(modifiers)
        self._by_name = {modifier.modifier: modifier for modifier in self.all}

    def get(self, name: str) -> Modifier | None:
        """A modifier by its two characters, in any letter case, or None."""
        return self._by_name.get(name.strip().upper())

    def valid(self, name: str, on: date) -> Modifier | None:
        """A modifier that may be used on a date, or None."""
        found = self._by_name.get(name)
        if found is None or (found.effective_from is not None and on < found.effective_from):
            return None
        return None if found.effective_to is not None and found.effective_to < on else found

    def find(self, text: str, limit: int = 10) -> list[Modifier]:
        """Modifiers for words, best first: the one of that name, then those whose descriptions have them.

        Args:
            text: A modifier or words such as "left side".
            limit: How many at most.
        """
        named = self.get(text)
        ranked = [modifier for _, modifier in self.ranked(text)]
        found = [named, *ranked] if named else ranked
        return list({modifier.modifier: modifier for modifier in found}.values())[:limit]

    def ranked(self, text: str) -> list[tuple[float, Modifier]]:
        """Modifiers that have most of the words of a text, each with the share that it has, best first.

        Of equal shares the one comes first whose description begins with less beside these words.
        """
        typed = list(dict.fromkeys(self._stems(text)))
        if not typed:
            return []
        found = []
        for described in self._described:
            covered = sum(self._weight(stem) * _match(stem, described.stems) for stem in typed)
            share = covered / sum(map(self._weight, typed))
            if share >= MIN_COVERED:
                found.append((round(share, 4), self._beside(described, typed), described.modifier))
        found.sort(key=lambda one: (-one[0], one[1], one[2].modifier))
        return [(share, modifier) for share, _, modifier in found]

    def described(self, text: str) -> Modifier | None:
        """The modifier whose description has every word of a text, or None: the first of `ranked`, sooner."""
        typed = dict.fromkeys(self._stems(text))
        having = [self._having.get(stem, frozenset()) for stem in typed]
        found = frozenset.intersection(*having) if having else frozenset()
        if not found:
            return None
        best = min((self._beside(self._described[i], typed), self.all[i].modifier, i) for i in found)
        return self.all[best[2]]

    def _beside(self, described: _Described, typed: Iterable[str]) -> float:
        return sum(map(self._weight, described.head.difference(typed)))

    @cached_property
    def _having(self) -> dict[str, frozenset[int]]:
        """The modifiers whose descriptions have a stem, by position."""
        having = defaultdict[str, set[int]](set)
        for i, described in enumerate(self._described):
            for stem in described.stems:
                having[stem].add(i)
        return {stem: frozenset(positions) for stem, positions in having.items()}

    @cached_property
    def _stemmer(self) -> Stemmer.Stemmer:
        return Stemmer.Stemmer("english")

    def _stems(self, text: str) -> list[str]:
        kept = [word for word in words(normalise(text)) if word not in _SMALL]
        stems: list[str] = self._stemmer.stemWords(kept)
        return stems

    @cached_property
    def _described(self) -> list[_Described]:
        described = []
        for modifier in self.all:
            own = self._stems(f"{modifier.long_description} {modifier.short_description}")
            also = self._stems(_ALSO.get(modifier.modifier, ""))
            head = self._stems(_HEAD.match(modifier.long_description)[0])  # type: ignore[index]
            described.append(_Described(modifier, frozenset([*own, *also]), frozenset(head)))
        return described

    @cached_property
    def _frequency(self) -> Counter[str]:
        return Counter(stem for described in self._described for stem in described.stems)

    def _weight(self, stem: str) -> float:
        return log((len(self.all) + 1) / max(1, self._frequency[stem]))


def _match(stem: str, stems: frozenset[str]) -> float:
    if stem in stems:
        return 1.0
    if len(stem) >= MIN_PREFIX and any(other.startswith(stem) for other in stems):
        return PREFIX_WEIGHT
    return 0.0
