"""Training of the ranker and the calibration.

Their examples are computed for the lines of a fold, with the encoder that left this fold out. So they learn
from features as they are for the text of a hospital that the encoder did not learn from.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import lightgbm
import msgspec
import numpy as np
import numpy.typing as npt

from index.encoder import Encoder
from index.store.artifact import Artifact
from suggest.calibration import RANKER_COLUMNS, SCORE_COLUMNS, ScoredCandidates, confidence_features
from suggest.candidates import Retriever
from suggest.code_columns import CodeColumns
from suggest.expansion import Expander
from suggest.features import NAMES, Features
from suggest.measures import Measures
from suggest.ranker import BoostedRanker
from suggest.reader import Query, Reader
from suggest.systems import SystemModel, own_log_odds
from suggest.training.lines import (
    FOLDS,
    NO_CODE,
    NO_CODE_TEXT,
    NO_CODE_WRITTEN,
    TERM_VARIANT,
    WRITTEN,
    Line,
    has_code,
)

Floats = npt.NDArray[np.float32]

MAX_LINES = {
    "charge": 14000,
    "charge variant": 2500,
    TERM_VARIANT: 5000,
    WRITTEN: 22000,
    "written variant": 4000,
    NO_CODE: 6000,
    NO_CODE_TEXT: 4000,
    NO_CODE_WRITTEN: 17000,
    "name": 1500,
    "starter": 1800,
    "older wording": 1000,
    "clipped": 2500,
    "lexicon lay": 600,
}
"""Lines of each kind that the ranker learns from, so that no source outweighs the others."""

MAX_CHARGES_PER_CODE = 15
CODES_BY_MEANING = 18  # candidates of a line: more than in an answer, so that the ranker sees more wrong ones
CALIBRATED_CANDIDATES = 10  # first candidates of a line that the confidence learns from

RANKER_SETTINGS = {
    "objective": "lambdarank", "learning_rate": 0.2, "num_leaves": 31, "max_depth": 6,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.4, "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 5.0,
    "lambdarank_truncation_level": 5,
    "deterministic": True, "force_row_wise": True, "num_threads": 2, "verbosity": -1,
}  # fmt: skip
RANKER_ROUNDS = 60
CALIBRATION_SETTINGS = {
    "objective": "binary", "learning_rate": 0.08, "num_leaves": 15, "max_depth": 6, "min_data_in_leaf": 200,
    "feature_fraction": 0.7, "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 10.0,
    "deterministic": True, "force_row_wise": True, "num_threads": 2, "verbosity": -1,
}  # fmt: skip
CONFIDENCE_ROUNDS = 80
ANSWERABLE_ROUNDS = 120
CHARGE_MISS_WEIGHT, WRITTEN_MISS_WEIGHT = 0.35, 0.7  # of wrong candidates of such texts; see `fit_confidence`
NO_CODE_WEIGHT = 1.5  # of a text without a code: there are fewer of them than of lines with one


class Example(NamedTuple):
    """The candidates of one line.

    Attributes:
        kind: See `Line`.
        fold: See `Line`.
        matrix: float32 (n, features): the ranker's input.
        labels: bool (n,): whether a candidate is right.
        codable: Log odds that the text belongs to HCPCS Level II, by its words alone.
        source: See `Line`.
    """

    kind: str
    fold: int
    matrix: Floats
    labels: npt.NDArray[np.bool_]
    codable: float
    source: str = ""


Scored = tuple[Example, Floats]
"""An example, and scores of its candidates, float32 (n,), by a ranker that did not learn from its fold."""


class FoldIndex:
    """An index with the encoder that left out a fold, to compute examples from the lines of that fold."""

    def __init__(
        self,
        full: Artifact,
        bare: Artifact,
        encoder: Encoder,
        code_popularity: Mapping[str, int],
        systems: SystemModel,
    ) -> None:
        """Take the index in two forms.

        Args:
            full: The whole index.
            bare: The index without starter and lexicon texts, for lines that are such texts.
            encoder: The encoder of both.
            code_popularity: Code -> number of price lists that contain it and that the encoder learned from.
            systems: The model that did not learn from the lines.
        """
        self._systems = systems
        self._measures = Measures(full.catalogue.records)
        columns = [CodeColumns.from_artifact(artifact, code_popularity) for artifact in (full, bare)]
        self._all = np.ones(len(full.catalogue), bool)
        self._without_measures = ~columns[0].measure
        self._full, self._bare = (
            (Retriever(artifact, encoder), Features(artifact.table, own))
            for artifact, own in zip((full, bare), columns, strict=True)
        )
        self._codes = full.catalogue.codes
        self._readers = (
            Reader(Expander(full.lexicon, (), self._codes), full.table),
            Reader(Expander(full.lexicon, full.names, self._codes), full.table),
        )

    def example(self, line: Line, nth: int) -> Example | None:
        """The example of a line; None for a line without words.

        Args:
            line: The line.
            nth: Its position. Every second charge line is read with name lists, since some users have them.
        """
        is_term = line.kind.startswith("lexicon")
        retriever, features = self._bare if is_term or line.kind == "starter" else self._full
        with_names = nth % 2 if line.kind == "charge" or not has_code(line.kind) else 0
        query = self._readers[with_names].read(line.text)
        if is_term:
            query = _without_own_term(query)
        if not query.words:
            return None
        of_measure = self._measures.meant(line.text, query.words, query.plain)
        allowed = self._all if of_measure else self._without_measures
        candidates = retriever.candidates([query], allowed, CODES_BY_MEANING)
        matrix = features.matrix([query], candidates)
        labels = np.array([self._codes[row] in line.codes for row in candidates.rows], bool)
        codable = own_log_odds(self._systems.probabilities([query.plain])[0])
        return Example(line.kind, line.fold, matrix, labels, codable, line.source)


def _without_own_term(query: Query) -> Query:
    """The query as if the lexicon did not contain the whole text as a term."""
    hits = tuple(hit for hit in query.hits if hit.stop - hit.start < len(query.words))
    if len(hits) == len(query.hits):
        return query
    return msgspec.structs.replace(query, hits=hits, expanded=query.plain)


def sampled_lines(lines: Sequence[Line], seed: int) -> list[Line]:
    """The lines that the ranker learns from: capped by kind and, for charges, by code; no text twice."""
    shuffled = sorted(lines)
    random.Random(seed).shuffle(shuffled)
    per_kind: Counter[str] = Counter()
    per_code: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()
    sample = []
    for line in shuffled:
        if per_kind[line.kind] >= MAX_LINES.get(line.kind, 0) or (line.text, line.kind) in seen:
            continue
        if line.kind == "charge" and per_code[line.codes[0]] >= MAX_CHARGES_PER_CODE:
            continue
        seen.add((line.text, line.kind))
        per_kind[line.kind] += 1
        if line.kind == "charge":
            per_code[line.codes[0]] += 1
        sample.append(line)
    return sample


def with_all_codes(lines: Sequence[Line]) -> list[Line]:
    """The lines, where lines with the same text and kind accept each other's codes."""
    codes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for line in lines:
        codes[line.text, line.kind] += line.codes
    return [
        msgspec.structs.replace(line, codes=tuple(dict.fromkeys((*line.codes, *codes[line.text, line.kind]))))
        for line in lines
    ]


def is_ranked(kind: str) -> bool:
    """Whether the ranker and the confidence learn from a kind of lines.

    They do not from known terms among ordinary words: they would learn that a known term is always right.
    """
    return has_code(kind) and kind != TERM_VARIANT


def fit_ranker(examples: Sequence[Example], seed: int) -> Any:
    """LambdaMART model (Burges 2010) of the examples that have a right candidate."""
    usable = [example for example in examples if example.labels.any()]
    data = lightgbm.Dataset(
        np.concatenate([example.matrix for example in usable]),
        np.concatenate([example.labels for example in usable]).astype(np.int32),
        group=[len(example.labels) for example in usable],
        feature_name=list(NAMES),
    )
    return lightgbm.train({**RANKER_SETTINGS, "seed": seed}, data, RANKER_ROUNDS)


def out_of_fold_scores(examples: Sequence[Example], seed: int) -> Iterator[Scored]:
    """Each example with the scores of a ranker that learned from the other folds, fold by fold."""
    for fold in range(FOLDS):
        others = [example for example in examples if example.fold != fold and is_ranked(example.kind)]
        ranker = BoostedRanker(fit_ranker(others, seed))
        for example in examples:
            if example.fold == fold:
                yield example, ranker.scores(example.matrix)


def fit_confidence(scored: Sequence[Scored], seed: int) -> Any:
    """Boosted probability that a candidate is right, from the first candidates of each line with a code.

    A miss on a charge line has a lower weight. Of the charge lines that were read one by one, one in seven
    had a wrong code or was too vague to code, so that about three misses in ten are errors of the label. A
    written text has the one code that its writer had in mind, and a second reader often accepts another.
    """
    coded = [(example, scores) for example, scores in scored if is_ranked(example.kind)]
    top = [_top(scores, CALIBRATED_CANDIDATES) for _, scores in coded]
    columns = np.concatenate([_columns(example, scores, CALIBRATED_CANDIDATES) for example, scores in coded])
    labels = np.concatenate([example.labels[order] for (example, _), order in zip(coded, top, strict=True)])
    kinds = np.concatenate(
        [[example.kind] * len(order) for (example, _), order in zip(coded, top, strict=True)]
    )
    of_charges, of_written = np.char.startswith(kinds, "charge"), np.char.startswith(kinds, WRITTEN)
    of_misses = np.where(of_charges, CHARGE_MISS_WEIGHT, np.where(of_written, WRITTEN_MISS_WEIGHT, 1.0))
    weights = np.where(labels, 1.0, of_misses)
    return _fit_binary(columns, labels, weights, CONFIDENCE_ROUNDS, seed)


def fit_answerable(scored: Sequence[Scored], seed: int) -> Any:
    """Boosted probability that any code fits, from the first candidate of each line."""
    columns = np.concatenate([_columns(example, scores, 1) for example, scores in scored])
    labels = np.array([has_code(example.kind) for example, _ in scored])
    return _fit_binary(columns, labels, np.where(labels, 1.0, NO_CODE_WEIGHT), ANSWERABLE_ROUNDS, seed)


def _fit_binary(
    columns: Floats, labels: npt.NDArray[np.bool_], weights: npt.NDArray[np.float64], rounds: int, seed: int
) -> Any:
    names = [*SCORE_COLUMNS, *RANKER_COLUMNS]
    data = lightgbm.Dataset(columns, labels.astype(np.int32), weight=weights, feature_name=names)
    return lightgbm.train({**CALIBRATION_SETTINGS, "seed": seed}, data, rounds)


def _top(scores: Floats, k: int) -> npt.NDArray[np.int64]:
    """Positions of the k best scores, best first, equal ones in order."""
    return np.argsort(-scores, kind="stable")[:k]


def _columns(example: Example, scores: Floats, k: int) -> Floats:
    """The calibration's input for the first k candidates of an example."""
    top = _top(scores, k)
    return confidence_features(
        ScoredCandidates(example.matrix, scores, [0, len(scores)], top, [0, len(top)], [example.codable])
    )


def answerable_probabilities(scored: Sequence[Scored], model: Any) -> Floats:
    """Probability that any code fits each line: float32 (lines,)."""
    columns = np.concatenate([_columns(example, scores, 1) for example, scores in scored])
    return np.asarray(model.predict(columns), np.float32)
