"""Reading of a typed text: codes, words, spelling, known terms, quantities and attributes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from index.code_systems import LEVEL_I, LEVEL_II
from index.store.terms import TermIndex
from index.text.attributes import attributes
from index.text.memoize import memoized
from index.text.quantities import Quantity, quantities, with_inches
from index.text.words import normalise, words
from suggest.answer import Correction
from suggest.expansion import Expander, Hit, added_words

MAX_CHARACTERS = 2000  # of a text; a longer one is refused
MAX_WORDS = 64  # of a text that take part in word matching; the encoder reads all of them
MAX_MEMOIZED_WORDS = 1 << 15
MIN_CORRECTED_LETTERS = 5  # a shorter word resembles too many others

_CODE = re.compile(rf"(?<![a-z0-9.])(?:{LEVEL_II.pattern}|{LEVEL_I.pattern})(?![a-z0-9]|\.\d)", re.IGNORECASE)
_FOUR_DIGITS = re.compile(r"\d{4}")
_LEVEL_2_CODE = re.compile(rf"(?<![a-z0-9.]){LEVEL_II.pattern}(?![a-z0-9]|\.\d)", re.IGNORECASE)
"""Is removed from the words of a text. Five digits stay: they may also be a model number."""


class Query(msgspec.Struct, frozen=True):
    """A text that was read.

    Attributes:
        plain: Normalised text with corrected spelling, without noise words.
        expanded: `plain` followed by the words that its known terms stand for.
        words: Words of `plain`, at most `MAX_WORDS`.
        hits: Known terms, by position in `words`.
        quantities: Amounts with a unit.
        attributes: Bits of `index.text.attributes`.
        codes: Codes that the text contains, upper case, in order, each once.
        corrections: Spelling corrections, in order of the words.
    """

    plain: str
    expanded: str
    words: tuple[str, ...]
    hits: tuple[Hit, ...]
    quantities: tuple[Quantity, ...]
    attributes: int
    codes: tuple[str, ...]
    corrections: tuple[Correction, ...]


class WordReading(NamedTuple):
    """How one typed word is read.

    Attributes:
        correction: The word that it is a misspelling of, or None.
        completion: The word that it is the beginning of, or None. A user who is still typing gets
            suggestions before the word is complete.
    """

    correction: str | None = None
    completion: str | None = None


AS_TYPED = WordReading()


class Reader:
    """Reads texts with the vocabulary and the known terms of one index. Safe to use from several threads."""

    def __init__(self, expander: Expander, table: TermIndex) -> None:
        """Take the known terms and the vocabulary.

        Args:
            expander: Terms of the lexicon and of the name lists.
            table: Words of the codes' texts.
        """
        self._expander = expander
        self._table = table
        self._reading = memoized(self._read_word, MAX_MEMOIZED_WORDS)

    def read(self, text: str) -> Query:
        """Read one text. No text is an error here."""
        text = with_inches(text)
        codes = _codes(text)
        normalised = normalise(_LEVEL_2_CODE.sub(" ", text) if codes else text)
        typed_words = words(normalised)
        readings = list(map(self._reading, typed_words))
        corrections = [
            Correction(word, reading.correction)
            for word, reading in zip(typed_words, readings, strict=True)
            if reading.correction
        ]
        if corrections:
            corrected = [
                reading.correction or word for word, reading in zip(typed_words, readings, strict=True)
            ]
            normalised = _with_words(normalised, typed_words, corrected)
            typed_words = corrected
        plain, plain_words, hits = self._without_noise(normalised, typed_words, bool(codes))
        added = added_words(plain_words, hits) + [
            reading.completion for reading in readings if reading.completion
        ]
        return Query(
            plain=plain,
            expanded=" ".join([plain, *added]) if added else plain,
            words=tuple(plain_words[:MAX_WORDS]),
            hits=tuple([hit for hit in hits if hit.stop <= MAX_WORDS]),
            quantities=tuple(quantities(normalised)),
            attributes=attributes(plain_words) | attributes(added) if added else attributes(plain_words),
            codes=codes,
            corrections=tuple(corrections),
        )

    def _without_noise(
        self, normalised: str, text_words: list[str], has_codes: bool
    ) -> tuple[str, list[str], list[Hit]]:
        """A text, its words and its known terms without noise such as a hospital's prefix.

        A text of noise alone stays as it is, unless it also contains a code.
        """
        hits = self._expander.find(text_words)
        noise = {i for hit in hits if "noise" in hit.meaning.kinds for i in range(hit.start, hit.stop)}
        if not noise or (len(noise) == len(text_words) and not has_codes):
            return normalised, text_words, hits
        rest = [word for i, word in enumerate(text_words) if i not in noise]
        return " ".join(rest), rest, self._expander.find(rest)

    def _read_word(self, word: str) -> WordReading:
        if self._expander.mentions(word) or not word.isalpha():
            return AS_TYPED
        if self._table.matches(word):
            return WordReading(completion=self._table.completion(word))
        if len(word) < MIN_CORRECTED_LETTERS:
            return AS_TYPED
        return WordReading(correction=self._table.nearest(word) or self._expander.nearest(word))


def _with_words(normalised: str, typed_words: Sequence[str], corrected: Sequence[str]) -> str:
    """A normalised text with each of its words replaced; the signs between the words stay.

    Args:
        normalised: The text.
        typed_words: Its words, in order.
        corrected: The replacement of each word.
    """
    parts: list[str] = []
    stop = 0
    for word, replacement in zip(typed_words, corrected, strict=True):
        start = normalised.index(word, stop)  # there are only signs and blanks between two words
        parts += normalised[stop:start], replacement
        stop = start + len(word)
    return "".join([*parts, normalised[stop:]])


def _codes(text: str) -> tuple[str, ...]:
    """Codes that a text contains, upper case, each once, in order."""
    if not _FOUR_DIGITS.search(text):  # every code has four digits in a row, and few texts do
        return ()
    return tuple(dict.fromkeys(match.upper() for match in _CODE.findall(text)))
