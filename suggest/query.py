"""What a user typed, understood: codes, words, known terms, amounts and facts."""

from __future__ import annotations

import re

import msgspec

from index.doses import Dose, doses
from index.facts import facts
from index.records import LEVEL_1, LEVEL_2
from index.words import normalise, words
from index.wordtable import WordTable
from suggest.answer import Correction
from suggest.expansion import Expander, Hit, added_words

LONGEST = 2000  # characters of a text that are accepted
MOST_WORDS = 64  # of a text that take part in word matching; the encoder reads all of them
_CODE = re.compile(rf"(?<![a-z0-9.])(?:{LEVEL_2.pattern}|{LEVEL_1.pattern})(?![a-z0-9]|\.\d)", re.IGNORECASE)

_OWN_CODE = re.compile(rf"(?<![a-z0-9.]){LEVEL_2.pattern}(?![a-z0-9]|\.\d)", re.IGNORECASE)
"""A Level II code is no word of the text; five digits may also be a model number and stay."""


class Query(msgspec.Struct, frozen=True):
    """A text, read.

    Attributes:
        plain: Normalised, spelling mended, noise words left out.
        expanded: `plain` followed by what its known terms stand for.
        words: Words of `plain`, at most `MOST_WORDS`.
        hits: Known terms, by position in `words`.
        doses: Amounts.
        facts: Bits of `index.facts`.
        codes: Codes that stand in the text, upper case, in order.
        corrections: Spelling that was mended.
    """

    plain: str
    expanded: str
    words: tuple[str, ...]
    hits: tuple[Hit, ...]
    doses: tuple[Dose, ...]
    facts: int
    codes: tuple[str, ...]
    corrections: tuple[Correction, ...]


class Reader:
    """Reads texts against what one index knows."""

    def __init__(self, expander: Expander, table: WordTable) -> None:
        self._expander = expander
        self._table = table

    def read(self, text: str) -> Query:
        """Understand one text."""
        codes = tuple(dict.fromkeys(match.upper() for match in _CODE.findall(text)))
        normalised = normalise(_OWN_CODE.sub(" ", text))
        found, corrections = self._mended(words(normalised))
        for correction in corrections:
            normalised = normalised.replace(correction.typed, correction.read_as)
        hits = self._expander.find(found)
        noise = {i for hit in hits if "noise" in hit.meaning.kinds for i in range(hit.start, hit.stop)}
        if noise and (codes or len(noise) < len(found)):
            found = [word for i, word in enumerate(found) if i not in noise]
            normalised = " ".join(found)
            hits = self._expander.find(found)
        added = [*added_words(found, hits), *self._completed(found)]
        return Query(
            plain=normalised,
            expanded=" ".join([normalised, *added]) if added else normalised,
            words=tuple(found[:MOST_WORDS]),
            hits=tuple(hit for hit in hits if hit.stop <= MOST_WORDS),
            doses=tuple(doses(normalised)),
            facts=facts(found) | facts(added),
            codes=codes,
            corrections=tuple(corrections),
        )

    def _mended(self, found: list[str]) -> tuple[list[str], list[Correction]]:
        mended, corrections = [], []
        for word in found:
            other = None
            if (
                len(word) > 4
                and word.isalpha()
                and not self._expander.mentions(word)
                and not self._table.matches(word)
            ):
                other = self._table.nearest(word) or self._expander.nearest(word)
            mended.append(other or word)
            if other:
                corrections.append(Correction(word, other))
        return mended, corrections

    def _completed(self, found: list[str]) -> list[str]:
        """Words that unfinished ones begin: who types is not to be refused for the last letters."""
        ends = (self._table.completion(word) for word in found if not self._expander.mentions(word))
        return [word for word in ends if word is not None]
