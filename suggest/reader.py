"""What a user typed, understood: codes, words, known terms, amounts and facts."""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from index.code_systems import LEVEL_I, LEVEL_II
from index.store.terms import MEMOIZED_WORDS, TermIndex
from index.text.attributes import attributes
from index.text.memoize import memoized
from index.text.quantities import Quantity, quantities
from index.text.words import normalise, words
from suggest.answer import Correction
from suggest.expansion import Expander, Hit, added_words

LONGEST = 2000  # characters of a text that are accepted
SHORTEST_MENDED = 5  # letters of a word that may be misspelt
MOST_WORDS = 64  # of a text that take part in word matching; the encoder reads all of them
_CODE = re.compile(rf"(?<![a-z0-9.])(?:{LEVEL_II.pattern}|{LEVEL_I.pattern})(?![a-z0-9]|\.\d)", re.IGNORECASE)

_FOUR_DIGITS = re.compile(r"\d{4}")
_OWN_CODE = re.compile(rf"(?<![a-z0-9.]){LEVEL_II.pattern}(?![a-z0-9]|\.\d)", re.IGNORECASE)
"""A Level II code is no word of the text; five digits may also be a model number and stay."""


class Query(msgspec.Struct, frozen=True):
    """A text, read.

    Attributes:
        plain: Normalised, spelling mended, noise words left out.
        expanded: `plain` followed by what its known terms stand for.
        words: Words of `plain`, at most `MOST_WORDS`.
        hits: Known terms, by position in `words`.
        quantities: Amounts.
        attributes: Bits of `index.text.attributes`.
        codes: Codes that stand in the text, upper case, in order.
        corrections: Spelling that was mended.
    """

    plain: str
    expanded: str
    words: tuple[str, ...]
    hits: tuple[Hit, ...]
    quantities: tuple[Quantity, ...]
    attributes: int
    codes: tuple[str, ...]
    corrections: tuple[Correction, ...]


class Known(NamedTuple):
    """What is known of a word that somebody typed.

    Attributes:
        read_as: The word that it is a misspelling of, or None.
        completed: The word that it begins, or None: who types is not to be refused for the last letters.
    """

    read_as: str | None = None
    completed: str | None = None


NOTHING = Known()


class Reader:
    """Reads texts against what one index knows."""

    def __init__(self, expander: Expander, table: TermIndex) -> None:
        self._expander = expander
        self._table = table
        self._known = memoized(self._looked_up, MEMOIZED_WORDS)

    def read(self, text: str) -> Query:
        """Understand one text."""
        codes = _codes(text)
        normalised = normalise(_OWN_CODE.sub(" ", text) if codes else text)
        found = words(normalised)
        known = list(map(self._known, found))
        corrections = [
            Correction(word, one.read_as) for word, one in zip(found, known, strict=True) if one.read_as
        ]
        for correction in corrections:
            normalised = normalised.replace(correction.typed, correction.read_as)
        if corrections:
            found = [one.read_as or word for word, one in zip(found, known, strict=True)]
        hits = self._expander.find(found)
        noise = {i for hit in hits if "noise" in hit.meaning.kinds for i in range(hit.start, hit.stop)}
        if noise and (codes or len(noise) < len(found)):
            found = [word for i, word in enumerate(found) if i not in noise]
            normalised = " ".join(found)
            hits = self._expander.find(found)
        added = added_words(found, hits) + [one.completed for one in known if one.completed]
        return Query(
            plain=normalised,
            expanded=" ".join([normalised, *added]) if added else normalised,
            words=tuple(found[:MOST_WORDS]),
            hits=tuple([hit for hit in hits if hit.stop <= MOST_WORDS]),
            quantities=tuple(quantities(normalised)),
            attributes=attributes(found) | attributes(added) if added else attributes(found),
            codes=codes,
            corrections=tuple(corrections),
        )

    def _looked_up(self, word: str) -> Known:
        if self._expander.mentions(word) or not word.isalpha():
            return NOTHING
        if self._table.matches(word):
            return Known(completed=self._table.completion(word))
        if len(word) < SHORTEST_MENDED:
            return NOTHING
        return Known(read_as=self._table.nearest(word) or self._expander.nearest(word))


def _codes(text: str) -> tuple[str, ...]:
    """Codes that stand in a text, upper case, each once, in order."""
    if not _FOUR_DIGITS.search(text):  # every code has them, and few texts do
        return ()
    return tuple(dict.fromkeys(match.upper() for match in _CODE.findall(text)))
