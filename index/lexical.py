"""Word matching beside the vectors: BM25 over all texts of a code, by bm25s."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import Stemmer

from index.texts import LEXICON, LONGEST, Text
from index.words import normalise, words

ARRAYS = {"data": "data.csc.index.npy", "indices": "indices.csc.index.npy", "indptr": "indptr.csc.index.npy"}
VOCABULARY = "vocab.index.json"
PARAMETERS = "params.index.json"
_STEMMER = Stemmer.Stemmer("english")


def stems(text: str) -> list[str]:
    """Stemmed words of a text, in order (Snowball English; numbers stay as they are)."""
    found: list[str] = _STEMMER.stemWords(words(normalise(text[:LONGEST])))
    return found


class Lexical:
    """BM25 (Lucene's variant, k1 1.2, b 0.5) where a document is a code: its descriptors' words together.

    bm25s computes the score of every stem in every code when the index is built; what is left for a query is
    to add up columns, for which that library, which imports SciPy, is not loaded.
    """

    def __init__(
        self, arrays: Mapping[str, npt.NDArray[Any]], vocabulary: Mapping[str, int], codes: int
    ) -> None:
        """Take a sparse matrix of scores, codes by stems, by column.

        Args:
            arrays: `data` float32 (n,), `indices` int32 (n,): the code of each, and `indptr` (stems + 1,).
            vocabulary: Stem -> column.
            codes: Number of codes.
        """
        self._arrays = {name: np.asarray(arrays[name]) for name in ARRAYS}
        self._data, self._indices, self._indptr = self._arrays.values()
        self._vocabulary = dict(vocabulary)
        self._codes = codes

    @classmethod
    def from_texts(cls, texts: Sequence[Text], codes: int) -> Lexical:
        """Index the texts of `codes` codes; a word that a code's texts repeat counts once."""
        import bm25s

        documents: list[dict[str, None]] = [{} for _ in range(codes)]
        for text in texts:
            if text.source == LEXICON:
                continue
            documents[text.row].update(dict.fromkeys(stems(text.text)))
        bm25 = bm25s.BM25(method="lucene", k1=1.2, b=0.5)
        bm25.index([list(document) for document in documents], show_progress=False)
        return cls(bm25.scores, bm25.vocab_dict, codes)

    def save(self, folder: Path) -> None:
        """Write plain `.npy` arrays and JSON, named as bm25s names its own."""
        folder.mkdir(exist_ok=True)
        for name, array in self._arrays.items():
            np.save(folder / ARRAYS[name], array, allow_pickle=False)
        (folder / VOCABULARY).write_bytes(msgspec.json.encode(self._vocabulary))
        (folder / PARAMETERS).write_bytes(msgspec.json.encode({"num_docs": self._codes}))

    @classmethod
    def load(cls, folder: Path) -> Lexical:
        """Read what `save` wrote."""
        arrays = {name: np.load(folder / file, allow_pickle=False) for name, file in ARRAYS.items()}
        vocabulary = msgspec.json.decode((folder / VOCABULARY).read_bytes(), type=dict[str, int])
        codes = msgspec.json.decode((folder / PARAMETERS).read_bytes())["num_docs"]
        return cls(arrays, vocabulary, codes)

    def scores(self, stemmed: Sequence[str]) -> npt.NDArray[np.float32]:
        """BM25 of every code for some stems; float32 of shape (codes,), 0 where no stem matches."""
        found = np.zeros(self._codes, np.float32)
        for column in sorted({self._vocabulary[stem] for stem in stemmed if stem in self._vocabulary}):
            held = slice(self._indptr[column], self._indptr[column + 1])
            found[self._indices[held]] += self._data[held]  # a code stands once in a column
        return found
