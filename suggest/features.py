"""What is known of a query and a candidate code together, as numbers for the ranker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.facts import GROUPS
from index.profiles import Profiles
from index.texts import LONG, SHORT
from index.wordtable import FIELDS, Match, WordTable
from suggest.codefacts import CodeFacts
from suggest.expansion import MOST_MEANINGS
from suggest.query import Query

Rows = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float32]

NAMES = (
    # vectors: cosine of the text with its known terms written out, and as typed
    "cosine", "cosine_long", "cosine_short", "cosine_other", "cosine_plain",
    "cosine_gap", "cosine_plain_gap", "cosine_rank", "sibling_gap",
    # words: BM25 and shares of the query's words in the code and of the code's words in the query
    "bm25", "bm25_gap", "query_share", "query_share_plain", "query_share_gap", "rarest_missing",
    "short_share", "long_share", "any_share", "first_word", "numbers",
    # terms of the lexicon and name lists that point to the code
    "term_place", "term_words", "term_alone", "term_count", "name_place", "term_whole", "term_elsewhere",
    # amounts and facts
    "dose_known", "dose_same_kind", "dose_equal", "dose_multiple", "dose_ratio", "range_fit",
    "facts_agree", "facts_clash", "facts_extra", "facts_missing",
    # the code itself
    "generic", "maker", "hospitals", "starter", "length", "section_drug", "section_device", "section_brace",
    "section_service", "neighbours_near",
    # the query itself
    "query_words", "query_known", "query_digits", "query_best_cosine", "query_best_share",
)  # fmt: skip
COUNT = len(NAMES)
_GROUPS = np.array(GROUPS, np.uint64)
UNKNOWN_WORD = (
    4.0  # weight of a word that no code holds: often a model number, sometimes the name that decides
)


class Evidence(NamedTuple):
    """What retrieval found for a query, over its candidates.

    Attributes:
        rows: int (n,): candidate codes, catalogue rows.
        long: float32 (n,): cosine with the long description; `short`, `other`, `plain` likewise.
        bm25: float32 (n,).
        vector: float32 (dim,): the text as typed, embedded.
    """

    rows: Rows
    long: Floats
    short: Floats
    other: Floats
    plain: Floats
    bm25: Floats
    vector: Floats


def features(query: Query, evidence: Evidence, table: WordTable, codes: CodeFacts) -> Floats:
    """The matrix that the ranker reads: float32 (candidates, COUNT), columns as in `NAMES`."""
    out = np.zeros((COUNT, len(evidence.rows)), np.float32)
    put = dict(zip(NAMES, out, strict=True))
    _vectors(put, evidence, codes)
    _words(put, query, evidence, table)
    _terms(put, query, evidence)
    _doses(put, query, evidence.rows, codes.profiles)
    _facts(put, query, codes.profiles.facts[evidence.rows])
    _codes(put, evidence.rows, codes)
    put["query_words"][:] = len(query.words)
    put["query_digits"][:] = sum(word[0].isdigit() for word in query.words)
    put["query_best_cosine"][:] = put["cosine"].max()
    put["query_best_share"][:] = put["query_share"].max()
    return out.T


def _gap(values: Floats) -> Floats:
    gap: Floats = values - values.max()
    return gap


def _vectors(put: dict[str, Floats], evidence: Evidence, codes: CodeFacts) -> None:
    best = np.maximum(np.maximum(evidence.long, evidence.short), evidence.other)
    put["cosine"][:] = best
    put["cosine_long"][:] = evidence.long
    put["cosine_short"][:] = evidence.short
    put["cosine_other"][:] = evidence.other
    put["cosine_plain"][:] = evidence.plain
    put["cosine_gap"][:] = _gap(best)
    put["cosine_plain_gap"][:] = _gap(evidence.plain)
    put["bm25"][:] = evidence.bm25
    put["bm25_gap"][:] = evidence.bm25 / max(float(evidence.bm25.max()), 1e-6)
    order = np.argsort(-best, kind="stable")
    put["cosine_rank"][order] = np.log1p(np.arange(len(order), dtype=np.float32))
    family = codes.family[evidence.rows]
    same = family[:, None] == family[None, :]
    np.fill_diagonal(same, False)
    rival = np.where(same, best[None, :], -1.0).max(axis=1)
    put["sibling_gap"][:] = np.where(rival > -1.0, best - rival, 1.0)
    put["neighbours_near"][:] = same.sum(axis=1)


def _words(put: dict[str, Floats], query: Query, evidence: Evidence, table: WordTable) -> None:
    if not query.words:
        return
    tokens, fields, starts = table.take(evidence.rows)
    typed = [table.matches(word) for word in query.words]
    meant = [(hit, table.meant(means)) for hit in query.hits for means in hit.meaning.means[:MOST_MEANINGS]]
    weights = _weights(
        [*typed, *(some for _, meaning in meant for some in meaning)], tokens, len(table.vocabulary)
    )
    matched = np.maximum.reduceat(weights, starts, axis=1)
    plain = matched[: len(typed)]
    best = plain.copy()
    at = len(typed)
    for hit, meaning in meant:
        if meaning:
            share = matched[at : at + len(meaning)].mean(axis=0)
            best[hit.start : hit.stop] = np.maximum(best[hit.start : hit.stop], share)
            at += len(meaning)
    importance = np.array([_importance(some, table) for some in typed], np.float32)
    total = max(float(importance.sum()), 1e-6)
    put["query_share"][:] = importance @ best / total
    put["query_share_plain"][:] = importance @ plain / total
    put["query_share_gap"][:] = _gap(put["query_share"])
    put["rarest_missing"][:] = (importance[:, None] * (best < 0.5)).max(axis=0)
    put["query_known"][:] = sum(bool(some) for some in typed) / len(typed)
    put["first_word"][:] = best[0]
    digits = [i for i, word in enumerate(query.words) if word[0].isdigit()]
    if digits:
        put["numbers"][:] = plain[digits].sum(axis=0)
    idf = table.idf[tokens]
    held = weights.max(axis=0) * idf
    for name, mask in (("long_share", FIELDS[LONG]), ("short_share", FIELDS[SHORT]), ("any_share", 255)):
        inside = (fields & mask) > 0
        all_of = np.add.reduceat(idf * inside, starts)
        put[name][:] = np.add.reduceat(held * inside, starts) / np.maximum(all_of, 1e-6)


def _weights(rows: Sequence[Sequence[Match]], tokens: npt.NDArray[np.int32], vocabulary: int) -> Floats:
    """How well each typed or meant word matches each token: float32 (rows, tokens)."""
    columns: dict[int, int] = {}
    for some in rows:
        for token, _ in some:
            columns.setdefault(token, len(columns) + 1)
    small = np.zeros((len(rows), len(columns) + 1), np.float32)  # column 0: tokens that nothing matches
    for i, some in enumerate(rows):
        for token, weight in some:
            small[i, columns[token]] = weight
    column = np.zeros(vocabulary, np.intp)
    column[list(columns)] = list(columns.values())
    return small.take(column[tokens], axis=1)


def _importance(some: Sequence[tuple[int, float]], table: WordTable) -> float:
    if not some:
        return UNKNOWN_WORD
    return float(max(weight * table.idf[token] for token, weight in some))


def _terms(put: dict[str, Floats], query: Query, evidence: Evidence) -> None:
    at = {int(row): i for i, row in enumerate(evidence.rows)}
    names, place, width = put["name_place"], put["term_place"], put["term_words"]
    alone, count, whole = put["term_alone"], put["term_count"], put["term_whole"]
    pointed = False
    for hit in query.hits:
        rows = hit.meaning.rows
        listed = any("list" in kind or "ASP" in kind for kind in hit.meaning.kinds)
        for nth, row in enumerate(rows):
            i = at.get(row)
            if i is None:
                continue
            pointed = True
            place[i] = max(place[i], 1.0 / (1 + nth))
            width[i] = max(width[i], hit.stop - hit.start)
            alone[i] = max(alone[i], 1.0 / len(rows))
            count[i] += 1
            whole[i] = max(whole[i], (hit.stop - hit.start) / len(query.words))
            if listed:
                names[i] = max(names[i], 1.0 / len(rows))
    put["term_elsewhere"][:] = float(pointed) * (place == 0)


def _doses(put: dict[str, Floats], query: Query, rows: Rows, profiles: Profiles) -> None:
    dimensions, amounts = profiles.dimensions[rows], profiles.amounts[rows]
    put["dose_known"][:] = (dimensions[:, 0] >= 0) + 2.0 * bool(query.doses)
    ratio = np.full(len(rows), 9.0, np.float32)
    for dose in query.doses:
        same = dimensions == dose.dimension
        put["dose_same_kind"][:] = np.maximum(put["dose_same_kind"], same.any(axis=1))
        with np.errstate(divide="ignore", invalid="ignore"):
            times = np.where(same, dose.amount / amounts, np.nan)
        exact = same & (np.abs(times - 1) < 1e-3)
        put["dose_equal"][:] += exact.any(axis=1)
        whole = same & (times > 0.999) & (np.abs(times - np.round(times)) < 1e-3)
        put["dose_multiple"][:] = np.maximum(put["dose_multiple"], whole.any(axis=1))
        far = np.where(same, np.abs(np.log(np.maximum(np.nan_to_num(times, nan=1.0), 1e-9))), 9.0).min(axis=1)
        ratio = np.minimum(ratio, far.astype(np.float32))
        ranged = profiles.range_dimension[rows] == dose.dimension
        inside = (profiles.above[rows] < dose.amount + 1e-6) & (dose.amount <= profiles.to[rows] + 1e-3)
        put["range_fit"][:] += np.where(ranged, np.where(inside, 1.0, -1.0), 0.0)
    put["dose_ratio"][:] = ratio


def _facts(put: dict[str, Floats], query: Query, bits: npt.NDArray[np.uint64]) -> None:
    theirs = bits[None, :] & _GROUPS[:, None]
    own = np.uint64(query.facts) & _GROUPS
    stated = own > 0
    states = theirs > 0
    agree = (theirs & own[:, None]) > 0
    put["facts_agree"][:] = agree.sum(axis=0)
    put["facts_clash"][:] = (states & ~agree)[stated].sum(axis=0)
    put["facts_missing"][:] = (~states)[stated].sum(axis=0)
    put["facts_extra"][:] = states[~stated].sum(axis=0)


def _codes(put: dict[str, Floats], rows: Rows, codes: CodeFacts) -> None:
    put["generic"][:] = codes.profiles.generic[rows]
    put["maker"][:] = codes.profiles.maker[rows]
    put["hospitals"][:] = codes.hospitals[rows]
    put["starter"][:] = codes.starter[rows]
    put["length"][:] = codes.length[rows]
    for i, name in enumerate(("section_drug", "section_device", "section_brace", "section_service")):
        put[name][:] = codes.sections[rows, i]
