"""Which codes are candidates of a query, and how close each of their texts is, in plain Python."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.encoder import Encoder
from index.store.artifact import Artifact
from index.store.terms import TermIndex
from index.store.texts import LONG, SHORT
from suggest.reader import Query
from tests.twin_store import cosine

K1, B = 1.2, 0.5
BY_WORDS = 6
BY_TERM = 8
LONGEST = 600  # characters of a query whose words count for BM25

Floats = npt.NDArray[np.float32]


class Found(NamedTuple):
    """The candidates of one query; fields as in `suggest.candidates.Candidates`."""

    rows: list[int]
    cosines: list[list[float]]
    closest: list[int]
    bm25: list[float]


def bm25_weights(terms: TermIndex) -> list[dict[int, np.float32]]:
    """For each stem: code -> the stem's part of the code's score."""
    lengths = np.diff(terms.indptr)
    mean = max(float(lengths.mean()), 1e-6)
    weights: list[dict[int, np.float32]] = [{} for _ in terms.vocabulary]
    codes_of: list[list[int]] = [[] for _ in terms.vocabulary]
    for row in range(len(lengths)):
        for stem in terms.tokens[terms.indptr[row] : terms.indptr[row + 1]].tolist():
            codes_of[stem].append(row)
    for stem, rows in enumerate(codes_of):
        idf = np.log(1 + (len(lengths) - len(rows) + 0.5) / (len(rows) + 0.5))
        for row in rows:
            weights[stem][row] = np.float32(idf / (1 + K1 * (1 - B + B * lengths[row] / mean)))
    return weights


def bm25(terms: TermIndex, weights: list[dict[int, np.float32]], text: str) -> dict[int, np.float32]:
    """Code -> score of a normalised text, for codes that hold one of its stems; each stem counts once."""
    stems = {terms.stem(word) for word in re.findall(r"[a-z0-9.%]+", text[:LONGEST])} - {None}
    scores: dict[int, np.float32] = {}
    for stem in sorted(stem for stem in stems if stem is not None):
        for row, weight in weights[stem].items():
            scores[row] = np.float32(scores.get(row, np.float32(0)) + weight)
    return scores


def gathered(
    near: Sequence[int], scores: dict[int, np.float32], pointed: Sequence[int], allowed: npt.NDArray[np.bool_]
) -> list[int]:
    """Codes by meaning, the best by words and those that terms point to: each once, ascending."""
    matching = [row for row in scores if scores[row] > 0 and allowed[row]]
    by_words = sorted(matching, key=lambda row: (-scores[row], row))[:BY_WORDS]
    return sorted(
        {row for row in near if row >= 0} | set(by_words) | {row for row in pointed if allowed[row]}
    )


def compared(
    texts: Sequence[tuple[int, str]],
    stored: npt.NDArray[np.uint8],
    scale: float,
    meant: Floats,
    typed: Floats,
) -> tuple[list[float], int]:
    """The four cosines of one code, and the first of its closest texts.

    Args:
        texts: Position and source of each text of the code, in order.
        stored: Vectors of all texts.
        scale: Of the vectors.
        meant: Vector of the query with what its terms stand for.
        typed: Vector of the query as typed.
    """
    cosines = {at: cosine(stored[at], meant, scale) for at, _ in texts}
    by_source = {source: [cosines[at] for at, own in texts if own == source] for source in (LONG, SHORT)}
    other = [cosines[at] for at, source in texts if source not in (LONG, SHORT)]
    plain = [cosine(stored[at], typed, scale) for at, source in texts if source in (LONG, SHORT)]
    long = max([-1.0, *by_source[LONG]])
    short = max(by_source[SHORT], default=long)
    closest = max(cosines, key=lambda at: cosines[at], default=-1)
    return [long, short, max([-1.0, *other]), max([-1.0, *plain])], closest


def candidates(
    artifact: Artifact,
    encoder: Encoder,
    weights: list[dict[int, np.float32]],
    query: Query,
    near: Sequence[int],
    allowed: npt.NDArray[np.bool_],
) -> Found:
    """The candidates of one query, given those by meaning."""
    meant, typed = encoder.encode([query.expanded])[0], encoder.encode([query.plain])[0]
    scores = bm25(artifact.table, weights, query.expanded)
    pointed = [row for hit in query.hits for row in hit.meaning.rows[:BY_TERM]]
    rows = gathered(near, scores, pointed, allowed)
    stored, scale = artifact.text_vectors.codes, artifact.text_vectors.scale
    texts_of: dict[int, list[tuple[int, str]]] = {row: [] for row in rows}
    for at in np.flatnonzero(np.isin(artifact.rows, rows)).tolist():
        texts_of[int(artifact.rows[at])].append((at, artifact.texts[at].source))
    pairs = [compared(texts_of[row], stored, scale, meant, typed) for row in rows]
    return Found(
        rows,
        [cosines for cosines, _ in pairs],
        [closest for _, closest in pairs],
        [float(scores.get(row, 0.0)) for row in rows],
    )
