"""Word matching beside the vectors: BM25 over all texts of a code, by bm25s."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
import numpy.typing as npt
import Stemmer

from index.texts import LONGEST, Text
from index.words import normalise, words


def stems(text: str) -> list[str]:
    """Stemmed words of a text, in order (Snowball English; numbers stay as they are)."""
    found: list[str] = Stemmer.Stemmer("english").stemWords(words(normalise(text[:LONGEST])))
    return found


class Lexical:
    """BM25 (Lucene's variant, k1 1.2, b 0.5) where a document is a code: all its texts' words together."""

    def __init__(self, bm25: bm25s.BM25) -> None:
        self._bm25 = bm25

    @classmethod
    def from_texts(cls, texts: Sequence[Text], codes: int) -> Lexical:
        """Index the texts of `codes` codes; a word that a code's texts repeat counts once."""
        documents: list[dict[str, None]] = [{} for _ in range(codes)]
        for text in texts:
            documents[text.row].update(dict.fromkeys(stems(text.text)))
        bm25 = bm25s.BM25(method="lucene", k1=1.2, b=0.5)
        bm25.index([list(document) for document in documents], show_progress=False)
        return cls(bm25)

    def save(self, folder: Path) -> None:
        """Write plain `.npy` arrays and JSON."""
        self._bm25.save(folder, show_progress=False)

    @classmethod
    def load(cls, folder: Path) -> Lexical:
        """Read what `save` wrote."""
        return cls(bm25s.BM25.load(folder, load_corpus=False, show_progress=False))

    def scores(self, stemmed: Sequence[str]) -> npt.NDArray[np.float32]:
        """BM25 of every code for some stems; float32 of shape (codes,), 0 where no stem matches."""
        ids = sorted({self._bm25.vocab_dict[stem] for stem in stemmed if stem in self._bm25.vocab_dict})
        if not ids:
            return np.zeros(self._bm25.scores["num_docs"], np.float32)
        return np.asarray(self._bm25.get_scores_from_ids(ids), np.float32)
