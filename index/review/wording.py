"""What the descriptors of a release say, as word stems: the ground that lexicon entries are held against."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import Stemmer

from index.records import Record
from index.text.words import cut

MIN_BEGINNING = 4  # letters; a shorter beginning is no sign that two words are the same
_PLAIN_TEXT = """
a an and any as at by each for from if in includes including is it less mg mcg more not of on one
only or other otherwise per specified than that the this to type types unit up use used when which
with without device supply supplies system item service services applicable
"""
PLAIN = frozenset(_PLAIN_TEXT.split())
"""Words that say nothing about which code is meant."""

_DRUG = re.compile(
    r"^(?:injection|inj|inhalation solution)\W+([a-z][a-z-]+(?: [a-z][a-z-]+)?)", re.IGNORECASE
)
_SALTS = {"human", "recombinant", "sodium", "liposomal", "pegylated", "hydrochloride", "conjugated"}


class Wording:
    """The stems of each code's descriptors.

    Attributes:
        records: Code -> record, ended ones too.
        stems: Code -> stems of both descriptors, without plain words.
        codes_with: Stem -> active codes whose descriptors contain it.
    """

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = {record.code: record for record in records}
        self._stem = Stemmer.Stemmer("english").stemWord
        self.stems = {
            record.code: self.stems_of(f"{record.long_description} {record.short_description}")
            for record in records
        }
        self.codes_with: dict[str, set[str]] = defaultdict(set)
        for code, stems in self.stems.items():
            if self.active(code):
                for stem in stems:
                    self.codes_with[stem].add(code)
        self.frequency = Counter({stem: len(codes) for stem, codes in self.codes_with.items()})

    def active(self, code: str) -> bool:
        """Whether the release has a code and gives it no end."""
        return code in self.records and self.records[code].effective_to is None

    def stems_of(self, text: str) -> frozenset[str]:
        """The stems of a text without plain words, numbers and single letters."""
        words = (word for word in cut(text) if word not in PLAIN and len(word) > 1 and not word.isdigit())
        return frozenset(self._stem(word) for word in words)

    def known_stems(self, text: str) -> frozenset[str]:
        """The stems of a text that some active code's descriptors contain."""
        return frozenset(stem for stem in self.stems_of(text) if self.frequency[stem])

    def share(self, code: str, stems: frozenset[str]) -> float:
        """Share of some stems that a code's descriptors contain."""
        return sum(self.has(code, stem) for stem in stems) / len(stems)

    def has(self, code: str, stem: str) -> bool:
        """Whether a code's descriptors contain a stem, or one that begins with it or that it begins with."""
        return stem in self.stems[code] or any(_alike(stem, other) for other in self.stems[code])

    def substance(self, code: str) -> str:
        """The first word of a drug's name in "Injection, NAME, ..."; empty for other descriptors."""
        match = _DRUG.match(self.records[code].long_description)
        names = [name for name in match[1].lower().split() if name not in _SALTS] if match else []
        return names[0] if names else ""

    def codes_saying(self, stems: Iterable[str]) -> set[str]:
        """Active codes whose descriptors contain all stems."""
        found = [self.codes_with.get(stem, set()) for stem in stems]
        return set.intersection(*found) if found else set()


def _alike(first: str, second: str) -> bool:
    short, long = sorted((first, second), key=len)
    return len(short) >= MIN_BEGINNING and long.startswith(short)
