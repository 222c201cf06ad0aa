"""Reading of a typed text: codes, words, spelling, known terms, quantities and attributes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from index.store.terms import TermIndex
from index.text.attributes import attributes
from index.text.memoize import memoized
from index.text.plain_words import plain_words
from index.text.quantities import Quantity, quantities, with_inches
from index.text.words import normalise, words
from suggest.answer import Correction
from suggest.drug_packages import PackageOf, written_numbers
from suggest.expansion import Expander, Hit, added_words
from suggest.reading.clauses import without_diagnosis
from suggest.reading.codes import CodeReader
from suggest.reading.digits import with_zeros
from suggest.reading.packages import without_packing

MAX_CHARACTERS = 2000  # of a text; a longer one is refused
MAX_WORDS = 64  # of a text that take part in word matching; the encoder reads all of them
MAX_MEMOIZED_WORDS = 1 << 15
MAX_SURE_COST = 0.5  # of a correction; one that changes more may mean another name
MAX_READ_DIGITS = 2  # digits of a word that may stand for letters
MISREAD_DIGIT = 0.1  # what a digit for a letter adds to the changed letters
_DIGITS_AS_LETTERS = [str.maketrans("015", "ois"), str.maketrans("015", "ols")]
MIN_CORRECTED_LETTERS = 5  # a shorter word resembles too many others


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
        prefixes: Begun codes that the text consists of, upper case, such as `J18`.
        modifiers: Two-character modifiers of the release that the text names, upper case.
        other_codes: Codes of other systems: "cpt", "cdt", "icd", "ndc" or "revenue", and the code.
        mended: How much the corrections changed: for each corrected word the share of its letters that were
            changed, from 0 to 1, twice that if the word became a name; added up.
        renamed: The corrections that made a name of another word: the new word stands in few codes. The text
            as typed (`Reader.read` with `correct=False`) may mean something else.
        packages: Drug packages whose numbers the text contains; their codes are among `codes`.
    """

    plain: str
    expanded: str
    words: tuple[str, ...]
    hits: tuple[Hit, ...]
    quantities: tuple[Quantity, ...]
    attributes: int
    codes: tuple[str, ...]
    corrections: tuple[Correction, ...]
    prefixes: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = ()
    other_codes: tuple[tuple[str, str], ...] = ()
    mended: float = 0.0
    renamed: tuple[Correction, ...] = ()
    packages: tuple[PackageOf, ...] = ()


def with_packages(query: Query, packages: tuple[PackageOf, ...]) -> Query:
    """A text with the drug packages that it names: their codes are as if it named them."""
    if not packages:
        return query
    numbers = {one.package.ndc.replace("-", "") for one in packages}
    codes = dict.fromkeys((*query.codes, *(one.code for one in packages)))
    others = [
        (system, code)
        for system, code in query.other_codes
        if system != "ndc" or not numbers & {number.replace("-", "") for number in written_numbers(code)}
    ]
    return msgspec.structs.replace(query, codes=tuple(codes), other_codes=tuple(others), packages=packages)


def on_rows(query: Query, rows: npt.NDArray[np.int64]) -> Query:
    """A text whose known terms point to other rows: `rows[row]` in place of each row."""
    if not query.hits:
        return query
    replace = msgspec.structs.replace
    hits = [
        replace(hit, meaning=replace(hit.meaning, rows=tuple(rows[list(hit.meaning.rows)].tolist())))
        if hit.meaning.rows
        else hit
        for hit in query.hits
    ]
    return replace(query, hits=tuple(hits))


class WordReading(NamedTuple):
    """How one typed word is read.

    Attributes:
        correction: The word that it is a misspelling of, or None.
        mended: How much the correction changed, see `Query.mended`.
        renamed: Whether the correction made a name of another word.
        singular: The known term's word of which it is the plural, or None; nobody is told of it.
        completion: The word that it is the beginning of, or None. A user who is still typing gets
            suggestions before the word is complete.
    """

    correction: str | None = None
    mended: float = 0.0
    renamed: bool = False
    singular: str | None = None
    completion: str | None = None


AS_TYPED = WordReading()


class Changes(NamedTuple):
    """What is read otherwise than it was typed.

    Attributes:
        words: The words as they are read; empty where that is as typed.
        corrections: See `Query.corrections`.
        mended: See `Query.mended`.
        renamed: See `Query.renamed`.
        completions: Words that typed ones are the beginning of.
    """

    words: list[str]
    corrections: tuple[Correction, ...] = ()
    mended: float = 0.0
    renamed: tuple[Correction, ...] = ()
    completions: tuple[str, ...] = ()


NO_CHANGES = Changes([])


class Reader:
    """Reads texts with the vocabulary and the known terms of one index. Safe to use from several threads."""

    def __init__(self, expander: Expander, table: TermIndex, modifiers: Collection[str] = ()) -> None:
        """Take the known terms and the vocabulary.

        Args:
            expander: Terms of the lexicon and of the name lists.
            table: Words of the codes' texts.
            modifiers: Two-character modifiers of the release.
        """
        self._codes = CodeReader(expander.codes, modifiers, expander.mentions)
        self._expander = expander
        self._table = table
        self._reading = memoized(self._read_word, MAX_MEMOIZED_WORDS)

    def read(self, text: str, correct: bool = True) -> Query:
        """Read one text. No text is an error here.

        Args:
            text: As typed.
            correct: Whether misspelt words are corrected.
        """
        text = with_inches(text)
        typed = self._codes.read(text)
        normalised = normalise(without_packing(with_zeros(without_diagnosis(typed.rest))))
        typed_words = words(normalised)
        readings = list(map(self._reading, typed_words))
        changes = NO_CHANGES
        if readings.count(AS_TYPED) < len(readings):  # few texts have such a word
            changes = _changes(typed_words, readings, correct)
            if changes.words:
                normalised = _with_words(normalised, typed_words, changes.words)
                typed_words = changes.words
        plain, plain_words, hits = self._without_noise(normalised, typed_words, typed.rest is not text)
        added = [*added_words(plain_words, hits), *changes.completions]
        return Query(
            plain=plain,
            expanded=" ".join([plain, *added]) if added else plain,
            words=tuple(plain_words[:MAX_WORDS]),
            hits=tuple([hit for hit in hits if hit.stop <= MAX_WORDS]),
            quantities=tuple(quantities(normalised)),
            attributes=attributes(plain_words) | attributes(added) if added else attributes(plain_words),
            codes=typed.codes,
            corrections=changes.corrections,
            prefixes=typed.prefixes,
            modifiers=typed.modifiers,
            other_codes=typed.other_codes,
            mended=changes.mended,
            renamed=changes.renamed,
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
        if self._expander.mentions(word):
            return AS_TYPED
        if not word.isalpha():
            return self._read_mixed(word)
        if len(word) >= MIN_CORRECTED_LETTERS and word[-1] == "s" and self._expander.mentions(word[:-1]):
            return WordReading(singular=word[:-1])
        if len(word) > MIN_CORRECTED_LETTERS and word not in plain_words():
            name = self._name_in_plural(word)
            if name is not None:
                return WordReading(singular=name)
        if self._table.matches(word):
            return WordReading(completion=self._table.completion(word))
        for singular in _longer_plurals(word):
            if self._expander.mentions(singular):
                return WordReading(singular=singular)
        if len(word) < MIN_CORRECTED_LETTERS or word in plain_words():
            return AS_TYPED
        return self._mended(word)

    def _name_in_plural(self, word: str) -> str | None:
        """The name of which a word is the plural, though descriptors may know its stem; None for another."""
        terms = [singular for singular in _longer_plurals(word) if self._expander.is_name(singular)]
        return terms[0] if terms else self._table.singular(word)

    def _mended(self, word: str) -> WordReading:
        """A word as the known one that it is a misspelling of, if there is one."""
        known = [mending for part in (self._table, self._expander) if (mending := part.nearest(word))]
        if not known:
            return AS_TYPED
        best = min(known, key=lambda mending: mending.cost)  # words of codes before terms where equal
        name = best.name or self._expander.is_name(best.word)
        share = min(1.0, best.cost / len(word))
        return WordReading(best.word, share * (1 + name), name and best.cost > MAX_SURE_COST)

    def _read_mixed(self, word: str) -> WordReading:
        """A word with digits for letters, such as b0tox, as the known word."""
        digits = sum(map(str.isdigit, word))
        if not 0 < digits <= MAX_READ_DIGITS or len(word) < MIN_CORRECTED_LETTERS or word[-1].isdigit():
            return AS_TYPED
        for letters in _DIGITS_AS_LETTERS:
            read_as = word.translate(letters)
            if read_as.isalpha() and (
                self._expander.mentions(read_as) or self._table.stem(read_as) is not None
            ):
                return WordReading(read_as, MISREAD_DIGIT * digits / len(word))
        return AS_TYPED


def _longer_plurals(word: str) -> list[str]:
    """The words of which a word in -es or -ies may be the plural."""
    singulars = [word[:-2]] if word.endswith(("ses", "xes", "zes", "ches", "shes")) else []
    return [*singulars, f"{word[:-3]}y"] if word.endswith("ies") else singulars


def _changes(typed_words: Sequence[str], readings: Sequence[WordReading], correct: bool) -> Changes:
    """What the readings change of some typed words; corrections only if `correct`."""
    pairs = list(zip(typed_words, readings, strict=True))
    mended = [(word, reading) for word, reading in pairs if correct and reading.correction]
    corrections = [Correction(word, reading.correction or word) for word, reading in mended]
    read_as = [(correct and reading.correction) or reading.singular or word for word, reading in pairs]
    return Changes(
        read_as if read_as != list(typed_words) else [],
        tuple(corrections),
        round(sum(reading.mended for _, reading in mended), 4),
        tuple([change for change, (_, reading) in zip(corrections, mended, strict=True) if reading.renamed]),
        tuple([reading.completion for reading in readings if reading.completion]),
    )


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
