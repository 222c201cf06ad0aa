"""The designs that ours is compared with, in their simplest form."""

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
Ranked = list[tuple[str, str, float]]  # code, description, score


def active(records: Sequence[Record]) -> list[Record]:
    """Return the records that may be billed today."""
    today = date.today()
    return [record for record in records if record.status(today) == "active"]


class PlainDense:
    """sentence-transformers with all-MiniLM-L6-v2 over the long descriptions, and an exact FAISS index.

    Args:
        records: Records to search.
        vectors: Their vectors, where they are cached.
    """

    def __init__(self, records: Sequence[Record], vectors: np.ndarray | None = None) -> None:
        import faiss
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        from index.encoder import minilm_folder

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        self._model = SentenceTransformer(str(minilm_folder()), device="cpu")
        self._records = records
        self.vectors = self._encode([r.long_description for r in records]) if vectors is None else vectors
        self._index: Any = faiss.IndexFlatIP(self.vectors.shape[1])
        self._index.add(self.vectors)

    def suggest(self, texts: Sequence[str], k: int = K) -> list[Ranked]:
        """Find the k closest descriptions of each text."""
        scores, rows = self._index.search(self._encode(texts), k)
        return [
            [self._ranked(row, score) for row, score in zip(r, s, strict=True)]
            for r, s in zip(rows, scores, strict=True)
        ]

    def save(self, path: Path) -> None:
        """Write the FAISS index."""
        import faiss

        faiss.write_index(self._index, str(path))

    def _ranked(self, row: int, score: float) -> tuple[str, str, float]:
        record = self._records[row]
        return record.code, record.long_description, float(score)

    def _encode(self, texts: Sequence[str]) -> np.ndarray:
        encoded: np.ndarray = self._model.encode(
            list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return encoded


def plain_dense(records: Sequence[Record], work: Path) -> PlainDense:
    """Make a `PlainDense` with its vectors cached in a file, since encoding takes a minute or more."""
    digest = hashlib.sha256("\n".join(record.long_description for record in records).encode()).hexdigest()
    path = work / f"plain-dense-{digest[:16]}.npy"
    if path.is_file():
        return PlainDense(records, np.load(path, allow_pickle=False))
    dense = PlainDense(records)
    np.save(path, dense.vectors, allow_pickle=False)
    return dense


class FullText:
    """SQLite FTS5 in memory: any word of the text, stemmed, ranked by its own BM25."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._database = sqlite3.connect(":memory:")
        self._database.execute(
            "CREATE VIRTUAL TABLE t USING fts5(code UNINDEXED, long, short, tokenize='porter unicode61')"
        )
        rows = [(record.code, record.long_description, record.short_description) for record in records]
        self._database.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)

    def suggest(self, texts: Sequence[str], k: int = K) -> list[Ranked]:
        """Find the k best rows of each text."""
        return [self._search(text, k) for text in texts]

    def _search(self, text: str, k: int) -> Ranked:
        any_word = " OR ".join(f'"{word}"' for word in dict.fromkeys(re.findall(r"\w+", text.lower())))
        if not any_word:
            return []
        return self._database.execute(
            "SELECT code, long, bm25(t) FROM t WHERE t MATCH ? ORDER BY bm25(t) LIMIT ?", (any_word, k)
        ).fetchall()
