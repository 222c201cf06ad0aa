"""Training the ranker and the confidence on features from encoders that never saw the line's hospital."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import lightgbm
import msgspec
import numpy as np
import numpy.typing as npt

from index.encoder import Encoder
from index.store.artifact import Artifact
from index.text.words import normalise
from suggest.calibration import RANKER_COLUMNS, SCORE_COLUMNS, ScoredCandidates, confidence_features
from suggest.candidates import Retriever
from suggest.code_columns import CodeColumns
from suggest.expansion import Expander
from suggest.features import NAMES, Features
from suggest.ranker import BoostedRanker
from suggest.reader import Query, Reader
from suggest.training.lines import FOLDS, Line

Floats = npt.NDArray[np.float32]
Log = Callable[[str], None]

MOST = {
    "charge": 9000,
    "name": 1500,
    "starter": 1800,
    "older wording": 1000,
    "clipped": 2500,
    "lexicon lay": 600,
}
"""Lines of each kind that the ranker learns from, so that no source outweighs the others."""

CHARGES_A_CODE = 15
LEARNED_FROM = 24  # closest codes of a line: a few more than when answering, to learn what is wrong
CALIBRATED = 10  # candidates of a line that the confidence learns from

RANKER = {
    "objective": "lambdarank", "learning_rate": 0.12, "num_leaves": 31, "max_depth": 6,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.4, "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 5.0,
    "lambdarank_truncation_level": 5,
    "deterministic": True, "force_row_wise": True, "num_threads": 2, "verbosity": -1,
}  # fmt: skip
RANKER_ROUNDS = 100
CONFIDENCE = {
    "objective": "binary", "learning_rate": 0.08, "num_leaves": 15, "max_depth": 6, "min_data_in_leaf": 200,
    "feature_fraction": 0.7, "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 10.0,
    "deterministic": True, "force_row_wise": True, "num_threads": 2, "verbosity": -1,
}  # fmt: skip
CONFIDENCE_ROUNDS = 80
ANSWERABLE_ROUNDS = 120
TRUSTED_MISSES = 0.7
WITHOUT_CODE = 3.0  # weight of a text without a code: there are fewer of them than of lines with one
NO_CODE = "no code"


class Example(NamedTuple):
    """The candidates of one line: `matrix` float32 (n, features), `labels` bool (n,), `codable` log odds."""

    kind: str
    fold: int
    matrix: Floats
    labels: npt.NDArray[np.bool_]
    codable: float


class Bench:
    """One fold's encoder in a whole index, to compute the features of lines that it never saw.

    `bare` is the same index without starter and lexicon texts, for lines that are those texts.
    """

    def __init__(
        self,
        full: Artifact,
        bare: Artifact,
        encoder: Encoder,
        code_popularity: Mapping[str, int],
        codable: tuple[Floats, float],
    ) -> None:
        self._codable = codable
        self._everything = np.ones(len(full.catalogue), bool)
        self._sides = {
            side: (
                Retriever(artifact, encoder),
                Features(artifact.table, CodeColumns.from_artifact(artifact, code_popularity)),
            )
            for side, artifact in (("full", full), ("bare", bare))
        }
        codes = full.catalogue.codes
        self._codes = codes
        plain = Expander(full.lexicon, (), codes)
        self._readers = (
            Reader(plain, full.table),
            Reader(Expander(full.lexicon, full.names, codes), full.table),
        )

    def example(self, line: Line, nth: int) -> Example | None:
        """Features of a line; every second charge line is read with the name lists that users may have."""
        known = line.kind.startswith("lexicon") or line.kind == "starter"
        retriever, features = self._sides["bare" if known else "full"]
        query = self._readers[nth % 2 if line.kind in ("charge", NO_CODE) else 0].read(line.text)
        if line.kind.startswith("lexicon"):
            query = _unlisted(query)
        if not query.words:
            return None
        candidates = retriever.candidates([query], self._everything, LEARNED_FROM)
        matrix = features.matrix([query], candidates)
        labels = np.array([self._codes[row] in line.codes for row in candidates.rows], bool)
        weights, bias = self._codable
        vector = candidates.vectors[candidates.typed[0]]
        return Example(line.kind, line.fold, matrix, labels, float(vector @ weights) + bias)


def _unlisted(query: Query) -> Query:
    """The query as if the lexicon did not hold it: what a new name or phrase looks like."""
    hits = tuple(hit for hit in query.hits if hit.stop - hit.start < len(query.words))
    if len(hits) == len(query.hits):
        return query
    return msgspec.structs.replace(query, hits=hits, expanded=query.plain)


def chosen(lines: Sequence[Line], seed: int) -> list[Line]:
    """The lines that the ranker learns from, capped by kind and, for charges, by code; no text twice."""
    chance = random.Random(seed)
    shuffled = sorted(lines)
    chance.shuffle(shuffled)
    taken: Counter[str] = Counter()
    per_code: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()
    kept = []
    for line in shuffled:
        if taken[line.kind] >= MOST.get(line.kind, 0) or (line.text, line.kind) in seen:
            continue
        if line.kind == "charge" and per_code[line.codes[0]] >= CHARGES_A_CODE:
            continue
        seen.add((line.text, line.kind))
        taken[line.kind] += 1
        per_code[line.codes[0]] += line.kind == "charge"
        kept.append(line)
    return kept


def all_codes(lines: Sequence[Line]) -> list[Line]:
    """Lines with the same text and kind accept each other's codes."""
    codes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for line in lines:
        codes[line.text, line.kind] += line.codes
    return [
        msgspec.structs.replace(line, codes=tuple(dict.fromkeys((*line.codes, *codes[line.text, line.kind]))))
        for line in lines
    ]


def fit_ranker(examples: Sequence[Example], seed: int) -> Any:
    """LambdaMART over the lines whose right code is among the candidates."""
    some = [example for example in examples if example.labels.any()]
    data = lightgbm.Dataset(
        np.concatenate([example.matrix for example in some]),
        np.concatenate([example.labels for example in some]).astype(np.int32),
        group=[len(example.labels) for example in some],
        feature_name=list(NAMES),
    )
    return lightgbm.train({**RANKER, "seed": seed}, data, RANKER_ROUNDS)


def unseen_scores(examples: Sequence[Example], seed: int) -> Iterator[tuple[Example, Floats]]:
    """Each example with the scores of a ranker that was trained on the other folds."""
    for fold in range(FOLDS):
        ranker = BoostedRanker(
            fit_ranker([one for one in examples if one.fold != fold and one.kind != NO_CODE], seed)
        )
        for example in examples:
            if example.fold == fold:
                yield example, ranker.scores(example.matrix)


def fit_codable(encoder: Encoder, coded: Sequence[str], others: Sequence[str]) -> tuple[Floats, float]:
    """Logistic regression on vectors: texts with a code against texts without, both sides weighing the same.

    Returns:
        Weights, float32 (dim,), and bias.
    """
    from sklearn.linear_model import LogisticRegression

    vectors = encoder.encode([normalise(text) for text in (*coded, *others)])
    labels = np.array([1] * len(coded) + [0] * len(others))
    model = LogisticRegression(C=1.0, max_iter=300, class_weight="balanced").fit(vectors, labels)
    return np.asarray(model.coef_[0], np.float32), float(model.intercept_[0])


def fit_confidence(scored: Sequence[tuple[Example, Floats]], seed: int) -> Any:
    """Boosted probability that a candidate is right, over the first candidates of each line with a code.

    A miss on a charge line counts less: of the lines of these price lists that were read one by one, one in
    seven had a wrong code or was too vague to code, so that about three misses in ten are the label's.
    """
    some = [(example, scores) for example, scores in scored if example.kind != NO_CODE]
    columns = np.concatenate([_columns(example, scores, CALIBRATED) for example, scores in some])
    labels = np.concatenate([example.labels[_first(scores, CALIBRATED)] for example, scores in some])
    kinds = np.concatenate([[example.kind] * len(_first(scores, CALIBRATED)) for example, scores in some])
    weights = np.where((kinds == "charge") & ~labels, TRUSTED_MISSES, 1.0)
    return _fit_binary(columns, labels, weights, CONFIDENCE_ROUNDS, seed)


def fit_answerable(scored: Sequence[tuple[Example, Floats]], seed: int) -> Any:
    """Boosted probability that any code fits, from the first candidate of each line."""
    columns = np.concatenate([_columns(example, scores, 1) for example, scores in scored])
    labels = np.array([example.kind != NO_CODE for example, _ in scored])
    return _fit_binary(columns, labels, np.where(labels, 1.0, WITHOUT_CODE), ANSWERABLE_ROUNDS, seed)


def _fit_binary(
    columns: Floats, labels: npt.NDArray[np.bool_], weights: npt.NDArray[np.float64], rounds: int, seed: int
) -> Any:
    names = [*SCORE_COLUMNS, *RANKER_COLUMNS]
    data = lightgbm.Dataset(columns, labels.astype(np.int32), weight=weights, feature_name=names)
    return lightgbm.train({**CONFIDENCE, "seed": seed}, data, rounds)


def _first(scores: Floats, most: int) -> npt.NDArray[np.int64]:
    return np.argsort(-scores, kind="stable")[:most]


def _columns(example: Example, scores: Floats, most: int) -> Floats:
    order = _first(scores, most)
    indptr, firsts = [0, len(scores)], [0, len(order)]
    return confidence_features(
        ScoredCandidates(example.matrix, scores, indptr, order, firsts, [example.codable])
    )


def answerables(scored: Sequence[tuple[Example, Floats]], booster: Any) -> Floats:
    """How likely any code fits each line, float32 (lines,)."""
    return np.asarray(
        booster.predict(np.concatenate([_columns(one, by, 1) for one, by in scored])), np.float32
    )
