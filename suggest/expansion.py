"""Terms of the lexicon and of name lists found in a text, and what they stand for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec
from rapidfuzz import fuzz, process

from index.lexicon import Entry, codes_of
from index.names import Name
from index.words import normalise, words
from index.wordtable import LEAST_ALIKE

LONGEST_TERM = 8  # words
MOST_CODES = 40  # a term that stands for more codes than this says nothing about which


class Meaning(msgspec.Struct, frozen=True):
    """What one term stands for, over all facts that name it.

    Attributes:
        term: As the lexicon or list writes it.
        means: The field's words, each wording once.
        rows: Catalogue rows of the codes it points to, best first.
        kinds: Kinds of the lexicon entries, or the names of the lists.
    """

    term: str
    means: tuple[str, ...]
    rows: tuple[int, ...]
    kinds: tuple[str, ...]


class Hit(msgspec.Struct, frozen=True):
    """A term found in a text: words `start` to `stop` of it."""

    start: int
    stop: int
    meaning: Meaning


class Expander:
    """Finds the longest known terms in a text, left to right, without overlap."""

    def __init__(self, lexicon: Sequence[Entry], names: Sequence[Name], codes: Sequence[str]) -> None:
        """Index the terms.

        Args:
            lexicon: Facts on how people write.
            names: Product names that a user downloaded.
            codes: Codes of the catalogue, ascending; a row is a position in it.
        """
        rows = {code: row for row, code in enumerate(codes)}
        self._meanings: dict[str, Meaning] = {}
        for entry in lexicon:
            self._add(entry.term, entry.means, [rows[code] for code in codes_of(entry, codes)], entry.kind)
        for name in names:
            if name.code in rows:
                self._add(name.term, (), [rows[name.code]], name.source)
        self._longest: dict[str, int] = {}
        self._mentioned: set[str] = set()
        for key in self._meanings:
            parts = key.split(" ")
            self._longest[parts[0]] = max(self._longest.get(parts[0], 0), len(parts))
            self._mentioned.update(parts)
        self._alike: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in sorted(self._mentioned):
            if word.isalpha() and len(word) > 4:
                for length in (len(word) - 1, len(word), len(word) + 1):
                    self._alike[word[0], length].append(word)

    def _add(self, term: str, means: Iterable[str], rows: Sequence[int], kind: str) -> None:
        key = " ".join(words(normalise(term)))
        if not key or key.count(" ") >= LONGEST_TERM or len(rows) > MOST_CODES:
            return
        known = self._meanings.get(key, Meaning(term, (), (), ()))
        self._meanings[key] = Meaning(
            known.term,
            tuple(dict.fromkeys((*known.means, *means))),
            tuple(dict.fromkeys((*known.rows, *rows))),
            tuple(dict.fromkeys((*known.kinds, kind))),
        )

    def mentions(self, word: str) -> bool:
        """Whether a word is, or is part of, a known term."""
        return word in self._mentioned

    def nearest(self, word: str) -> str | None:
        """The word of a known term that a misspelt word most resembles, or None."""
        near = self._alike.get((word[0], len(word)), ())
        best = process.extractOne(word, near, scorer=fuzz.ratio, score_cutoff=LEAST_ALIKE)
        return None if best is None else best[0]

    def find(self, found: Sequence[str]) -> list[Hit]:
        """Terms in a text.

        Args:
            found: The text's words in order, as `index.words.words` cuts them.

        Returns:
            Hits in order, without overlap.
        """
        hits = []
        start = 0
        while start < len(found):
            for stop in range(min(len(found), start + self._longest.get(found[start], 0)), start, -1):
                meaning = self._meanings.get(" ".join(found[start:stop]))
                if meaning is not None:
                    hits.append(Hit(start, stop, meaning))
                    start = stop
                    break
            else:
                start += 1
        return hits
