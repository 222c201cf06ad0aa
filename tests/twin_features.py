"""The ranker's features in plain Python: one function for each group, written from `docs/ranker.md`.

Slow and simple. The tests compare the compiled `suggest.features` with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log, log1p
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.store.roles import DENIED, HEAD, STATED
from index.store.terms import TermIndex
from index.text.attribute_phrases import THEMES
from index.text.attributes import GROUPS, ROUTE, ROUTE_WORDS, THEME_OF, WAY
from index.text.heads import head_length
from index.text.polarity import DENIED as TEXT_DENIED
from index.text.polarity import OPEN, polarity
from index.text.quantities import Quantity
from index.text.words import cut
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
    known = words(terms, query, rows)
    columns = {
        **vectors(codes.family.tolist(), rows, cosines.tolist()),
        **word_scores(bm25.tolist()),
        **known,
        **known_terms(query, rows),
        **quantities(codes, query.quantities, rows),
        **attributes(codes, query.attributes, rows, known["name_missing"]),
        "mended": [query.mended for _ in rows],
        **code(codes, rows),
    }
    kin = codes.profiles.kin[rows].tolist()
    columns["beaten"] = [
        max(one, float(_states_refused(terms, query, rows[i]) and _outdone(columns, kin, i)))
        for i, one in enumerate(columns["beaten"])
    ]
    return columns


def _states_refused(terms: TermIndex, query: Query, row: int) -> bool:
    """Whether the descriptors of a code state a word that is the first which the text denies."""
    marks = [*polarity(query.words), 0]
    refused = {
        stem
        for i, word in enumerate(query.words)
        if marks[i] == TEXT_DENIED != marks[i - 1]
        for stem, _ in terms.matches(word)
    }
    own = slice(terms.indptr[row], terms.indptr[row + 1])
    return any(
        stem in refused and field & (LONG_FIELD | SHORT_FIELD) and role & (STATED | DENIED) == STATED
        for stem, field, role in zip(
            terms.tokens[own].tolist(), terms.fields[own].tolist(), terms.roles[own].tolist(), strict=True
        )
    )


def _outdone(columns: Columns, kin: list[int], i: int) -> bool:
    """Whether a candidate like this one holds as much of the text and denies less of it."""
    others = [j for j, other in enumerate(kin) if other == kin[i]]
    denial = [
        both - code - text
        for both, code, text in zip(
            *(columns[f"denied_by_{side}"] for side in ("both", "code", "text")), strict=True
        )
    ]
    balance = [
        agree - clash
        for agree, clash in zip(columns["attributes_agree"], columns["attributes_clash"], strict=True)
    ]
    no_worse = [
        j
        for j in others
        if denial[j] > denial[i] + 1e-4
        and columns["query_share"][j] >= columns["query_share"][i] - 1e-4
        and columns["query_share_plain"][j] >= columns["query_share_plain"][i] - 1e-4
        and balance[j] >= balance[i]
        and columns["quantity_fit"][j] >= columns["quantity_fit"][i]
        and columns["range_outside"][j] <= columns["range_outside"][i]
        and columns["route_clash"][j] <= columns["route_clash"][i]
    ]
    return bool(no_worse)


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


class Word(NamedTuple):
    """A word of the query, typed or of a meaning: the stems that it may stand for, and its polarity."""

    stems: dict[int, float]
    polarity: int


def words(terms: TermIndex, query: Query, rows: list[int]) -> Columns:
    """The rest of group `words`, and the numbers of group `query` that count words."""
    marks = polarity(query.words)
    typed = [Word(dict(terms.matches(word)), mark) for word, mark in zip(query.words, marks, strict=True)]
    digits = [word[0].isdigit() for word in query.words]
    named = [not digit and word not in ROUTE_WORDS for word, digit in zip(query.words, digits, strict=True)]
    importance = [_importance(terms, word.stems) for word in typed]
    meant = _meanings(terms, query, marks)
    head = head_length(query.words)
    each = [_shares(terms, typed, meant, importance, digits, named, head, row) for row in rows]
    columns = {name: [numbers[name] for numbers in each] for name in each[0]}
    best = max(columns["query_share"])
    denial = [
        both - code - text
        for both, code, text in zip(
            *(columns[f"denied_by_{side}"] for side in ("both", "code", "text")), strict=True
        )
    ]
    return {
        **columns,
        "denial_gap": [own - max(denial) for own in denial],
        "query_share_gap": [share - best for share in columns["query_share"]],
        "query_best_share": [best for _ in rows],
        "query_words": [float(len(typed)) for _ in rows],
        "query_known": [sum(bool(word.stems) for word in typed) / len(typed) if typed else 0.0 for _ in rows],
        "query_digits": [float(sum(digits)) for _ in rows],
    }


def _importance(terms: TermIndex, matches: dict[int, float]) -> float:
    if not matches:
        return UNKNOWN_WORD
    return max(weight * float(terms.idf[stem]) for stem, weight in matches.items())


def _meanings(terms: TermIndex, query: Query, marks: list[int]) -> list[tuple[int, int, list[Word]]]:
    """For each meaning of each known term: start and end of the term, and the words of the meaning."""
    groups = []
    for hit in query.hits if query.words else ():
        outer = set(marks[hit.start : hit.stop])
        for means in hit.meaning.means[:FOLLOWED_MEANINGS]:
            found = terms.meant(means)
            inner = polarity(cut(means)[: len(found)])
            # Of the two marks of a denied word in an open term, being denied comes first.
            own = [
                TEXT_DENIED if TEXT_DENIED in {mark, *outer} else OPEN if OPEN in {mark, *outer} else mark
                for mark in inner
            ]
            if found:
                pairs = zip(found, own, strict=True)
                groups.append((hit.start, hit.stop, [Word(dict(word), mark) for word, mark in pairs]))
    return groups


class Held(NamedTuple):
    """How a code holds a word: in any text, in its heads, and its heaviest stems that a side denies."""

    best: float
    head: float
    by_code: float
    by_text: float
    by_both: float


def _held(terms: TermIndex, word: Word, row: int) -> Held:
    best, head, sides = 0.0, 0.0, {"code": 0.0, "text": 0.0, "both": 0.0}
    for at in range(terms.indptr[row], terms.indptr[row + 1]):
        stem, role = int(terms.tokens[at]), int(terms.roles[at])
        if stem not in word.stems:
            continue
        own = word.stems[stem]
        side = _side(role, word.polarity)
        if side:
            sides[side] = max(sides[side], own * float(terms.idf[stem]))
        if side in ("", "both"):
            best = max(best, own)
            head = max(head, own) if role & HEAD else head
    return Held(best, head, sides["code"], sides["text"], sides["both"])


def _side(role: int, mark: int) -> str:
    """Which side denies a stem: the code, the text, both, or none of them without doubt."""
    if role & (STATED | DENIED) == DENIED:
        return "both" if mark == TEXT_DENIED else "" if mark == OPEN else "code"
    return "text" if role & (STATED | DENIED) == STATED and mark == TEXT_DENIED else ""


def _shares(
    terms: TermIndex,
    typed: list[Word],
    meant: list[tuple[int, int, list[Word]]],
    importance: list[float],
    digits: list[bool],
    named: list[bool],
    head: int,
    row: int,
) -> dict[str, float]:
    """The shares of the query's words in one code, and of the code's stems in the query."""
    own = slice(terms.indptr[row], terms.indptr[row + 1])
    stems, fields, roles = terms.tokens[own].tolist(), terms.fields[own].tolist(), terms.roles[own].tolist()
    every = [*typed, *(word for _, _, group in meant for word in group)]
    covered = [
        max(
            (word.stems.get(stem, 0.0) for word in every if _side(role, word.polarity) in ("", "both")),
            default=0.0,
        )
        for stem, role in zip(stems, roles, strict=True)
    ]
    as_typed = [_held(terms, word, row) for word in typed]
    as_meant = [word.best for word in as_typed]
    in_head = [word.head for word in as_typed]
    everywhere = list(as_typed)
    for start, stop, group in meant:
        held = [_held(terms, word, row) for word in group]
        everywhere += held
        for at in range(start, stop):
            as_meant[at] = max(as_meant[at], round(sum(word.best for word in held) / len(group), 6))
            in_head[at] = max(in_head[at], round(sum(word.head for word in held) / len(group), 6))

    def share(chosen: list[bool]) -> float:
        weights = [float(terms.idf[stem]) for stem in stems]
        total = sum(weight for weight, chose in zip(weights, chosen, strict=True) if chose)
        held = sum(w * cover for w, cover, chose in zip(weights, covered, chosen, strict=True) if chose)
        return held / total if total else 0.0

    missing = [weight if held < 0.5 else 0.0 for weight, held in zip(importance, as_meant, strict=True)]
    names = [weight for weight, name in zip(missing, named, strict=True) if name]
    tail = [max(0.0, held - own) for held, own in zip(as_meant, in_head, strict=True)]
    return {
        "query_share": _weighted(as_meant, importance) if typed else 0.0,
        "query_share_plain": _weighted([word.best for word in as_typed], importance) if typed else 0.0,
        "rarest_missing": max(missing, default=0.0),
        "name_missing": max(names, default=0.0),
        "short_share": share([bool(field & SHORT_FIELD) for field in fields]) if typed else 0.0,
        "long_share": share([bool(field & LONG_FIELD) for field in fields]) if typed else 0.0,
        "any_share": share([True for _ in fields]) if typed else 0.0,
        "head_share": share([bool(role & HEAD) for role in roles]) if typed else 0.0,
        "head_in_head": _weighted(in_head[:head], importance[:head]) if typed else 0.0,
        "tail_in_head": _weighted(in_head[head:], importance[head:]) if len(typed) > head else 0.0,
        "only_in_tail": _weighted(tail, importance) if typed else 0.0,
        **{
            f"denied_by_{side}": max((getattr(word, f"by_{side}") for word in everywhere), default=0.0)
            for side in ("code", "text", "both")
        },
        "first_word": as_meant[0] if typed else 0.0,
        "numbers": sum(held.best for held, digit in zip(as_typed, digits, strict=True) if digit),
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
        elif whole and far is None:
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


def attributes(codes: CodeColumns, stated: int, rows: list[int], name_missing: list[float]) -> Columns:
    """Group `attributes`."""
    evidence = [
        _evidence(int.from_bytes(codes.profiles.attributes[row].tobytes(), "little"), stated) for row in rows
    ]
    counts = {name: [float(own.count(value)) for own in evidence] for name, value in EVIDENCE.items()}
    balance = [agree - clash for agree, clash in zip(counts["agree"], counts["clash"], strict=True)]
    places = range(len(rows))
    family = codes.family[rows].tolist()
    siblings = [[balance[j] for j in places if j != i and family[j] == family[i]] for i in places]
    clashes = [-1.0 in (own[ROUTE], own[WAY]) for own in evidence]
    agrees = [own[ROUTE] == 1.0 and not clash for own, clash in zip(evidence, clashes, strict=True)]
    held_by = np.where(codes.profiles.generic[rows], 0.0, name_missing)  # a catch-all holds any name
    right = [missing for agree, missing in zip(agrees, held_by, strict=True) if agree]
    return {
        **{f"attributes_{name}": count for name, count in counts.items()},
        "attributes_gap": [own - max(balance) for own in balance],
        "attributes_sibling_gap": [balance[i] - max(siblings[i], default=balance[i]) for i in places],
        "route_agree": list(map(float, agrees)),
        "route_clash": list(map(float, clashes)),
        "beaten": [
            float(clash and any(held <= missing for held in right))
            for clash, missing in zip(clashes, name_missing, strict=True)
        ],
        **{
            f"{theme}_theme": [
                sum(value for value, of in zip(own, THEME_OF, strict=True) if of == number)
                for own in evidence
            ]
            for number, theme in enumerate(THEMES)
        },
    }


EVIDENCE = {"agree": 1.0, "clash": -1.0, "missing": -0.25, "extra": -0.125}


def _evidence(held: int, stated: int) -> list[float]:
    """For each group, what it says for a code: 0 where neither side states anything."""
    evidence = []
    for bits in GROUPS:
        ours, theirs = stated & bits, held & bits
        kind = ("agree" if ours & theirs else "clash") if ours and theirs else "missing" if ours else "extra"
        evidence.append(EVIDENCE[kind] if ours or theirs else 0.0)
    return evidence


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
