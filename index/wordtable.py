"""Which words each code's own texts hold, and which words a typed one may stand for."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import Stemmer
from safetensors.numpy import load_file, save_file

from index.ragged import positions
from index.spelling import Spelling
from index.texts import LEXICON, LONG, LONGEST, SHORT, Text
from index.words import cut, normalise, skeleton, words

TABLE = "words.safetensors"
VOCABULARY = "vocabulary.txt"
FIELDS = {LONG: 1, SHORT: 2}
OTHER_FIELD = 4
MOST_STANDINS = 30  # a beginning shared by more words than this says nothing
LONGEST_MEANING = 8  # words of a meaning that take part in word matching

Match = tuple[int, float]


class WordTable:
    """Stems of every code as one flat array, with their weights.

    Attributes:
        vocabulary: Stems, ascending.
        idf: float32 (stems,): ln of codes over codes that hold the stem.
        indptr: int64 (codes + 1,): code i holds `tokens[indptr[i]:indptr[i + 1]]`.
        tokens: int32 (n,): positions in `vocabulary`, each once a code.
        fields: uint8 (n,): bits of the texts the stem stands in: 1 long, 2 short description, 4 other.
        surfaces: Words as written, one a stem: the commonest with it.
    """

    def __init__(
        self,
        vocabulary: Sequence[str],
        idf: npt.NDArray[np.float32],
        indptr: npt.NDArray[np.int64],
        tokens: npt.NDArray[np.int32],
        fields: npt.NDArray[np.uint8],
        surfaces: Sequence[str],
    ) -> None:
        self.vocabulary = list(vocabulary)
        self.surfaces = list(surfaces)
        self.idf = idf
        self.indptr = indptr
        self.tokens = tokens
        self.fields = fields
        self._ids = {word: i for i, word in enumerate(self.vocabulary)}
        bones = sorted(
            (skeleton(word), i) for word, i in self._ids.items() if word.isalpha() and len(word) > 3
        )
        self._bones = [bone for bone, _ in bones]
        self._bone_ids = [i for _, i in bones]
        self._spelling = Spelling(self.surfaces)
        self._stemmer = Stemmer.Stemmer("english")
        self.meant = lru_cache(1 << 15)(self._meant)

    @classmethod
    def from_texts(cls, texts: Sequence[Text], codes: int) -> WordTable:
        """Count the stems of the texts of `codes` codes."""
        stem = Stemmer.Stemmer("english").stemWord
        held: list[dict[str, int]] = [{} for _ in range(codes)]
        written: dict[str, Counter[str]] = defaultdict(Counter)
        for text in texts:
            if text.source == LEXICON:
                continue  # a term is known to the expander; its words are not the code's own
            own = held[text.row]
            bit = FIELDS.get(text.source, OTHER_FIELD)
            for word in words(normalise(text.text[:LONGEST])):
                stemmed = stem(word)
                own[stemmed] = own.get(stemmed, 0) | bit
                written[stemmed][word] += 1
        vocabulary = sorted(written)
        surfaces = [
            min(written[stemmed].items(), key=lambda item: (-item[1], item[0]))[0] for stemmed in vocabulary
        ]
        ids = {word: i for i, word in enumerate(vocabulary)}
        tokens = np.array([ids[word] for own in held for word in own], np.int32)
        fields = np.array([bit for own in held for bit in own.values()], np.uint8)
        indptr = np.concatenate([[0], np.cumsum([len(own) for own in held])]).astype(np.int64)
        frequency = np.bincount(tokens, minlength=len(vocabulary))
        idf = np.log((codes + 1) / np.maximum(frequency, 1)).astype(np.float32)
        return cls(vocabulary, idf, indptr, tokens, fields, surfaces)

    def save(self, folder: Path) -> None:
        """Write `words.safetensors` and `vocabulary.txt` (a line a stem: the stem, a tab, the word)."""
        arrays: dict[str, npt.NDArray[Any]] = {
            "idf": self.idf,
            "indptr": self.indptr,
            "tokens": self.tokens,
            "fields": self.fields,
        }
        save_file(arrays, folder / TABLE)
        lines = [f"{stem}\t{word}" for stem, word in zip(self.vocabulary, self.surfaces, strict=True)]
        (folder / VOCABULARY).write_text("\n".join(lines), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> WordTable:
        """Read what `save` wrote."""
        arrays = load_file(folder / TABLE)
        lines = (folder / VOCABULARY).read_text(encoding="utf-8").split("\n")
        pairs = [line.split("\t") for line in lines if line]
        vocabulary, surfaces = [stem for stem, _ in pairs], [word for _, word in pairs]
        return cls(vocabulary, arrays["idf"], arrays["indptr"], arrays["tokens"], arrays["fields"], surfaces)

    def knows(self, word: str) -> bool:
        """Whether a word's stem stands in any code's texts."""
        return self._stemmer.stemWord(word) in self._ids

    def matches(self, word: str) -> list[Match]:
        """Stems that a typed word may stand for, each with a weight from 0 to 1.

        1 for the stem itself; less for words that begin with it, or whose consonants it is (whlchr).
        """
        own = self._ids.get(self._stemmer.stemWord(word))
        found = {} if own is None else {own: 1.0}
        if len(word) >= 3 and word.isalpha():
            for i in self._beginning(self.vocabulary, word):
                found.setdefault(i, 0.85 if len(word) > 3 else 0.7)
            if skeleton(word) == word:
                for i in self._beginning(self._bones, word):
                    found.setdefault(self._bone_ids[i], 0.75 if len(word) > 3 else 0.6)
        return list(found.items())

    def _meant(self, means: str) -> tuple[list[Match], ...]:
        """`matches` of the first words of a lexicon entry's meaning, remembered."""
        return tuple(self.matches(word) for word in cut(means)[:LONGEST_MEANING])

    @staticmethod
    def _beginning(ascending: Sequence[str], start: str) -> range:
        first = bisect_left(ascending, start)
        last = bisect_left(ascending, start + "\uffff", first)
        return range(first, last) if last - first <= MOST_STANDINS else range(0)

    def completion(self, word: str) -> str | None:
        """The commonest word that an unfinished or clipped one begins, or None; None for a known word."""
        if len(word) < 4 or not word.isalpha() or self.knows(word):
            return None
        begun = self._beginning(self.vocabulary, word)
        best = min(begun, key=lambda i: float(self.idf[i]), default=None)
        return None if best is None else self.surfaces[best]

    def nearest(self, word: str) -> str | None:
        """The known word that a misspelt one most resembles, or None."""
        return self._spelling.nearest(word)

    def take(
        self, rows: npt.NDArray[np.intp]
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        """Tokens and fields of some codes one after the other, and where each code starts."""
        index, counts = positions(self.indptr, rows)
        return self.tokens[index], self.fields[index], np.cumsum(counts) - counts
