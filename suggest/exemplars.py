"""What a site's own labelled lines say of the candidates of a text, and the ranking with it.

For each code: the share of the lines with the same words, of those that differ in digits alone, and of the
lines nearest in meaning. A small model, a logistic regression beside the log odds of the shipped confidence,
turns them into a probability, by which the candidates are ordered anew. A text that is like no line keeps its
ranking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import mul
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from index.arrays import Vectors
from index.encoder import Encoder
from index.errors import ArtifactError
from index.shipped import read_shipped
from index.store.artifact import Artifact
from index.store.exemplars import Blend, Exemplars, entry_key, shape_key
from index.store.texts import LONG
from index.text.words import normalise
from suggest._ranking import log_odds, probability, spoken_for, tell, weighed
from suggest.answer import Why
from suggest.ranker import WEIGHTS
from suggest.ranking import Past, Ranking, RankingPipeline
from suggest.reader import Query

NEIGHBOURS = 16
POOL = 10  # candidates of the ranking that are ordered anew, or as many as a user wants
NEW_CODES = 5  # codes of similar lines that the ranking did not find
MIN_COSINE = 0.55  # of a line that says anything
SHARPNESS = 14.0  # how fast a line's say falls with its distance from the nearest one
NEAR = 0.75  # cosine from which on a line counts as support
MAX_TOLD = 60  # characters of a line in a reason
LEAST, MOST = 0.002, 0.998  # probabilities between which log odds are taken
NEW_LOG_ODDS = -1.0  # of a new code, beside the last candidate

FEATURES = (
    "entry_share", "entry_weight", "shape_share", "shape_weight", "best_cosine", "vote", "vote_near",
    "support", "vote_common", "new", "behind",
)  # fmt: skip
"""What is computed for each candidate; see `OwnLines.evidence`."""

NOT_EMBEDDED: Mapping[str, Vectors] = MappingProxyType({})


class Similar(NamedTuple):
    """What the lines say of one text.

    Attributes:
        nearest: Cosine of the nearest line; 0 without one.
        entry: Codes of the lines with the same words, with their weights.
        shape: The same for the lines that differ in digits alone.
        neighbours: Cosine and position of each similar shape, nearest first.
    """

    nearest: float
    entry: dict[int, float]
    shape: dict[int, float]
    neighbours: list[tuple[float, int]]


class Evidence(NamedTuple):
    """The candidates of one text with what the lines say of each.

    Attributes:
        rows: Catalogue rows: those of the ranking, then new ones.
        log_odds: Of the shipped confidence.
        features: float64 (candidates, features): one row a candidate, columns as `FEATURES`.
        past: Row -> the line that speaks most for the code.
    """

    rows: list[int]
    log_odds: list[float]
    features: npt.NDArray[np.float64]
    past: Mapping[int, Past]


class OwnLines:
    """Ranks with a site's own lines. Safe to use from several threads."""

    def __init__(self, exemplars: Exemplars, artifact: Artifact, encoder: Encoder, blend: Blend) -> None:
        """Take the lines, the index that they belong to, its encoder, and the model."""
        self._exemplars = exemplars
        self._encoder = encoder
        self._blend = blend
        rows = {code: row for row, code in enumerate(artifact.catalogue.codes)}
        self._rows = [rows.get(code, -1) for code in exemplars.codes]
        own = {row: code for code, row in enumerate(self._rows) if row >= 0}
        self._code_of = [own.get(row, -1) for row in range(len(rows))]
        self._closest = {text.row: i for i, text in enumerate(artifact.texts) if text.source == LONG}
        shapes = exemplars.shapes
        lines = np.bincount(shapes.codes, shapes.weights, len(exemplars.codes))
        self._common = np.sqrt(lines / max(1.0, float(lines.sum()))).tolist()

    def rankings(
        self,
        pipeline: RankingPipeline,
        texts: Sequence[str],
        queries: Sequence[Query],
        k: int,
        allowed: npt.NDArray[np.bool_],
    ) -> list[Ranking]:
        """As `RankingPipeline.rankings`, with what the lines say.

        Args:
            pipeline: Gives the candidates.
            texts: As users typed them.
            queries: The same, read.
            k: Number of candidates wanted.
            allowed: bool (codes,): which codes may be suggested.
        """
        found = pipeline.rankings(queries, max(k, POOL), allowed)
        embedded = {query.plain: one.vector for query, one in zip(queries, found, strict=True)}
        similar = self.similar(texts, embedded)
        return [
            self._blended(ranking, one, k + len(query.codes), allowed)
            for ranking, one, query in zip(found, similar, queries, strict=True)
        ]

    def similar(self, texts: Sequence[str], embedded: Mapping[str, Vectors] = NOT_EMBEDDED) -> list[Similar]:
        """What the lines say of each text.

        Args:
            texts: As users typed them.
            embedded: Vectors of normalised texts that are known already, float32 (dim,) each.
        """
        normalised = [normalise(text) for text in texts]
        cosines, shapes = self._exemplars.nearest(self._embedded(normalised, embedded), NEIGHBOURS)
        return [self._similar(*one) for one in zip(normalised, cosines, shapes, strict=True)]

    def _embedded(self, normalised: Sequence[str], known: Mapping[str, Vectors]) -> Vectors:
        """Vectors of texts, one a row; of those that are not known already a text is encoded."""
        new = [text for text in normalised if text not in known]
        if new:
            known = {**known, **dict(zip(new, self._encoder.encode(new), strict=True))}
        if len(normalised) == 1:  # a view takes a tenth of the time of a copy
            return known[normalised[0]].reshape(1, -1)
        return np.array([known[text] for text in normalised])

    def _similar(self, normalised: str, cosines: Sequence[float], shapes: Sequence[int]) -> Similar:
        exemplars = self._exemplars
        shape = exemplars.shapes.find(shape_key(normalised))
        # Lines with the same words have the same shape.
        entry = exemplars.entries.find(entry_key(normalised)) if shape >= 0 else -1
        neighbours = []
        for cosine, position in zip(cosines, shapes, strict=True):
            if position < 0 or cosine < MIN_COSINE:
                break
            neighbours.append((cosine, position))
        return Similar(
            neighbours[0][0] if neighbours else 0.0,
            dict(exemplars.entries.at(entry)) if entry >= 0 else {},
            dict(exemplars.shapes.at(shape)) if shape >= 0 else {},
            neighbours,
        )

    def evidence(self, ranking: Ranking, similar: Similar, allowed: npt.NDArray[np.bool_]) -> Evidence:
        """The candidates of a ranking and new ones, with what the lines say of each."""
        shapes = self._exemplars.shapes
        spoken = spoken_for(similar.neighbours, shapes.indptr, shapes.codes, shapes.weights, SHARPNESS, NEAR)
        rows = list(ranking.rows)
        shipped = log_odds(ranking.confidences, LEAST, MOST)
        floor = (shipped[-1] if shipped else _log_odds(0.0)) + NEW_LOG_ODDS
        first_new = len(rows)
        for code in sorted(spoken, key=lambda code: -spoken[code][0])[:NEW_CODES]:
            row = self._rows[code]
            if row >= 0 and row not in rows and allowed[row]:
                rows.append(row)
                shipped.append(floor)
        codes = [self._code_of[row] for row in rows]
        features = np.zeros((len(rows), len(FEATURES)))
        tell(
            features,
            codes,
            shipped,
            first_new,
            spoken,
            similar.entry,
            similar.shape,
            similar.nearest,
            self._common,
            MIN_COSINE,
            NEIGHBOURS,
        )
        lines = self._exemplars.lines
        past = {
            row: Past(lines[spoken[code][2]], spoken[code][1], code in similar.entry)
            for row, code in zip(rows, codes, strict=True)
            if code in spoken
        }
        return Evidence(rows, shipped, features, past)

    def _blended(
        self, ranking: Ranking, similar: Similar, wanted: int, allowed: npt.NDArray[np.bool_]
    ) -> Ranking:
        """A ranking, ordered anew by what the lines say."""
        if not similar.neighbours and not similar.shape:
            return _cut(ranking, wanted)
        evidence = self.evidence(ranking, similar, allowed)
        order, odds, accepted = weighed(evidence.features, evidence.log_odds, self._blend.accepted, wanted)
        rows, n = evidence.rows, len(ranking.rows)
        return Ranking(
            [rows[i] for i in order],
            [ranking.closest[i] if i < n else self._closest.get(rows[i], -1) for i in order],
            odds,
            accepted,
            self._answerable(ranking.answerable, similar),
            ranking.systems,
            evidence.past,
        )

    def _answerable(self, answerable: float, similar: Similar) -> float:
        """Probability that any code fits."""
        columns = answerable_columns(answerable, similar)
        return probability(sum(map(mul, self._blend.answerable, columns)))


def answerable_columns(answerable: float, similar: Similar) -> tuple[float, ...]:
    """What `Blend.answerable` weighs."""
    return (
        1.0,
        _log_odds(answerable),
        max(0.0, similar.nearest - MIN_COSINE),
        float(bool(similar.entry)),
        float(bool(similar.shape)),
    )


def load_blend(path: Path = WEIGHTS / "exemplars.json") -> Blend:
    """Read the shipped model.

    Raises:
        ArtifactError: If it cannot be read.
    """
    try:
        return msgspec.json.decode(read_shipped(path), type=Blend)
    except (OSError, msgspec.DecodeError) as error:
        raise ArtifactError(f"{path} cannot be read ({error}); reinstall the project") from error


def with_past(whys: Sequence[Why], rows: Sequence[int], past: Mapping[int, Past]) -> list[Why]:
    """Reasons with the site's own line that speaks most for each code."""
    return [
        msgspec.structs.replace(why, summary=f"{why.summary}; {_told(past[row])}") if row in past else why
        for why, row in zip(whys, rows, strict=True)
    ]


def _told(past: Past) -> str:
    how = "coded so before" if past.same else f"like a line coded so before ({past.cosine:.2f})"
    line = past.line if len(past.line) <= MAX_TOLD else f"{past.line[: MAX_TOLD - 3]}..."
    return f"{how}: {line}"


def _cut(ranking: Ranking, wanted: int) -> Ranking:
    """The first candidates of a ranking."""
    if len(ranking.rows) <= wanted:
        return ranking
    return msgspec.structs.replace(
        ranking,
        rows=ranking.rows[:wanted],
        closest=ranking.closest[:wanted],
        scores=ranking.scores[:wanted],
        confidences=ranking.confidences[:wanted],
    )


def _log_odds(likely: float) -> float:
    return log_odds([likely], LEAST, MOST)[0]
