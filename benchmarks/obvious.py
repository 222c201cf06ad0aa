"""The designs that ours is measured against, written as one would write them in an afternoon."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from index.records import Record

K = 10
BATCH = 64
Found = list[tuple[str, str, float]]  # code, description, score


def active(records: Sequence[Record]) -> list[Record]:
    """The records that may be billed today; ended codes are nobody's answer."""
    today = date.today()
    return [record for record in records if record.status(today) == "active"]


class PlainDense:
    """sentence-transformers with all-MiniLM-L6-v2 over the long descriptions, and an exact FAISS index.

    Args:
        records: What is searched.
        vectors: Their vectors, when they were made before.
    """

    def __init__(self, records: Sequence[Record], vectors: np.ndarray | None = None) -> None:
        import faiss
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        from index.encoder import minilm_folder

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        self._model = SentenceTransformer(str(minilm_folder()), device="cpu")
        self._records = records
        self.vectors = self._encoded([r.long_description for r in records]) if vectors is None else vectors
        self._index: Any = faiss.IndexFlatIP(self.vectors.shape[1])
        self._index.add(self.vectors)

    def suggest(self, texts: Sequence[str], k: int = K) -> list[Found]:
        """The k closest descriptions of each text."""
        scores, rows = self._index.search(self._encoded(texts), k)
        return [
            [self._found(row, score) for row, score in zip(r, s, strict=True)]
            for r, s in zip(rows, scores, strict=True)
        ]

    def save(self, path: Path) -> None:
        """Write the FAISS index."""
        import faiss

        faiss.write_index(self._index, str(path))

    def _found(self, row: int, score: float) -> tuple[str, str, float]:
        record = self._records[row]
        return record.code, record.long_description, float(score)

    def _encoded(self, texts: Sequence[str]) -> np.ndarray:
        encoded: np.ndarray = self._model.encode(
            list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return encoded


def plain_dense(records: Sequence[Record], work: Path) -> PlainDense:
    """`PlainDense` with its vectors kept in a file, since making them takes a minute or more."""
    digest = hashlib.sha256("\n".join(record.long_description for record in records).encode()).hexdigest()
    path = work / f"plain-dense-{digest[:16]}.npy"
    if path.is_file():
        return PlainDense(records, np.load(path, allow_pickle=False))
    made = PlainDense(records)
    np.save(path, made.vectors, allow_pickle=False)
    return made


class FullText:
    """SQLite FTS5 in memory: any word of the text, stemmed, by its own BM25."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._base = sqlite3.connect(":memory:")
        self._base.execute(
            "CREATE VIRTUAL TABLE t USING fts5(code UNINDEXED, long, short, tokenize='porter unicode61')"
        )
        rows = [(record.code, record.long_description, record.short_description) for record in records]
        self._base.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)

    def suggest(self, texts: Sequence[str], k: int = K) -> list[Found]:
        """The k best rows of each text."""
        return [self._one(text, k) for text in texts]

    def _one(self, text: str, k: int) -> Found:
        any_word = " OR ".join(f'"{word}"' for word in dict.fromkeys(re.findall(r"\w+", text.lower())))
        if not any_word:
            return []
        return self._base.execute(
            "SELECT code, long, bm25(t) FROM t WHERE t MATCH ? ORDER BY bm25(t) LIMIT ?", (any_word, k)
        ).fetchall()
