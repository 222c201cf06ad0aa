"""Terms of the lexicon and of name lists found in a text, and what they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import chain

import msgspec

from index.text.lexicon import Entry, broad, codes_of
from index.text.names import Name
from index.text.phrases import longest_phrases
from index.text.spelling import Spelling
from index.text.words import cut, lengths_by_first, normalise, words

LONGEST_TERM = 8  # words
MOST_MEANINGS = 2  # of one term that are followed
MOST_CODES = 40  # a term that stands for more codes than this says nothing about which


class Meaning(msgspec.Struct, frozen=True):
    """What one term stands for, over all facts that name it.

    Attributes:
        term: As the lexicon or list writes it.
        means: The field's words, each wording once.
        words: Of the first `MOST_MEANINGS` wordings, each once.
        rows: Catalogue rows of the codes it points to, best first.
        kinds: Kinds of the lexicon entries, or the names of the lists.
        listed: A list of product names that a user downloaded holds it.
    """

    term: str
    means: tuple[str, ...]
    words: tuple[str, ...]
    rows: tuple[int, ...]
    kinds: tuple[str, ...]
    listed: bool = False


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
        self._codes = codes
        self._rows = {code: row for row, code in enumerate(codes)}
        self._entries: dict[str, list[Entry | Name]] = {}
        for entry in lexicon:
            self._add(entry, len(codes_of(entry, codes)) if broad(entry) else len(entry.codes))
        for name in names:
            if name.code in self._rows:
                self._add(name, 1)
        self._meanings: dict[str, Meaning] = {}
        terms = [key.split(" ") for key in self._entries]
        self._lengths = lengths_by_first(terms)
        self._mentioned = set(chain.from_iterable(terms))

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(sorted(self._mentioned))

    def _add(self, entry: Entry | Name, codes: int) -> None:
        key = _key(entry.term)
        if key and key.count(" ") < LONGEST_TERM and codes <= MOST_CODES:
            self._entries.setdefault(key, []).append(entry)

    def _meaning(self, key: str) -> Meaning:
        """What a term stands for; put together when it is first met, as few of the terms ever are."""
        known = self._meanings.get(key)
        if known is None:
            entries = self._entries[key]
            rows = chain.from_iterable(self._rows_of(entry) for entry in entries)
            means = tuple(
                dict.fromkeys(
                    chain.from_iterable(entry.means for entry in entries if isinstance(entry, Entry))
                )
            )
            kinds = (entry.kind if isinstance(entry, Entry) else entry.source for entry in entries)
            known = self._meanings[key] = Meaning(
                entries[0].term,
                means,
                tuple(dict.fromkeys(chain.from_iterable(map(cut, means[:MOST_MEANINGS])))),
                tuple(dict.fromkeys(rows)),
                tuple(dict.fromkeys(kinds)),
                any(isinstance(entry, Name) for entry in entries),
            )
        return known

    def _rows_of(self, entry: Entry | Name) -> list[int]:
        codes = codes_of(entry, self._codes) if isinstance(entry, Entry) else [entry.code]
        return [self._rows[code] for code in codes]

    def mentions(self, word: str) -> bool:
        """Whether a word is, or is part of, a known term."""
        return word in self._mentioned

    def nearest(self, word: str) -> str | None:
        """The word of a known term that a misspelt word most resembles, or None."""
        return self._spelling.nearest(word)

    def find(self, found: list[str]) -> list[Hit]:
        """Terms in a text.

        Args:
            found: The text's words in order, as `index.text.words.words` cuts them.

        Returns:
            Hits in order, without overlap.
        """
        phrases = longest_phrases(found, self._lengths, self._entries)
        return [Hit(start, stop, self._meaning(key)) for start, stop, key in phrases]


def _key(term: str) -> str:
    """The words of a term, joined by blanks."""
    normalised = normalise(term)
    return normalised if normalised.replace(" ", "").isalnum() else " ".join(words(normalised))


def added_words(found: Sequence[str], hits: Sequence[Hit]) -> list[str]:
    """Words that the terms in a text stand for and that it does not have itself, each once, in order."""
    if not hits:
        return []
    own = set(found)
    meant = dict.fromkeys(chain.from_iterable([hit.meaning.words for hit in hits]))
    return [word for word in meant if word not in own]
