"""From texts to answers: the one class that joins reading, retrieval, ranking, confidence and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.digest import file_sha256
from index.encoder import STATIC, Encoder, load_encoder
from index.errors import ArtifactError, QueryError
from index.store.artifact import Artifact
from suggest.answer import Answer, Filters, Suggestion, Why
from suggest.calibration import Calibration, Confidence, Uncalibrated
from suggest.candidates import Retriever
from suggest.code_columns import CodeColumns
from suggest.expansion import Expander
from suggest.features import Features
from suggest.ranker import WEIGHTS, BoostedRanker, FusionRanker, Ranker
from suggest.ranking import Ranking, RankingPipeline
from suggest.reader import LONGEST, Query, Reader
from suggest.reasons import Reasons, why_code
from suggest.thresholds import UNTRAINED, Thresholds, load_thresholds

LARGEST_K = 100
NAMED_CONFIDENCE = 0.99  # of a code that the text itself names
KEPT_FILTERS = 64  # combinations of date and filters whose codes are remembered
KEPT_DATES = 2  # on which what any suggestion of a code says is remembered
TOGETHER = 64  # texts that go through each step together
NOTHING = Ranking([], [], [], [], 0.0)


class Suggester:
    """Answers texts from one index folder. Safe to use from several threads."""

    def __init__(
        self,
        artifact: Artifact,
        encoder: Encoder,
        ranker: Ranker,
        confidence: Calibration,
        thresholds: Thresholds,
        model: str = "",
    ) -> None:
        if encoder.sha256 != artifact.manifest.encoder_sha256:
            raise ArtifactError(
                f"the index was built with other weights of encoder {artifact.manifest.encoder!r}; "
                "build it again"
            )
        self.artifact = artifact
        self.catalogue = artifact.catalogue
        self.manifest = artifact.manifest
        self.notice = artifact.manifest.notice
        self.model = model or f"{encoder.name}@{encoder.sha256[:12]}"
        self._reader = Reader(
            Expander(artifact.lexicon, artifact.names, self.catalogue.codes), artifact.table
        )
        features = Features(artifact.table, CodeColumns.from_artifact(artifact, thresholds.code_popularity))
        self._pipeline = RankingPipeline(
            Retriever(artifact, encoder), features, ranker, confidence, thresholds
        )
        self._refuse_below = thresholds.refuse_below
        self._statuses = lru_cache(KEPT_FILTERS)(self._allowed)
        self._known = lru_cache(KEPT_DATES)(_no_suggestions)

    @classmethod
    def load(cls, folder: Path) -> Suggester:
        """Load an index folder with the encoder that its manifest names and the shipped ranking models.

        Raises:
            ArtifactError: If the folder or a model is missing or damaged.
        """
        import faiss

        # One query is too little work to share out; workers, not threads, use the other cores.
        faiss.omp_set_num_threads(1)
        artifact = Artifact.load(folder)
        encoder = load_encoder(artifact.manifest.encoder)
        if encoder.name != STATIC:  # the boosted models know the cosines of our own encoder only
            return cls(artifact, encoder, FusionRanker(), Uncalibrated(), UNTRAINED)
        model = f"{encoder.name}@{encoder.sha256[:12]} ranker@{file_sha256(WEIGHTS / 'ranker.txt')[:12]}"
        return cls(artifact, encoder, BoostedRanker.load(), Confidence.load(), load_thresholds(), model)

    def suggest(
        self,
        texts: Sequence[str],
        k: int = 10,
        date_of_service: date | None = None,
        filters: Filters | None = None,
    ) -> list[Answer]:
        """Rank codes for each text.

        Args:
            texts: What users typed. An empty or too long one gets an Answer with `error`.
            k: Suggestions per text, 1 to 100.
            date_of_service: Codes must be valid on it; today when None.
            filters: Which codes may be suggested.

        Returns:
            One Answer per text, in order.

        Raises:
            QueryError: If k is out of range.
        """
        if not 1 <= k <= LARGEST_K:
            raise QueryError(f"k is {k}; it must be from 1 to {LARGEST_K}")
        on = date_of_service or date.today()
        chosen = filters or Filters()
        answers: list[Answer] = []
        for start in range(0, len(texts), TOGETHER):
            answers += self._answers(texts[start : start + TOGETHER], k, on, chosen)
        return answers

    def _allowed(self, on: date, filters: Filters) -> tuple[npt.NDArray[np.bool_], int]:
        """What may be suggested, and how many codes that are."""
        wanted = {"active", "terminated"} if filters.include_terminated else {"active"}
        allowed = np.array(
            [
                record.status(on) in wanted
                and filters.level in (None, record.level)
                and (not filters.sections or record.section in filters.sections)
                for record in self.catalogue.records
            ],
            bool,
        )
        return allowed, int(allowed.sum())

    def _answers(self, texts: Sequence[str], k: int, on: date, filters: Filters) -> list[Answer]:
        allowed, considered = self._statuses(on, filters)
        errors = [_error(text) for text in texts]
        queries = [
            self._reader.read("" if error else text) for text, error in zip(texts, errors, strict=True)
        ]
        worded = [i for i, query in enumerate(queries) if query.words and considered]
        found = self._pipeline.rankings([queries[i] for i in worded], k, allowed)
        rankings = dict(zip(worded, found, strict=True))
        return [
            self._answer(text, query, rankings.get(i, NOTHING), error, k, on, filters, considered)
            for i, (text, query, error) in enumerate(zip(texts, queries, errors, strict=True))
        ]

    def _answer(
        self,
        text: str,
        query: Query,
        ranking: Ranking,
        error: str | None,
        k: int,
        on: date,
        filters: Filters,
        considered: int,
    ) -> Answer:
        named = self._named(query, on, filters)[:k]
        refused = not named and ranking.answerable < self._refuse_below
        found = named + self._found(query, ranking, k, on, named, refused)
        kept = tuple([one for one in found if one.confidence >= filters.min_confidence])
        return Answer(
            text=text,
            date_of_service=on,
            release=self.manifest.release,
            model=self.model,
            no_good_match=refused or not found,
            did_you_mean=query.corrections,
            total_considered=considered,
            suggestions=kept,
            notice=self.notice,
            error=error,
        )

    def _named(self, query: Query, on: date, filters: Filters) -> list[Suggestion]:
        """Codes that stand in the text, ended ones too: who names a code is told what became of it."""
        found: list[Suggestion] = []
        for code in query.codes:
            record = self.catalogue.get(code)
            if record is None or filters.level not in (None, record.level):
                continue
            if filters.sections and record.section not in filters.sections:
                continue
            row = self.catalogue.position(code) or 0
            found.append(self._suggestion(len(found) + 1, row, 100.0, NAMED_CONFIDENCE, on, why_code(code)))
        return found

    def _found(
        self,
        query: Query,
        ranking: Ranking,
        k: int,
        on: date,
        named: Sequence[Suggestion],
        refused: bool,
    ) -> list[Suggestion]:
        """The candidates that follow those which the text names, k in all."""
        before = {self.catalogue.position(one.code) for one in named}
        left = [i for i, row in enumerate(ranking.rows) if row not in before][: k - len(named)]
        rows = [ranking.rows[i] for i in left]
        whys = Reasons(query, self.artifact).whys(rows, [ranking.closest[i] for i in left])
        confidences = ranking.confidences
        if refused:  # right only if some code fits
            confidences = [round(one * ranking.answerable, 4) for one in confidences]
        return [
            self._suggestion(rank, row, ranking.scores[i], confidences[i], on, why)
            for rank, (i, row, why) in enumerate(zip(left, rows, whys, strict=True), len(named) + 1)
        ]

    def _suggestion(
        self, rank: int, row: int, score: float, confidence: float, on: date, reason: Why
    ) -> Suggestion:
        known = self._known(on)
        stated = known.get(row)
        if stated is None:
            stated = known[row] = self._unranked(row, on)
        return Suggestion(
            rank,
            stated.code,
            stated.description,
            stated.short_description,
            score,
            confidence,
            stated.status,
            stated.effective_from,
            stated.effective_to,
            stated.successors,
            stated.is_noc,
            stated.section,
            reason,
        )

    def _unranked(self, row: int, on: date) -> Suggestion:
        """What any suggestion of a code says on a date."""
        record = self.catalogue.records[row]
        return Suggestion(
            rank=0,
            code=record.code,
            description=record.long_description,
            short_description=record.short_description,
            score=0.0,
            confidence=0.0,
            status=record.status(on),
            effective_from=record.effective_from,
            effective_to=record.effective_to,
            successors=record.successors,
            is_noc=record.is_noc,
            section=record.section,
            why=why_code(record.code),
        )


def _no_suggestions(on: date) -> dict[int, Suggestion]:
    """What is known of codes on a date at first."""
    return {}


def _error(text: str) -> str | None:
    """Why a text cannot be answered, or None."""
    if not text.strip():
        return "the text is empty"
    if len(text) > LONGEST:
        return f"the text has {len(text)} characters; at most {LONGEST} are read"
    return None
