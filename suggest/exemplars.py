"""What a site's own labelled lines say of the candidates of a text, and the ranking with it.

For each code: the share of the lines with the same words, of those that differ in digits alone, and of the
lines nearest in meaning. A small model, a logistic regression beside the log odds of the shipped confidence,
turns them into a probability, by which the candidates are ordered anew. A text that is like no line keeps its
ranking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import exp, log, log1p
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from index.arrays import Vectors
from index.encoder import Encoder
from index.errors import ArtifactError
from index.shipped import read_shipped
from index.store.artifact import Artifact
from index.store.exemplars import Blend, Exemplars, keys_of
from index.store.texts import LONG
from index.text.words import normalise
from suggest._ranking import weighed
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
MAX_CACHED_ODDS = 1 << 14  # of confidences, which have four places
NEW_LOG_ODDS = -1.0  # of a new code, beside the last candidate

FEATURES = (
    "entry_share", "entry_weight", "shape_share", "shape_weight", "best_cosine", "vote", "vote_near",
    "support", "vote_common", "new", "behind",
)  # fmt: skip
"""What is computed for each candidate; see `OwnLines.evidence`."""

NOT_EMBEDDED: Mapping[str, Vectors] = MappingProxyType({})
NOT_SPOKEN_FOR = (0.0, 0.0, -1, 0)
NOTHING = (0.0,) * (len(FEATURES) - 1)
"""What the lines say of most candidates: they do not have the code."""


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
        said: One row a candidate, columns as `FEATURES` but the last.
        behind: The last column.
        past: Row -> the line that speaks most for the code.
        similar: What the lines say of the text.
    """

    rows: list[int]
    log_odds: list[float]
    said: list[tuple[float, ...]]
    behind: list[float]
    past: Mapping[int, Past]
    similar: Similar

    @property
    def features(self) -> npt.NDArray[np.float64]:
        """float64 (candidates, features): one row a candidate, columns as `FEATURES`."""
        said = np.array(self.said).reshape(len(self.said), len(NOTHING))
        return np.column_stack([said, self.behind])


class OwnLines:
    """Ranks with a site's own lines. Safe to use from several threads."""

    def __init__(self, exemplars: Exemplars, artifact: Artifact, encoder: Encoder, blend: Blend) -> None:
        """Take the lines, the index that they belong to, its encoder, and the model."""
        self._exemplars = exemplars
        self._encoder = encoder
        self._blend = blend
        rows = {code: row for row, code in enumerate(artifact.catalogue.codes)}
        self._rows = [rows.get(code, -1) for code in exemplars.codes]
        self._code_of = {row: code for code, row in enumerate(self._rows) if row >= 0}
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
        return np.array([known[text] for text in normalised])

    def _similar(self, normalised: str, cosines: Sequence[float], shapes: Sequence[int]) -> Similar:
        exemplars = self._exemplars
        entry_key, shape_key = keys_of(normalised)
        entry, shape = exemplars.entries.find(entry_key), exemplars.shapes.find(shape_key)
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

    def _spoken_for(self, similar: Similar) -> dict[int, list[Any]]:
        """What the neighbours say of each of their codes.

        That is the code's share of their say, the cosine and the place of its nearest line, and how many of
        its lines are near. A neighbour is a shape, however many lines it stands for: a code of very many
        lines has no more say.
        """
        found: dict[int, list[Any]] = {}
        total = 0.0
        for cosine, place in similar.neighbours:
            say = exp(SHARPNESS * (cosine - similar.nearest))
            total += say
            for code, share in self._exemplars.shapes.shares(place):
                one = found.get(code)
                if one is None:
                    found[code] = [say * share, cosine, place, int(cosine >= NEAR)]
                else:
                    one[0] += say * share
                    one[3] += cosine >= NEAR
        for one in found.values():
            one[0] /= total
        return found

    def evidence(self, ranking: Ranking, similar: Similar, allowed: npt.NDArray[np.bool_]) -> Evidence:
        """The candidates of a ranking and new ones, with what the lines say of each."""
        spoken = self._spoken_for(similar)
        rows = list(ranking.rows)
        log_odds = [_log_odds(confidence) for confidence in ranking.confidences]
        floor = (log_odds[-1] if log_odds else _log_odds(0.0)) + NEW_LOG_ODDS
        first_new = len(rows)
        for code in sorted(spoken, key=lambda code: -spoken[code][0])[:NEW_CODES]:
            row = self._rows[code]
            if row >= 0 and row not in rows and allowed[row]:
                rows.append(row)
                log_odds.append(floor)
        entry_total, shape_total = sum(similar.entry.values()), sum(similar.shape.values())
        top = max(log_odds, default=0.0)
        said: list[tuple[float, ...]] = []
        past: dict[int, Past] = {}
        for i, row in enumerate(rows):
            code = self._code_of.get(row, -1)
            vote, cosine, place, support = spoken.get(code, NOT_SPOKEN_FOR)
            entry, shape = similar.entry.get(code, 0.0), similar.shape.get(code, 0.0)
            if not (vote or entry or shape):
                said.append(NOTHING)
                continue
            said.append(
                (
                    entry / entry_total if entry else 0.0,
                    log1p(entry),
                    shape / shape_total if shape else 0.0,
                    log1p(shape),
                    max(0.0, cosine - MIN_COSINE),
                    vote,
                    vote * max(0.0, similar.nearest - MIN_COSINE),
                    support / NEIGHBOURS,
                    vote * self._common[code],
                    float(i >= first_new),
                )
            )
            if place >= 0:
                past[row] = Past(self._exemplars.lines[place], cosine, entry > 0)
        behind = [(top - odds) * similar.nearest for odds in log_odds]
        return Evidence(rows, log_odds, said, behind, past, similar)

    def _blended(
        self, ranking: Ranking, similar: Similar, wanted: int, allowed: npt.NDArray[np.bool_]
    ) -> Ranking:
        """A ranking, ordered anew by what the lines say."""
        if not similar.neighbours and not similar.shape:
            return _cut(ranking, wanted)
        evidence = self.evidence(ranking, similar, allowed)
        order, odds, accepted = weighed(
            evidence.log_odds, evidence.said, evidence.behind, self._blend.accepted, wanted
        )
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
        return _probability(sum(w * x for w, x in zip(self._blend.answerable, columns, strict=True)))


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
    return ranking._replace(
        rows=ranking.rows[:wanted],
        closest=ranking.closest[:wanted],
        scores=ranking.scores[:wanted],
        confidences=ranking.confidences[:wanted],
    )


@lru_cache(MAX_CACHED_ODDS)
def _log_odds(probability: float) -> float:
    kept = min(max(probability, LEAST), MOST)
    return log(kept / (1.0 - kept))


def _probability(log_odds: float) -> float:
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, log_odds))))
