"""Baselines over the active codes of a release: all words, any word, dense vectors, and a fusion."""

from __future__ import annotations

import hashlib
import sqlite3
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from eval.case_results import SystemAnswer
from eval.cases.cases import Case
from eval.cases.wording import words_of
from index.encoder import MINILM, Encoder, Vectors, load_encoder
from index.records import Record
from index.store.catalogue import Catalogue

CHUNK = 256  # descriptions encoded for each step of the progress bar
RRF_K = 60  # Cormack, Clarke and Buettcher 2009, "Reciprocal rank fusion"


def active_records(book: Catalogue, on: date) -> tuple[Record, ...]:
    """Return the records that may be billed on a date, which every baseline ranks."""
    return tuple(record for record in book.records if record.status(on) == "active")


class _FullText:
    """An SQLite FTS5 table in memory: one row for each code, with stemmed long and short descriptions."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.execute(
            "CREATE VIRTUAL TABLE t USING fts5(code UNINDEXED, long, short, tokenize='porter unicode61')"
        )
        self._database.executemany(
            "INSERT INTO t VALUES (?, ?, ?)",
            [(record.code, record.long_description, record.short_description) for record in records],
        )

    def search(self, expression: str, k: int) -> tuple[str, ...]:
        """Find the k best codes by FTS5's own BM25; equal scores in code order."""
        if not expression:
            return ()
        rows = self._database.execute(
            "SELECT code FROM t WHERE t MATCH ? ORDER BY bm25(t), code LIMIT ?", (expression, k)
        )
        return tuple(code for (code,) in rows)


class AllWords:
    """Every word of the text must be a prefix of a word of the long or short description, after stemming.

    The NLM Clinical Tables call and the open look-up tools work so; stemming makes this baseline stronger.
    """

    def __init__(self, book: Catalogue, on: date) -> None:
        self.name = "all-words"
        self.identity: dict[str, Any] = _identity(book, on)
        self._table = _FullText(active_records(book, on))

    def rank(self, case: Case, k: int, on: date) -> SystemAnswer:
        """Rank by BM25 the codes whose descriptions contain every word."""
        words = words_of(case.query)
        return SystemAnswer(self._table.search(" AND ".join(f'"{word}"*' for word in words), k))


class Bm25:
    """Full-text search for any word, stemmed, over the long and short descriptions."""

    def __init__(self, book: Catalogue, on: date) -> None:
        self.name = "bm25"
        self.identity: dict[str, Any] = _identity(book, on)
        self._table = _FullText(active_records(book, on))

    def rank(self, case: Case, k: int, on: date) -> SystemAnswer:
        """Rank by BM25 the codes whose descriptions contain any of the words."""
        words = dict.fromkeys(words_of(case.query))
        return SystemAnswer(self._table.search(" OR ".join(f'"{word}"' for word in words), k))


class Dense:
    """Plain all-MiniLM-L6-v2 and an exact FAISS inner-product index over the long descriptions."""

    def __init__(self, book: Catalogue, on: date, cache: Path) -> None:
        import faiss

        self.name = "dense"
        self._encoder = load_encoder(MINILM)
        self.identity: dict[str, Any] = _identity(book, on) | {"encoder_sha256": self._encoder.sha256}
        records = active_records(book, on)
        self._codes = [record.code for record in records]
        vectors = _cached_vectors([record.long_description for record in records], self._encoder, cache)
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors)

    def rank(self, case: Case, k: int, on: date) -> SystemAnswer:
        """Rank by cosine; the vectors have unit length, so the inner product is the cosine."""
        if not case.query:
            return SystemAnswer()
        _, rows = self._index.search(self._encoder.encode([case.query]), min(k, len(self._codes)))
        return SystemAnswer(tuple(self._codes[row] for row in rows[0]))


class Fused:
    """Reciprocal rank fusion of `bm25` and `dense`, 100 codes deep each."""

    depth = 100

    def __init__(self, book: Catalogue, on: date, cache: Path) -> None:
        self.name = "rrf"
        dense = Dense(book, on, cache)
        self._parts = (Bm25(book, on), dense)
        self.identity: dict[str, Any] = dense.identity

    def rank(self, case: Case, k: int, on: date) -> SystemAnswer:
        """Rank by the sum of 1 / (60 + rank); equal sums in code order."""
        sums: dict[str, float] = {}
        for part in self._parts:
            for rank, code in enumerate(part.rank(case, self.depth, on).codes, 1):
                sums[code] = sums.get(code, 0.0) + 1.0 / (RRF_K + rank)
        return SystemAnswer(tuple(sorted(sums, key=lambda code: (-sums[code], code))[:k]))


def _identity(book: Catalogue, on: date) -> dict[str, Any]:
    return {"release": book.release, "codes": len(book.codes), "on": on.isoformat()}


def _cached_vectors(texts: Sequence[str], encoder: Encoder, cache: Path) -> Vectors:
    """Vectors of the descriptions, cached by the hash of model and texts: encoding takes a minute or more."""
    digest = hashlib.sha256("\n".join([encoder.sha256, *texts]).encode()).hexdigest()
    path = cache / f"eval-dense-{digest[:16]}.npy"
    if path.is_file():
        cached: Vectors = np.load(path, allow_pickle=False)
        return cached
    bar = tqdm(range(0, len(texts), CHUNK), "dense: descriptions", delay=2, disable=not sys.stderr.isatty())
    vectors = np.concatenate([encoder.encode(texts[start : start + CHUNK]) for start in bar])
    cache.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part.npy")
    np.save(part, vectors, allow_pickle=False)
    part.replace(path)
    return vectors
