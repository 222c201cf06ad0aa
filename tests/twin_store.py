"""Sums and searches over the arrays of an index, written from their definitions in plain Python and numpy."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from math import inf

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

STEPS = 8192  # a query's component is rounded to multiples of 1 / STEPS
ZERO = 128  # the byte that stands for a component of 0


def cosine(stored: Bytes, query: Floats, scale: float) -> float:
    """Inner product of one stored vector with a query, as float32."""
    components = stored.astype(np.int64) - ZERO
    steps = np.rint(query.astype(np.float64) * STEPS).astype(np.int64)
    product = int(components @ steps)
    return float(np.float32(product) * np.float32(1 / (float(np.float32(scale)) * STEPS)))


def best(
    stored: Bytes, scale: float, candidates: Ids, allowed: Bytes, queries: Floats, k: int
) -> tuple[list[list[float]], list[list[int]], int]:
    """The k allowed candidates closest to each query; equal ones keep their order; see `closest_rows`."""
    cosines, rows, counts = [], [], [k]
    for query, given in zip(queries, candidates.tolist(), strict=True):
        valid = [row for row in given if row >= 0 and allowed[row]]
        pairs = [(cosine(stored[row], query, scale), row) for row in valid]
        pairs = sorted(pairs, key=lambda pair: -pair[0])[:k]
        counts.append(len(pairs))
        pairs += [(-inf, -1)] * (k - len(pairs))
        cosines.append([pair[0] for pair in pairs])
        rows.append([pair[1] for pair in pairs])
    return cosines, rows, min(counts)


def weighted_sum(table: npt.NDArray[np.int8], weights: Floats, rows: Sequence[int]) -> list[float]:
    """Weighted sum of the given table rows."""
    width = table.shape[1]
    return [sum(float(weights[row]) * int(table[row, i]) for row in rows) for i in range(width)]


def sums_by_row(vectors: Floats, rows: Ids, n: int) -> list[list[float]]:
    """For each of n rows the sum of the vectors that belong to it."""
    width = vectors.shape[1]
    own = [
        [vector for vector, row in zip(vectors, rows, strict=True) if row == wanted] for wanted in range(n)
    ]
    return [[sum(float(vector[i]) for vector in members) for i in range(width)] for members in own]


def unit_sums(parts: Sequence[Sequence[bytes]], dim: int) -> list[list[float]]:
    """The sum of each row's parts, scaled to unit length; zero where the sum is zero."""
    rows = []
    for row_parts in parts:
        vectors = [np.frombuffer(part, np.float32).tolist() for part in row_parts]
        summed = [sum(vector[i] for vector in vectors) for i in range(dim)]
        length = sum(value * value for value in summed) ** 0.5
        rows.append([value / length if length > 0 else 0.0 for value in summed])
    return rows


def shared_words(
    vocabulary: Sequence[str],
    indptr: Ids,
    numbers: npt.NDArray[np.int32],
    texts: Iterable[int],
    known: Collection[str],
) -> list[tuple[str, ...]]:
    """The known words of each text, each once, in the order of the text; no words for text -1."""
    shared = []
    for text in texts:
        own = numbers[indptr[text] : indptr[text + 1]].tolist() if text >= 0 else []
        words = [vocabulary[number] for number in own]
        shared.append(tuple(dict.fromkeys(word for word in words if word in known)))
    return shared


def numbered(texts: Sequence[str]) -> tuple[list[str], list[int], list[int]]:
    """The sorted vocabulary, the start of each text, and the positions of its words in the vocabulary."""
    words = [re.findall(r"[a-z0-9.%]+", text) for text in texts]
    vocabulary = sorted({word for text_words in words for word in text_words})
    indptr = [sum(map(len, words[:i])) for i in range(len(words) + 1)]
    return vocabulary, indptr, [vocabulary.index(word) for text_words in words for word in text_words]


def longest_phrases(found: Sequence[str], phrases: Collection[str]) -> list[tuple[int, int, str]]:
    """The longest known phrases in a text, left to right, without overlap."""
    hits = []
    start = 0
    while start < len(found):
        ends = range(len(found), start, -1)
        stop = next((end for end in ends if " ".join(found[start:end]) in phrases), None)
        if stop is None:
            start += 1
        else:
            hits.append((start, stop, " ".join(found[start:stop])))
            start = stop
    return hits
