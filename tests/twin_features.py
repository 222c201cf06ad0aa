"""The ranker's features in plain Python: one function for each group, written from `docs/ranker.md`.

Slow and simple. The tests compare the compiled `suggest.features` with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log, log1p

import numpy as np
import numpy.typing as npt

from index.store.terms import TermIndex
from index.text.attributes import GROUPS
from index.text.quantities import Quantity
from suggest.candidates import Candidates
from suggest.code_columns import CodeColumns
from suggest.reader import Query

Columns = dict[str, list[float]]

UNKNOWN_WORD = 4.0
SINGLE = 1.0  # sibling_gap of a candidate without a sibling
NO_RATIO = 9.0
NO_TIMES = -1.0
NEAR = 8
LONG_FIELD, SHORT_FIELD = 1, 2
FOLLOWED_MEANINGS = 2


def matrix(
    names: Sequence[str], terms: TermIndex, codes: CodeColumns, queries: Sequence[Query], found: Candidates
) -> npt.NDArray[np.float64]:
    """Every number of every candidate: float64 (candidates, names)."""
    table = np.zeros((len(found.rows), len(names)))
    for i, query in enumerate(queries):
        own = slice(found.indptr[i], found.indptr[i + 1])
        if own.start == own.stop:
            continue
        columns = of_query(terms, codes, query, found.rows[own].tolist(), found.cosines[own], found.bm25[own])
        assert sorted(columns) == sorted(names)
        for column, name in enumerate(names):
            table[own, column] = columns[name]
    return table


def of_query(
    terms: TermIndex,
    codes: CodeColumns,
    query: Query,
    rows: list[int],
    cosines: npt.NDArray[np.float32],
    bm25: npt.NDArray[np.float32],
) -> Columns:
    """The numbers of one query's candidates: name -> one value a candidate."""
    return {
        **vectors(codes.family.tolist(), rows, cosines.tolist()),
        **word_scores(bm25.tolist()),
        **words(terms, query, rows),
        **known_terms(query, rows),
        **quantities(codes, query.quantities, rows),
        **attributes(codes.profiles.attributes.tolist(), query.attributes, rows),
        **code(codes, rows),
    }


def vectors(family: list[int], rows: list[int], cosines: list[list[float]]) -> Columns:
    """Group `vectors`, with `neighbours_near` and `query_best_cosine`."""
    places = range(len(rows))
    closest = [max(long, short, other) for long, short, other, _ in cosines]
    plain = [row[3] for row in cosines]
    better = [[j for j in places if (-closest[j], j) < (-closest[i], i)] for i in places]
    siblings = [[j for j in places if j != i and family[rows[j]] == family[rows[i]]] for i in places]
    rivals = [max((closest[j] for j in siblings[i]), default=-1.0) for i in places]
    return {
        "cosine": closest,
        "cosine_long": [row[0] for row in cosines],
        "cosine_short": [row[1] for row in cosines],
        "cosine_other": [row[2] for row in cosines],
        "cosine_plain": plain,
        "cosine_gap": [closest[i] - max(closest) for i in places],
        "cosine_plain_gap": [plain[i] - max(plain) for i in places],
        "cosine_rank": [log1p(len(better[i])) for i in places],
        "sibling_gap": [closest[i] - rivals[i] if rivals[i] > -1.0 else SINGLE for i in places],
        "neighbours_near": [float(len(siblings[i])) for i in places],
        "query_best_cosine": [max(closest) for _ in places],
    }


def word_scores(bm25: list[float]) -> Columns:
    """The two numbers of group `words` that come from BM25."""
    best = max([0.0, *bm25])
    return {"bm25": bm25, "bm25_gap": [score / best if best > 0 else 0.0 for score in bm25]}


def words(terms: TermIndex, query: Query, rows: list[int]) -> Columns:
    """The rest of group `words`, and the numbers of group `query` that count words."""
    typed = [dict(terms.matches(word)) for word in query.words]
    digits = [word[0].isdigit() for word in query.words]
    importance = [_importance(terms, matches) for matches in typed]
    meant = _meanings(terms, query)
    each = [_shares(terms, typed, meant, importance, digits, row) for row in rows]
    columns = {name: [numbers[name] for numbers in each] for name in each[0]}
    best = max(columns["query_share"])
    return {
        **columns,
        "query_share_gap": [share - best for share in columns["query_share"]],
        "query_best_share": [best for _ in rows],
        "query_words": [float(len(typed)) for _ in rows],
        "query_known": [sum(map(bool, typed)) / len(typed) if typed else 0.0 for _ in rows],
        "query_digits": [float(sum(digits)) for _ in rows],
    }


def _importance(terms: TermIndex, matches: dict[int, float]) -> float:
    if not matches:
        return UNKNOWN_WORD
    return max(weight * float(terms.idf[stem]) for stem, weight in matches.items())


def _meanings(terms: TermIndex, query: Query) -> list[tuple[int, int, list[dict[int, float]]]]:
    """For each meaning of each known term: start and end of the term, and the matches of each word."""
    if not query.words:
        return []
    wordings = [(hit, means) for hit in query.hits for means in hit.meaning.means[:FOLLOWED_MEANINGS]]
    groups = [(hit.start, hit.stop, [dict(word) for word in terms.meant(means)]) for hit, means in wordings]
    return [group for group in groups if group[2]]


def _shares(
    terms: TermIndex,
    typed: list[dict[int, float]],
    meant: list[tuple[int, int, list[dict[int, float]]]],
    importance: list[float],
    digits: list[bool],
    row: int,
) -> dict[str, float]:
    """The shares of the query's words in one code, and of the code's stems in the query."""
    own = slice(terms.indptr[row], terms.indptr[row + 1])
    stems, fields = terms.tokens[own].tolist(), terms.fields[own].tolist()
    every = [*typed, *(word for _, _, group in meant for word in group)]
    covered = {stem: max((word.get(stem, 0.0) for word in every), default=0.0) for stem in stems}
    as_typed = [max((word.get(stem, 0.0) for stem in stems), default=0.0) for word in typed]
    as_meant = list(as_typed)
    for start, stop, group in meant:
        held = [max((word.get(stem, 0.0) for stem in stems), default=0.0) for word in group]
        mean = round(sum(held) / len(group), 6)
        for at in range(start, stop):
            as_meant[at] = max(as_meant[at], mean)

    def share(bits: int) -> float:
        chosen = [stem for stem, field in zip(stems, fields, strict=True) if field & bits]
        total = sum(float(terms.idf[stem]) for stem in chosen)
        return sum(float(terms.idf[stem]) * covered[stem] for stem in chosen) / total if chosen else 0.0

    missing = [weight for weight, held in zip(importance, as_meant, strict=True) if held < 0.5]
    return {
        "query_share": _weighted(as_meant, importance) if typed else 0.0,
        "query_share_plain": _weighted(as_typed, importance) if typed else 0.0,
        "rarest_missing": max(missing, default=0.0),
        "short_share": share(SHORT_FIELD) if typed else 0.0,
        "long_share": share(LONG_FIELD) if typed else 0.0,
        "any_share": share(0xFF) if typed else 0.0,
        "first_word": as_meant[0] if typed else 0.0,
        "numbers": sum(held for held, digit in zip(as_typed, digits, strict=True) if digit),
    }


def _weighted(values: list[float], weights: list[float]) -> float:
    return sum(value * weight for value, weight in zip(values, weights, strict=True)) / sum(weights)


def known_terms(query: Query, rows: list[int]) -> Columns:
    """Group `terms`."""
    pointing = [[hit for hit in query.hits if row in hit.meaning.rows] for row in rows]
    return {
        "term_place": [
            max((1 / (1 + hit.meaning.rows.index(row)) for hit in hits), default=0.0)
            for row, hits in zip(rows, pointing, strict=True)
        ],
        "term_words": [max((float(hit.stop - hit.start) for hit in hits), default=0.0) for hits in pointing],
        "term_alone": [max((1 / len(hit.meaning.rows) for hit in hits), default=0.0) for hits in pointing],
        "term_count": [float(len(hits)) for hits in pointing],
        "name_place": [
            max((1 / len(hit.meaning.rows) for hit in hits if hit.meaning.listed), default=0.0)
            for hits in pointing
        ],
        "term_whole": [
            max(((hit.stop - hit.start) / len(query.words) for hit in hits), default=0.0) for hits in pointing
        ],
        "term_elsewhere": [float(any(pointing) and not hits) for hits in pointing],
    }


def quantities(codes: CodeColumns, stated: Sequence[Quantity], rows: list[int]) -> Columns:
    """Group `quantities`."""
    each = [_quantities_of(codes, stated, row) for row in rows]
    names = ("known", "same_kind", "equal", "multiple", "ratio", "times", "fit")
    columns = {f"quantity_{name}": [numbers[i] for numbers in each] for i, name in enumerate(names)}
    fits = columns["quantity_fit"]
    gaps = []
    kin = codes.profiles.kin.tolist()
    for i, row in enumerate(rows):
        near = [
            fits[j]
            for j, other in enumerate(rows)
            if j != i and abs(other - row) <= NEAR and kin[other] == kin[row]
        ]
        gaps.append(fits[i] - max(near) if near else 0.0)
    distances = [
        [_outside(codes, row, said) for said in stated if _outside(codes, row, said) is not None]
        for row in rows
    ]
    return {
        **columns,
        "quantity_gap": gaps,
        "range_inside": [float(sum(far == 0 for far in of_row)) for of_row in distances],
        "range_outside": [float(sum(far != 0 for far in of_row)) for of_row in distances],
        "range_distance": [max((far or 0.0 for far in of_row), default=0.0) for of_row in distances],
    }


def _quantities_of(codes: CodeColumns, stated: Sequence[Quantity], row: int) -> tuple[float, ...]:
    profiles = codes.profiles
    pairs = zip(profiles.dimensions[row].tolist(), profiles.amounts[row].tolist(), strict=True)
    own = [(dimension, amount) for dimension, amount in pairs if dimension >= 0]
    times = [[said.amount / amount for kind, amount in own if kind == said.dimension] for said in stated]
    wholes = [[ratio for ratio in ratios if _is_whole(ratio)] for ratios in times]
    every = [ratio for ratios in times for ratio in ratios]
    known = (1 if profiles.dimensions[row, 0] >= 0 else 0) + (2 if stated else 0)
    equals = [any(abs(ratio - 1) < 0.001 for ratio in ratios) for ratios in times]
    ratio = min([NO_RATIO, *(abs(log(max(ratio, 1e-9))) for ratio in every)])
    smallest = min((log(round(ratio)) for ratios in wholes for ratio in ratios), default=NO_TIMES)
    fit = 0.0
    for said, ratios, equal, whole in zip(stated, times, equals, wholes, strict=True):
        far = _outside(codes, row, said)
        if equal or far == 0:
            fit += 1
        elif whole:
            fit += 0.5
        elif ratios or far is not None:
            fit -= 1
    return float(known), float(bool(every)), float(sum(equals)), float(any(wholes)), ratio, smallest, fit


def _is_whole(ratio: float) -> bool:
    return ratio > 0.999 and abs(ratio - round(ratio)) < 0.001


def _outside(codes: CodeColumns, row: int, said: Quantity) -> float | None:
    """How far an amount is outside the first range of its dimension: 0 inside, None without such a range."""
    profiles = codes.profiles
    for dimension, low, high in zip(
        profiles.range_dimensions[row].tolist(),
        profiles.range_low[row].tolist(),
        profiles.range_high[row].tolist(),
        strict=True,
    ):
        if dimension == said.dimension:
            if said.amount < low * (1 - 2e-6):
                return min(NO_RATIO, log(low / max(said.amount, 1e-9)))
            return min(NO_RATIO, log(said.amount / high)) if said.amount > high * (1 + 2e-6) else 0.0
    return None


def attributes(of_codes: list[int], stated: int, rows: list[int]) -> Columns:
    """Group `attributes`."""
    counts: Columns = {f"attributes_{name}": [] for name in ("agree", "clash", "extra", "missing")}
    for row in rows:
        pairs = [(stated & bits, of_codes[row] & bits) for bits in GROUPS]
        counts["attributes_agree"].append(float(sum(said & held != 0 for said, held in pairs)))
        clashes = [said != 0 and held != 0 and said & held == 0 for said, held in pairs]
        counts["attributes_clash"].append(float(sum(clashes)))
        counts["attributes_extra"].append(float(sum(held != 0 and said == 0 for said, held in pairs)))
        counts["attributes_missing"].append(float(sum(said != 0 and held == 0 for said, held in pairs)))
    return counts


def code(codes: CodeColumns, rows: list[int]) -> Columns:
    """Group `code`, but for `neighbours_near`."""
    sections = {f"section_{name}": i for i, name in enumerate(("drug", "device", "brace", "service"))}
    return {
        "generic": codes.profiles.generic[rows].tolist(),
        "maker": codes.profiles.maker[rows].tolist(),
        "code_popularity": codes.code_popularity[rows].tolist(),
        "starter": codes.starter[rows].tolist(),
        "length": codes.length[rows].tolist(),
        **{name: codes.sections[rows, i].tolist() for name, i in sections.items()},
    }
