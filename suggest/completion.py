"""Whole words for a word that is not finished: those by which most codes are named and most people ask."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from index.text.heads import head_length
from index.text.lexicon import Entry
from index.text.words import normalise
from index.text.words import words as words_of

MIN_CHARACTERS = 3  # a shorter beginning fits too many words
MIN_AFTER = 2  # of a word that follows another
MIN_USES = 2
COMPLETIONS = 5
PHRASES = 3
FAINT = 0.1  # of the uses of the first word; a word with fewer is not offered
WEIGHTS = {"product": 0.5}
"""Of an entry of the lexicon by its kind, 1 for others: lists of products have many entries of one brand."""

_BREAKS = re.compile(r"[,;()]")
Pairs = defaultdict[tuple[str, str], float]

_SMALL = frozenset(
    (
        "and",
        "any",
        "for",
        "from",
        "non",
        "not",
        "nor",
        "other",
        "per",
        "the",
        "type",
        "used",
        "was",
        "with",
        "without",
    )
)


class Completer:
    """Completes words from descriptors and from the words of a lexicon. Safe to use from several threads.

    The uses of a word, or of two words in a row, are the codes that they name, thus that have them before
    "for", "with" or the like, and the lexicon's entries in which people write them. A clipped word is none.
    """

    def __init__(self, descriptors: Iterable[str], lexicon: Iterable[Entry] = ()) -> None:
        """Count the words.

        Args:
            descriptors: One for each code.
            lexicon: How people write.
        """
        uses: defaultdict[str, float] = defaultdict(float)
        pairs: Pairs = defaultdict(float)
        written: set[str] = set()
        short: set[str] = set()
        for text in descriptors:
            written.update(_cut(text))
            _count(_name(text), 1, uses, pairs)
        for entry in lexicon:
            words = _cut(entry.term)
            if len(words) == 1 and _clips(words[0], entry.means):
                short.update(words)
            _count([words], WEIGHTS.get(entry.kind, 1), uses, pairs)
        whole = {word for word in uses if word.isalpha() and (word in written or word not in short)}
        self._uses = {word: uses[word] for word in whole if uses[word] >= MIN_USES}
        self._words = sorted(self._uses)
        self._phrases, self._after = _phrases(pairs)

    def complete(self, beginning: str) -> tuple[str, ...]:
        """At most `COMPLETIONS` words that begin so, the most used first; the word itself may be one.

        Args:
            beginning: One word in lower case; shorter than `MIN_CHARACTERS` it has no completions.
        """
        if len(beginning) < MIN_CHARACTERS:
            return ()
        start = bisect_left(self._words, beginning)
        found = []
        for word in self._words[start:]:
            if not word.startswith(beginning):
                break
            found.append(word)
        return _most_used(found, self._uses, COMPLETIONS)

    def phrases(self, word: str) -> tuple[str, ...]:
        """At most `PHRASES` of two words with this one, the most used first."""
        return self._phrases.get(word, ())

    def complete_after(self, before: str, beginning: str) -> tuple[str, ...]:
        """At most `PHRASES` of a word and one that begins so and follows it, the most used first.

        Args:
            before: A word in lower case.
            beginning: At least `MIN_AFTER` characters, also a whole word.
        """
        uses = self._after.get(before, {})
        found = [word for word in uses if word.startswith(beginning)] if len(beginning) >= MIN_AFTER else []
        return tuple(f"{before} {word}" for word in _most_used(found, uses, PHRASES))


def _cut(text: str) -> list[str]:
    """The words of a text; all are read once, so that keeping them would only fill memory."""
    return words_of(normalise(text))


def _name(descriptor: str) -> list[list[str]]:
    """The words that name a code, in parts between commas and the like, which belong together."""
    parts = []
    for part in _BREAKS.split(descriptor):
        words = _cut(part)
        length = head_length(["", *words]) - 1  # a part can begin with "with"
        parts.append(words[:length])
        if length < len(words):
            break
    return parts


def _count(
    parts: Sequence[Sequence[str]], weight: float, uses: defaultdict[str, float], pairs: Pairs
) -> None:
    for word in {word for words in parts for word in words}:
        uses[word] += weight
    for pair in {pair for words in parts for pair in pairwise(words)}:
        pairs[pair] += weight


def _phrases(pairs: Pairs) -> tuple[dict[str, tuple[str, ...]], dict[str, dict[str, float]]]:
    """For each word the phrases that have it, and the words that follow it with their uses."""
    by_word: defaultdict[str, dict[str, float]] = defaultdict(dict)
    after: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for pair, uses in pairs.items():
        if uses >= MIN_USES and all(map(_counts, pair)):
            after[pair[0]][pair[1]] = uses
            for word in pair:
                by_word[word][" ".join(pair)] = uses
    return {word: _most_used(list(found), found, PHRASES) for word, found in by_word.items()}, dict(after)


def _clips(term: str, means: Iterable[str]) -> bool:
    """Whether a term is the beginning of a word that it stands for, as `gluc` is of `glucose`."""
    return any(word != term and word.startswith(term) for meaning in means for word in _cut(meaning))


def _counts(word: str) -> bool:
    return word.isalpha() and len(word) >= MIN_CHARACTERS and word not in _SMALL


def _most_used(found: list[str], uses: Mapping[str, float], most: int) -> tuple[str, ...]:
    found.sort(key=lambda text: (-uses[text], text))
    least = FAINT * uses[found[0]] if found else 0
    return tuple(text for text in found[:most] if uses[text] >= least)
