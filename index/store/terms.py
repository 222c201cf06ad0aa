"""Term index: the stems of each code's own texts, and the stems that a typed word may stand for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property, lru_cache
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import Stemmer
from safetensors.numpy import save_file

from index.store.contents import Contents
from index.store.forward import ForwardIndex
from index.store.named_arrays import read_arrays
from index.store.roles import ROLE_BITS, roles_of
from index.store.texts import LONG, SHORT, Text, own
from index.text.memoize import memoized
from index.text.spelling import Mending, Spelling
from index.text.words import cut, skeleton

TABLE = "lexical.safetensors"
VOCABULARY = "vocabulary.txt"
FIELDS = {LONG: 1, SHORT: 2}
OTHER_FIELD = 4
FIELD_BITS = 3  # bits that the fields take
MAX_PREFIX_MATCHES = 30  # a prefix of more stems than this is too short to mean any of them
MAX_NAME_CODES = 5  # a word in more codes is not a name
MEMOIZED_WORDS = 1 << 15  # typed words whose results are memoized
UNKNOWN_WEIGHT = 4.0  # of a word that no counted code has, as the ranker was trained
MAX_MEANING_WORDS = 8  # words of a meaning that take part in word matching

Match = tuple[int, float]


class TermIndex:
    """Stems of every code as one flat array, with their weights.

    Attributes:
        vocabulary: Stems, ascending.
        idf: float32 (stems,): ln((codes + 1) / codes with the stem), counted over the codes of `counted`;
            of a stem that none of them has at most `UNKNOWN_WEIGHT`.
        indptr: int64 (codes + 1,): the stems of code i are `tokens[indptr[i]:indptr[i + 1]]`.
        tokens: int32 (n,): positions in `vocabulary`, each once a code, ascending.
        fields: uint8 (n,): bits of the texts that hold the stem: 1 long, 2 short description, 4 other.
        surfaces: For each stem, its commonest word as written.
        counted: bool (codes,): the codes whose stems are counted for the weights. Those of Level II, so that
            a licence holder's CPT codes do not change how Level II codes rank; all where there is no other.
        n_counted: How many they are.
        roles: uint8 (n,): how the code's texts use the stem, bits of `index.store.roles`.
        matches: Word -> stems that it may stand for, each with a weight from 0 to 1: 1 for its own stem, less
            for stems that begin with the word or with its consonants (whlchr).
        meant: `matches` of the first words of a lexicon entry's meaning.
    """

    def __init__(
        self,
        vocabulary: Sequence[str],
        idf: npt.NDArray[np.float32],
        indptr: npt.NDArray[np.int64],
        tokens: npt.NDArray[np.int32],
        fields: npt.NDArray[np.uint8],
        surfaces: Sequence[str],
        roles: npt.NDArray[np.uint8] | None = None,
        counted: npt.NDArray[np.bool_] | None = None,
    ) -> None:
        self.vocabulary = list(vocabulary)
        self.surfaces = list(surfaces)
        self.idf = idf
        self.indptr = indptr
        self.tokens = tokens
        self.fields = fields
        self.roles = np.zeros(len(tokens), np.uint8) if roles is None else roles
        self.counted = np.ones(len(indptr) - 1, bool) if counted is None else counted
        self.n_counted = int(self.counted.sum())
        self._ids = {word: i for i, word in enumerate(self.vocabulary)}
        self._stemmer = Stemmer.Stemmer("english", 0)  # its own cache makes it slower
        self.meant = lru_cache(1 << 15)(self._meant)
        self.matches = memoized(self._matches, MEMOIZED_WORDS)

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(self.surfaces, self._is_name, self._is_short_form)

    @cached_property
    def _in_long(self) -> npt.NDArray[np.bool_]:
        """Whether each stem stands in a long description."""
        return np.bincount(self.tokens[self.fields & FIELDS[LONG] > 0], minlength=len(self.vocabulary)) > 0

    def _is_short_form(self, word: str) -> bool:
        """Whether a word stands in no long description, as abbreviations do."""
        stem = self.stem(word)
        return stem is None or not self._in_long[stem]

    def _is_name(self, word: str) -> bool:
        """Whether a word stands in so few codes that it decides which one is meant."""
        stem = self.stem(word)
        return stem is not None and float(self.idf[stem]) > log((self.n_counted + 1) / (MAX_NAME_CODES + 0.5))

    @cached_property
    def _bones(self) -> tuple[list[str], list[int]]:
        """Consonant skeletons of the stems, ascending, and the stem of each."""
        bones = sorted(
            (skeleton(word), i) for word, i in self._ids.items() if word.isalpha() and len(word) > 3
        )
        return [bone for bone, _ in bones], [i for _, i in bones]

    @classmethod
    def from_texts(
        cls,
        texts: Sequence[Text],
        words: ForwardIndex,
        codes: int,
        counted: npt.NDArray[np.bool_] | None = None,
    ) -> TermIndex:
        """Collect the stems of `codes` codes from their texts, whose words are `words`.

        Args:
            texts: The texts.
            words: Their words.
            codes: Number of codes.
            counted: See the attribute; all codes when None or when it is nowhere true.
        """
        if counted is None or not counted.any():
            counted = np.ones(codes, bool)
        sizes = np.diff(words.indptr)
        of_own = np.repeat(np.array(own(texts), bool), sizes)
        numbers = words.numbers[of_own]
        written = np.bincount(numbers, minlength=len(words.vocabulary))
        stemmed = Stemmer.Stemmer("english", 0).stemWords(words.vocabulary)
        surface: dict[str, str] = {}
        for number in np.argsort(-written, kind="stable")[: np.count_nonzero(written)].tolist():
            surface.setdefault(stemmed[number], words.vocabulary[number])
        vocabulary = sorted(surface)
        ids = {stem: i for i, stem in enumerate(vocabulary)}
        token = np.array([ids.get(stem, -1) for stem in stemmed], np.int64)
        rows = np.repeat(np.array([text.row for text in texts], np.int64), sizes)[of_own]
        fields_of = np.array([FIELDS.get(text.source, OTHER_FIELD) for text in texts], np.int64)
        bits = np.repeat(fields_of, sizes)[of_own] | roles_of(texts, words)[of_own] << FIELD_BITS
        # Code, stem, roles and field packed into one integer: one sort orders all.
        width = FIELD_BITS + ROLE_BITS
        packed = np.sort((rows * max(len(vocabulary), 1) + token[numbers]) << width | bits)
        pairs, first = np.unique(packed >> width, return_index=True)
        held = np.bitwise_or.reduceat(packed & (1 << width) - 1, first) if len(first) else packed
        fields, roles = held & (1 << FIELD_BITS) - 1, held >> FIELD_BITS
        code_rows, tokens = np.divmod(pairs, max(len(vocabulary), 1))
        indptr = np.searchsorted(code_rows, np.arange(codes + 1)).astype(np.int64)
        frequency = frequencies(tokens, indptr, counted, len(vocabulary))
        idf = np.log((counted.sum() + 1) / np.maximum(frequency, 1)).astype(np.float32)
        of_counted = np.repeat(counted, np.diff(indptr))
        elsewhere = np.bincount(tokens[of_counted], minlength=len(vocabulary)) == 0
        idf[elsewhere] = np.minimum(idf[elsewhere], UNKNOWN_WEIGHT)
        surfaces = [surface[stem] for stem in vocabulary]
        return cls(
            vocabulary,
            idf,
            indptr,
            tokens.astype(np.int32),
            fields.astype(np.uint8),
            surfaces,
            roles.astype(np.uint8),
            counted,
        )

    def save(self, folder: Path) -> None:
        """Write `lexical.safetensors` and `vocabulary.txt` (a line a stem: the stem, a tab, the word)."""
        arrays: dict[str, npt.NDArray[Any]] = {
            "idf": self.idf,
            "indptr": self.indptr,
            "tokens": self.tokens,
            "fields": self.fields,
            "roles": self.roles,
            "counted": self.counted,
        }
        save_file(arrays, folder / TABLE)
        lines = [f"{stem}\t{word}" for stem, word in zip(self.vocabulary, self.surfaces, strict=True)]
        (folder / VOCABULARY).write_text("\n".join(lines), encoding="utf-8")

    @classmethod
    def load(cls, contents: Contents) -> TermIndex:
        """Read what `save` wrote.

        Raises:
            ArtifactError: If a file is missing or cannot be read.
        """
        arrays = read_arrays(contents, TABLE, ("idf", "indptr", "tokens", "fields", "roles"))
        pairs = [line.split("\t") for line in contents.text(VOCABULARY).split("\n") if line]
        vocabulary, surfaces = [stem for stem, _ in pairs], [word for _, word in pairs]
        columns = (arrays["idf"], arrays["indptr"], arrays["tokens"], arrays["fields"])
        return cls(vocabulary, *columns, surfaces, arrays["roles"], arrays.get("counted"))

    def stem(self, word: str) -> int | None:
        """Position of a word's stem in `vocabulary`, or None (Snowball English; numbers are not stemmed)."""
        return self._ids.get(self._stemmer.stemWord(word))

    def _matches(self, word: str) -> list[Match]:
        own = self.stem(word)
        weights = {} if own is None else {own: 1.0}
        if len(word) >= 3 and word.isalpha():
            for i in self._with_prefix(self.vocabulary, word):
                weights.setdefault(i, 0.85 if len(word) > 3 else 0.7)
            if skeleton(word) == word:
                bones, ids = self._bones
                for i in self._with_prefix(bones, word):
                    weights.setdefault(ids[i], 0.75 if len(word) > 3 else 0.6)
        return list(weights.items())

    def _meant(self, means: str) -> tuple[list[Match], ...]:
        return tuple(self.matches(word) for word in cut(means)[:MAX_MEANING_WORDS])

    @staticmethod
    def _with_prefix(ascending: Sequence[str], prefix: str) -> range:
        first = bisect_left(ascending, prefix)
        last = bisect_left(ascending, prefix + "\uffff", first)
        return range(first, last) if last - first <= MAX_PREFIX_MATCHES else range(0)

    def singular(self, word: str) -> str | None:
        """The name of which a word is the plural ("alprostadils"), or None; a name stands in few codes."""
        stem = self.stem(word)
        if stem is None or not self._is_name(word):
            return None
        surface = self.surfaces[stem]
        return surface if word in {f"{surface}s", f"{surface}es"} else None

    def nearest(self, word: str) -> Mending | None:
        """The known word that a misspelt one stands for, or None."""
        return self._spelling.nearest(word)

    def completion(self, word: str) -> str | None:
        """The commonest word that begins with a clipped one, or None; None for a known word."""
        if len(word) < 4 or not word.isalpha() or self.stem(word) is not None:
            return None
        stems = self._with_prefix(self.vocabulary, word)
        best = min(stems, key=lambda i: float(self.idf[i]), default=None)
        return None if best is None else self.surfaces[best]


def frequencies(
    tokens: npt.NDArray[Any], indptr: npt.NDArray[np.int64], counted: npt.NDArray[np.bool_], stems: int
) -> npt.NDArray[np.float64]:
    """In how many counted codes each stem stands, float64 (stems,).

    A stem that stands in other codes only has the share of those that hold it, applied to the counted ones.

    Args:
        tokens: Stems of all codes, one code after another.
        indptr: Where each code begins in `tokens`.
        counted: bool (codes,): which codes are counted.
        stems: Number of stems.
    """
    of_counted = np.repeat(counted, np.diff(indptr))
    own = np.bincount(tokens[of_counted], minlength=stems).astype(np.float64)
    if counted.all():
        return own
    others = np.bincount(tokens[~of_counted], minlength=stems)
    return np.where(own > 0, own, others * (counted.sum() / np.count_nonzero(~counted)))
