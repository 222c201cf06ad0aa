"""From texts to answers: the class that joins reading, ranking, confidence and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from index.digest import file_sha256
from index.encoder import Encoder, StaticEncoder, load_encoder
from index.errors import ArtifactError, QueryError
from index.store.artifact import Artifact
from suggest.answer import Answer, Ask, Filters, Item, Suggestion
from suggest.calibration import BoostedCalibration, Calibration, Uncalibrated
from suggest.candidates import Retriever
from suggest.code_columns import CodeColumns
from suggest.confidences import Confidences, Twins, limited
from suggest.expansion import Expander
from suggest.features import Features
from suggest.findings import Findings
from suggest.items import Best, Items
from suggest.looks import NAMED_PROBABILITY
from suggest.measures import Measures
from suggest.modifiers import ModifierFinder
from suggest.ranker import WEIGHTS, BoostedRanker, FusionRanker, Ranker
from suggest.ranking import Ranking, RankingPipeline
from suggest.reader import MAX_CHARACTERS, Query, Reader
from suggest.reasons import Reasons
from suggest.scope import Scope, Scopes
from suggest.suggestions import NAMED_CONFIDENCE, Suggestions
from suggest.systems import UNKNOWN_SYSTEMS, SystemModel
from suggest.thresholds import UNTRAINED, Thresholds, load_thresholds

MAX_K = 100
AS_TYPED = 3  # suggestions for a text as typed, beside those for its corrected form
ITEM_K = 5  # suggestions for each item of an enumeration, at most
BATCH_SIZE = 64  # texts that go through each step of the ranking together
NO_CANDIDATES = Ranking([], [], [], [], 0.0, UNKNOWN_SYSTEMS)


class Suggester:
    """Answers texts from one index folder. Safe to use from several threads.

    Attributes:
        artifact: The index.
        catalogue: Its records.
        manifest: Its manifest.
        tables: Its tables of limits and fees.
        notice: What every surface must say with an answer; empty for an official release.
        model: Names of the encoder and the ranker, with the first digits of their digests.
    """

    def __init__(
        self,
        artifact: Artifact,
        encoder: Encoder,
        ranker: Ranker,
        calibration: Calibration,
        thresholds: Thresholds,
        model: str = "",
        systems: SystemModel | None = None,
    ) -> None:
        """Join the parts.

        Args:
            artifact: The index.
            encoder: The encoder that it was built with.
            ranker: Orders the candidates.
            calibration: Gives their probabilities.
            thresholds: Numbers that belong to ranker and calibration.
            model: See the attribute; name and digest of the encoder when empty.
            systems: Says which code system a text belongs to; None for an encoder that it does not know.

        Raises:
            ArtifactError: If the index was built with other weights of the encoder.
        """
        if encoder.sha256 != artifact.manifest.encoder_sha256:
            raise ArtifactError(
                f"the index was built with other weights of encoder {artifact.manifest.encoder!r}; "
                "build it again"
            )
        self.artifact = artifact
        self.catalogue = artifact.catalogue
        self.manifest = artifact.manifest
        self.tables = artifact.tables
        self.notice = artifact.manifest.notice
        self.model = model or f"{encoder.name}@{encoder.sha256[:12]}"
        self._reader = Reader(
            Expander(artifact.lexicon, artifact.names, self.catalogue.codes),
            artifact.table,
            [modifier.modifier for modifier in self.catalogue.modifiers],
        )
        columns = CodeColumns.from_artifact(artifact, thresholds.code_popularity)
        features = Features(artifact.table, columns)
        self._pipeline = RankingPipeline(Retriever(artifact, encoder), features, ranker, calibration, systems)
        self._refuse_below = thresholds.refuse_below
        self._items = Items(self._reader, artifact.table)
        self._scopes = Scopes(self.catalogue.records, columns.measure)
        self._suggestions = Suggestions(self.catalogue)
        self._findings = Findings(self.catalogue, self.manifest.release)
        self._modifiers = ModifierFinder(self.catalogue, artifact.profiles.attributes, self.tables)
        self._measures = Measures(self.catalogue.records)
        self._twins = Twins(self.catalogue.records)
        self._reasons = Reasons(artifact)

    @classmethod
    def load(cls, folder: Path) -> Suggester:
        """Load an index folder with the encoder that its manifest names and the shipped ranking models.

        Raises:
            ArtifactError: If the folder or a model is missing or damaged.
        """
        import faiss

        # One query is too little work for several threads; the service uses the other cores with processes.
        faiss.omp_set_num_threads(1)
        artifact = Artifact.load(folder)
        encoder = load_encoder(artifact.manifest.encoder)
        if not isinstance(encoder, StaticEncoder):  # the boosted models were trained on its cosines
            return cls(artifact, encoder, FusionRanker(), Uncalibrated(), UNTRAINED)
        model = f"{encoder.name}@{encoder.sha256[:12]} ranker@{file_sha256(WEIGHTS / 'ranker.txt')[:12]}"
        return cls(
            artifact,
            encoder,
            BoostedRanker.load(),
            BoostedCalibration.load(),
            load_thresholds(),
            model,
            SystemModel.load(encoder),
        )

    def suggest(
        self,
        texts: Sequence[str],
        k: int = 10,
        date_of_service: date | None = None,
        filters: Filters | None = None,
    ) -> list[Answer]:
        """Rank codes for each text.

        Args:
            texts: What users typed. An empty or too long text gets an Answer with `error`.
            k: Suggestions per text, 1 to 100.
            date_of_service: Codes must be valid on this date; today when None.
            filters: Which codes may be suggested; all when None.

        Returns:
            One Answer per text, in order.

        Raises:
            QueryError: If k is out of range.
        """
        if not 1 <= k <= MAX_K:
            raise QueryError(f"k is {k}; it must be from 1 to {MAX_K}")
        scope = self._scopes.of(Ask(k, date_of_service, filters or Filters()))
        answers: list[Answer] = []
        for start in range(0, len(texts), BATCH_SIZE):
            answers += self._answers(texts[start : start + BATCH_SIZE], scope)
        return answers

    def _answers(self, texts: Sequence[str], scope: Scope) -> list[Answer]:
        """Answers of one batch, in order."""
        errors = [_error(text) for text in texts]
        queries = [
            self._reader.read("" if error else text) for text, error in zip(texts, errors, strict=True)
        ]
        rankings = self._rankings(texts, queries, scope)
        return [
            self._answer(text, query, ranking, error, scope)
            for text, query, ranking, error in zip(texts, queries, rankings, errors, strict=True)
        ]

    def _rankings(self, texts: Sequence[str], queries: Sequence[Query], scope: Scope) -> list[Ranking]:
        """The candidates of each text, codes of quality measures among them where it speaks of one."""
        rankings = [NO_CANDIDATES] * len(texts)
        of_measures: list[int] = []
        others: list[int] = []
        for i, query in enumerate(queries):
            if query.words and scope.n_allowed:
                meant = self._measures.meant(texts[i], query.words, query.plain)
                (of_measures if meant else others).append(i)
        for positions, allowed in ((of_measures, scope.allowed), (others, scope.without_measures)):
            if positions:
                new = self._pipeline.rankings([queries[i] for i in positions], scope.k, allowed)
                for i, ranking in zip(positions, new, strict=True):
                    rankings[i] = ranking
        return rankings

    def _answer(self, text: str, query: Query, ranking: Ranking, error: str | None, scope: Scope) -> Answer:
        named = self._suggestions.named(query.codes, scope, query.modifiers)
        begun = self._suggestions.begun(query.prefixes, scope) if query.prefixes and not named else []
        certain = bool(named or begun)
        refused = not certain and (
            ranking.answerable < self._refuse_below or self._findings.of_other_system(query) is not None
        )
        confidences = self._confidences(query, ranking, refused, certain)
        ranking = ranking._replace(confidences=confidences.values)
        suggestions = begun or named + self._candidates(query, ranking, named, scope)
        shown = tuple([one for one in suggestions if one.confidence >= scope.filters.min_confidence])
        groups = [[self.catalogue.codes[ranking.rows[i]] for i in group] for group in confidences.groups]
        if len(named) > 1:
            groups.insert(0, [suggestion.code for suggestion in named])
        return Answer(
            text=text,
            date_of_service=scope.on,
            release=self.manifest.release,
            model=self.model,
            no_good_match=refused or not suggestions,
            none_fits=confidences.none_fits,
            looks_like=None if certain else self._findings.looks_like(query, ranking, refused, shown),
            did_you_mean=query.corrections,
            as_typed=self._as_typed(text, scope) if query.renamed else (),
            warnings=self._findings.warnings(query),
            total_considered=scope.n_allowed,
            suggestions=shown,
            acceptable_together=_together(groups, shown) if groups else (),
            items=self._items_of(text, ranking, refused, scope),
            modifiers=self._modifiers.find(query, suggestions, refused, scope.on),
            notice=self.notice,
            error=error,
        )

    def _as_typed(self, text: str, scope: Scope) -> tuple[Suggestion, ...]:
        """The first suggestions for a text without its corrections; empty if no code is likely."""
        return self._likely(text, self._reader.read(text, correct=False), scope, AS_TYPED)

    def _items_of(self, text: str, ranking: Ranking, refused: bool, scope: Scope) -> tuple[Item, ...]:
        """The items that a text enumerates, each with its own suggestions; empty for a text of one thing."""
        if not ranking.rows:
            return ()

        def best_of(queries: Sequence[Query]) -> list[Best | None]:
            rankings = self._pipeline.rankings(queries, 1, scope.without_measures)
            return [self._best(ranking, ranking.answerable < self._refuse_below) for ranking in rankings]

        items = []
        for start, stop in self._items.spans(text, self._best(ranking, refused), best_of):
            piece = text[start:stop]
            suggestions = self._likely(piece, self._reader.read(piece), scope, min(scope.k, ITEM_K))
            items.append(Item(start, stop, piece, suggestions))
        return tuple(items)

    @staticmethod
    def _best(ranking: Ranking, refused: bool) -> Best | None:
        return Best(ranking.rows[0], ranking.confidences[0], refused) if ranking.rows else None

    def _likely(self, text: str, query: Query, scope: Scope, k: int) -> tuple[Suggestion, ...]:
        """At most k suggestions for a text; none if no code is likely."""
        scope = scope._replace(k=k)
        named = self._suggestions.named(query.codes, scope, query.modifiers)
        (ranking,) = self._rankings([text], [query], scope)
        if not named and ranking.answerable < self._refuse_below:
            return ()
        confidences = self._confidences(query, ranking, False, bool(named))
        ranking = ranking._replace(confidences=confidences.values)
        suggestions = named + self._candidates(query, ranking, named, scope)
        return tuple([one for one in suggestions if one.confidence >= scope.filters.min_confidence])

    def _confidences(self, query: Query, ranking: Ranking, refused: bool, certain: bool) -> Confidences:
        """Confidences of the candidates.

        Args:
            query: The text, read.
            ranking: Its candidates.
            refused: Whether it probably has no code.
            certain: Whether it contains a code or begins one, which leaves little for the candidates.
        """
        if certain:
            factor = (1.0 - NAMED_CONFIDENCE) / max(1.0, sum(ranking.confidences))
            return Confidences([round(value * factor, 6) for value in ranking.confidences], 0.0, [])
        probabilities, answerable = ranking.confidences, ranking.answerable
        if self._findings.of_other_system(query) is not None:
            answerable = min(answerable, 1.0 - NAMED_PROBABILITY)
        if refused:  # a candidate is right only if some code fits
            probabilities = [round(value * answerable, 4) for value in probabilities]
        whole = [hit.meaning.rows for hit in query.hits if hit.stop - hit.start == len(query.words)]
        return limited(probabilities, 1.0 - answerable, ranking.rows, self._twins, whole[0] if whole else ())

    def _candidates(
        self, query: Query, ranking: Ranking, named: Sequence[Suggestion], scope: Scope
    ) -> list[Suggestion]:
        """Suggestions from the ranking that follow the codes which the text contains, `scope.k` in all."""
        named_rows = {self.catalogue.position(suggestion.code) for suggestion in named}
        positions = [i for i, row in enumerate(ranking.rows) if row not in named_rows]
        positions = positions[: scope.k - len(named)]
        whys = self._reasons.whys(
            query, [ranking.rows[i] for i in positions], [ranking.closest[i] for i in positions]
        )
        return self._suggestions.ranked(ranking, positions, whys, len(named) + 1, scope.on)


def _together(groups: Sequence[Sequence[str]], shown: Sequence[Suggestion]) -> tuple[tuple[str, ...], ...]:
    """The groups of codes, as far as they are shown; a group of one is none."""
    codes = {suggestion.code for suggestion in shown}
    kept = [tuple([code for code in group if code in codes]) for group in groups]
    return tuple([group for group in kept if len(group) > 1])


def _error(text: str) -> str | None:
    """Why a text cannot be answered, or None."""
    if not text.strip():
        return "the text is empty"
    if len(text) > MAX_CHARACTERS:
        return f"the text has {len(text)} characters; at most {MAX_CHARACTERS} are read"
    return None
