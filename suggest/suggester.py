"""From texts to answers: the class that joins reading, ranking, confidence and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec

from index.encoder import Encoder, StaticEncoder, load_encoder
from index.errors import ArtifactError, QueryError
from index.store.artifact import Artifact
from index.store.past import PastCatalogue
from suggest.answer import Answer, Ask, Filters, Item, Suggestion, Why
from suggest.calibration import BoostedCalibration, Calibration, Uncalibrated
from suggest.candidates import Retriever
from suggest.code_columns import CodeColumns
from suggest.confidences import Confidences, Twins, limited
from suggest.drug_packages import packages_of
from suggest.exemplars import OwnLines, load_blend, with_past
from suggest.expansion import Expander
from suggest.features import Features
from suggest.findings import Findings
from suggest.identity import model_identity
from suggest.items import Best, Items
from suggest.known_dates import KnownDates
from suggest.looks import NAMED_PROBABILITY
from suggest.measures import Measures
from suggest.modifiers import ModifierFinder
from suggest.ranker import BoostedRanker, FusionRanker, Ranker
from suggest.ranking import Ranked, Ranking, RankingPipeline
from suggest.reader import MAX_CHARACTERS, Query, Reader, on_rows, with_packages
from suggest.reasons import Reasons
from suggest.scope import Scope, Scopes
from suggest.suggestions import NAMED_CONFIDENCE, NOT_NAMED, Named, Suggestions, valid_first
from suggest.systems import UNKNOWN_SYSTEMS, SystemModel
from suggest.thresholds import UNTRAINED, Thresholds, load_thresholds

MAX_K = 100
AS_TYPED = 3  # suggestions for a text as typed, beside those for its corrected form
CONTRARY_ABOVE, CONTRARY_BELOW = 0.5, 0.1  # confidences in the words' code and in the package's that disagree
SURELY_ANSWERABLE = 0.9  # probability that a code fits, from which on only the candidates are doubted
ITEM_K = 5  # suggestions for each item of an enumeration, at most
BATCH_SIZE = 64  # texts that go through each step of the ranking together
NO_CANDIDATES = Ranking([], [], [], [], 0.0, UNKNOWN_SYSTEMS)
NO_WHY = Why("", "", "")


class Suggester:
    """Answers texts from one index folder. Safe to use from several threads.

    Attributes:
        artifact: The index.
        encoder: Its encoder.
        catalogue: Its records.
        manifest: Its manifest.
        tables: Its tables of limits and fees.
        notice: What every surface must say with an answer; empty for an official release.
        model: `suggest.identity.model_identity`: one name of all weights and of the program.
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
        self.encoder = encoder
        self.catalogue = artifact.catalogue
        self.manifest = artifact.manifest
        self.tables = artifact.tables
        self.notice = artifact.manifest.notice
        self._packages = packages_of(self.tables)
        self.model = model or f"{encoder.name}@{encoder.sha256[:12]}"
        self._reader = Reader(
            _expander(artifact),
            artifact.table,
            [modifier.modifier for modifier in self.catalogue.modifiers],
        )
        self._past = (
            None
            if artifact.past is None
            else Suggester(artifact.past, encoder, ranker, calibration, thresholds, self.model, systems)
        )
        dates = KnownDates.of(self.manifest.releases or (self.manifest.release,))
        self._newest = dates.releases[-1][1] if dates.releases else date.min
        columns = CodeColumns.from_artifact(artifact, thresholds.code_popularity)
        features = Features(artifact.table, columns)
        self._pipeline = RankingPipeline(Retriever(artifact, encoder), features, ranker, calibration, systems)
        self._own = None
        if artifact.exemplars is not None:
            blend = artifact.exemplars.blend or load_blend()
            self._own = OwnLines(artifact.exemplars, artifact, encoder, blend)
        self._refuse_below = thresholds.refuse_below
        self._items = Items(self._reader, artifact.table)
        self._scopes = Scopes(self.catalogue, columns.measure, dates)
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
            return cls(artifact, encoder, FusionRanker(), Uncalibrated(), UNTRAINED, model_identity(encoder))
        return cls(
            artifact,
            encoder,
            BoostedRanker.load(),
            BoostedCalibration.load(),
            load_thresholds(),
            model_identity(encoder),
            SystemModel.load(encoder),
        )

    def suggest(
        self,
        texts: Sequence[str],
        k: int = 10,
        date_of_service: date | None = None,
        filters: Filters | None = None,
        *,
        explained: bool = True,
    ) -> list[Answer]:
        """Rank codes for each text.

        Args:
            texts: What users typed. An empty or too long text gets an Answer with `error`.
            k: Suggestions per text, 1 to 100.
            date_of_service: Codes must be valid on this date; today when None.
            filters: Which codes may be suggested; all when None.
            explained: Whether answers have what only people read. Without it candidates have an empty reason,
                and there are no items, no modifiers and no suggestions for a text as typed; all else is
                equal, and it takes less time.

        Returns:
            One Answer per text, in order.

        Raises:
            QueryError: If k is out of range.
        """
        if not 1 <= k <= MAX_K:
            raise QueryError(f"k is {k}; it must be from 1 to {MAX_K}")
        if self._past is not None and date_of_service is not None and date_of_service < self._newest:
            return self._past.suggest(texts, k, date_of_service, filters, explained=explained)
        scope = self._scopes.of(Ask(k, date_of_service, filters or Filters()))
        if not explained:
            scope = scope._replace(explained=False)
        answers: list[Answer] = []
        for start in range(0, len(texts), BATCH_SIZE):
            answers += self._answers(texts[start : start + BATCH_SIZE], scope)
        return answers

    def ranked(self, texts: Sequence[str], k: int, on: date) -> list[Ranked]:
        """The first codes of each text with their confidences, without reasons: for checking coded rows.

        Args:
            texts: One line each; an empty or too long one gets no codes.
            k: Codes per text, 1 to 100.
            on: Codes must be valid on this date.
        """
        if self._past is not None and on < self._newest:
            return self._past.ranked(texts, k, on)
        scope = self._scopes.of(Ask(k, on))
        found: list[Ranked] = []
        for start in range(0, len(texts), BATCH_SIZE):
            batch = ["" if _error(text) else text for text in texts[start : start + BATCH_SIZE]]
            queries = [self._read(text, scope) for text in batch]
            rankings = self._rankings(batch, queries, scope)
            found += [self._ranked(*pair) for pair in zip(queries, rankings, strict=True)]
        return found

    def _ranked(self, query: Query, ranking: Ranking) -> Ranked:
        of_other_system = self._findings.of_other_system(query) is not None
        refused = ranking.answerable < self._refuse_below or of_other_system
        confidences = self._confidences(query, ranking, refused, False, of_other_system)
        codes = tuple([self.catalogue.codes[row] for row in ranking.rows])
        together = [frozenset([codes[i] for i in group]) for group in confidences.groups]
        return Ranked(query.codes, codes, tuple(confidences.values), tuple(together), refused)

    def _answers(self, texts: Sequence[str], scope: Scope) -> list[Answer]:
        """Answers of one batch, in order."""
        errors = [_error(text) for text in texts]
        queries = [
            self._read("" if error else text, scope) for text, error in zip(texts, errors, strict=True)
        ]
        rankings = self._rankings(texts, queries, scope)
        return [
            self._answer(text, query, ranking, error, scope)
            for text, query, ranking, error in zip(texts, queries, rankings, errors, strict=True)
        ]

    def _read(self, text: str, scope: Scope, *, correct: bool = True) -> Query:
        """A text, read; the known terms in it point to the rows of the day."""
        query = self._reader.read(text, correct=correct)
        if self._packages is not None:
            query = with_packages(query, self._packages.named(text, scope.on))
        return query if scope.rows is None else on_rows(query, scope.rows)

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
                chosen = [queries[i] for i in positions]
                if self._own is None:
                    new = self._pipeline.rankings(chosen, scope.k, allowed)
                else:
                    lines = [texts[i] for i in positions]
                    new = self._own.rankings(self._pipeline, lines, chosen, scope.k, allowed)
                for i, ranking in zip(positions, new, strict=True):
                    rankings[i] = ranking
        return rankings

    def _answer(self, text: str, query: Query, ranking: Ranking, error: str | None, scope: Scope) -> Answer:
        findings = self._findings
        named = self._suggestions.named(query, scope) if query.codes else NOT_NAMED
        begun = self._suggestions.begun(query.prefixes, scope) if query.prefixes and not named.leading else []
        certain = bool(named.leading or begun)
        other = findings.of_other_system(query) if query.other_codes else None
        refused = not certain and (ranking.answerable < self._refuse_below or other is not None)
        confidences = self._confidences(query, ranking, refused, certain, other is not None)
        contrary = self._contrary(query, ranking) if query.packages else ()
        ranking = msgspec.structs.replace(ranking, confidences=confidences.values)
        suggestions = begun or self._candidates(query, ranking, named, scope)
        shown = tuple(_at_least(suggestions, scope.filters.min_confidence))
        groups = [[self.catalogue.codes[ranking.rows[i]] for i in group] for group in confidences.groups]
        if len(named.together) > 1:
            groups.insert(0, list(named.together))
        return Answer(
            text=text,
            date_of_service=scope.on,
            release=self.manifest.release,
            model=self.model,
            no_good_match=refused or not suggestions or suggestions[0].status != "active",
            none_fits=confidences.none_fits,
            looks_like=None if certain else findings.looks_like(query, ranking, refused, shown),
            did_you_mean=query.corrections,
            as_typed=self._as_typed(text, scope) if query.renamed and scope.explained else (),
            warnings=scope.warnings + findings.warnings(query, scope.on) + contrary,
            total_considered=scope.n_allowed,
            suggestions=shown,
            acceptable_together=_together(groups, shown) if groups else (),
            items=self._items_of(text, ranking, refused, scope) if scope.explained else (),
            modifiers=self._modifiers.find(query, suggestions, refused, scope.on) if scope.explained else (),
            notice=self.notice,
            error=error,
        )

    def _contrary(self, query: Query, ranking: Ranking) -> tuple[str, ...]:
        """A sentence where the words of a text mean another code than the drug package that it names."""
        if not ranking.rows or ranking.answerable < self._refuse_below:
            return ()
        confidences = self._confidences(query, ranking, False, False, False).values
        codes = [self.catalogue.codes[row] for row in ranking.rows]
        of_packages = {one.code for one in query.packages}
        own = max([p for code, p in zip(codes, confidences, strict=True) if code in of_packages], default=0.0)
        if confidences[0] < CONTRARY_ABOVE or own > CONTRARY_BELOW:
            return ()
        one = query.packages[0]
        return (
            f"the words mean {codes[0]} ({confidences[0]:.0%} likely), and NDC {one.package.ndc} is "
            f"{one.code} in CMS's crosswalk: check which is right",
        )

    def _as_typed(self, text: str, scope: Scope) -> tuple[Suggestion, ...]:
        """The first suggestions for a text without its corrections; empty if no code is likely."""
        return self._likely(text, self._read(text, scope, correct=False), scope, AS_TYPED)

    def _items_of(self, text: str, ranking: Ranking, refused: bool, scope: Scope) -> tuple[Item, ...]:
        """The items that a text enumerates, each with its own suggestions; empty for a text of one thing."""
        if not ranking.rows:
            return ()

        def best_of(queries: Sequence[Query]) -> list[Best | None]:
            if scope.rows is not None:
                queries = [on_rows(query, scope.rows) for query in queries]
            rankings = self._pipeline.rankings(queries, 1, scope.without_measures)
            return [self._best(ranking) for ranking in rankings]

        items = []
        whole = Best(ranking.rows[0], ranking.confidences[0], refused)
        for start, stop in self._items.spans(text, whole, best_of):
            piece = text[start:stop]
            suggestions = self._likely(piece, self._read(piece, scope), scope, min(scope.k, ITEM_K))
            items.append(Item(start, stop, piece, suggestions))
        return tuple(items)

    def _best(self, ranking: Ranking) -> Best | None:
        """The best candidate of a text with the confidence that an answer would show; None without any."""
        if not ranking.rows:
            return None
        refused = ranking.answerable < self._refuse_below
        return Best(ranking.rows[0], ranking.confidences[0] * _any_fits(ranking.answerable, refused), refused)

    def _likely(self, text: str, query: Query, scope: Scope, k: int) -> tuple[Suggestion, ...]:
        """At most k suggestions for a text; none if no code is likely."""
        scope = scope._replace(k=k)
        named = self._suggestions.named(query, scope)
        (ranking,) = self._rankings([text], [query], scope)
        if not (named.leading or named.invalid) and ranking.answerable < self._refuse_below:
            return ()
        of_other_system = self._findings.of_other_system(query) is not None
        confidences = self._confidences(query, ranking, False, bool(named.leading), of_other_system)
        ranking = msgspec.structs.replace(ranking, confidences=confidences.values)
        suggestions = self._candidates(query, ranking, named, scope)
        return tuple(_at_least(suggestions, scope.filters.min_confidence))

    def _confidences(
        self, query: Query, ranking: Ranking, refused: bool, certain: bool, of_other_system: bool
    ) -> Confidences:
        """Confidences of the candidates.

        Args:
            query: The text, read.
            ranking: Its candidates.
            refused: Whether it probably has no code.
            certain: Whether it contains a code or begins one, which leaves little for the candidates.
            of_other_system: Whether it is a code of another system.
        """
        if certain:
            factor = (1.0 - NAMED_CONFIDENCE) / max(1.0, sum(ranking.confidences))
            return Confidences([round(value * factor, 6) for value in ranking.confidences], 0.0, [])
        probabilities, answerable = ranking.confidences, ranking.answerable
        if of_other_system:
            answerable = min(answerable, 1.0 - NAMED_PROBABILITY)
        any_fits = _any_fits(answerable, refused)
        if any_fits < 1.0:
            probabilities = [round(value * any_fits, 4) for value in probabilities]
        whole = [hit.meaning.rows for hit in query.hits if hit.stop - hit.start == len(query.words)]
        return limited(probabilities, 1.0 - answerable, ranking.rows, self._twins, whole[0] if whole else ())

    def _candidates(self, query: Query, ranking: Ranking, named: Named, scope: Scope) -> list[Suggestion]:
        """Suggestions in order, `scope.k` at most.

        First what the codes in the text lead to, then the ranking, last the codes that are not valid.
        """
        leading, invalid = named.leading, named.invalid
        rows, closest = ranking.rows[: scope.k], ranking.closest[: scope.k]
        positions: Sequence[int] = range(len(rows))
        if leading or invalid:
            named_rows = {self.catalogue.row_on(one.code, scope.on) for one in (*leading, *invalid)}
            positions = [i for i, row in enumerate(ranking.rows) if row not in named_rows]
            positions = positions[: max(0, scope.k - len(leading) - len(invalid))]
            rows = [ranking.rows[i] for i in positions]
            closest = [ranking.closest[i] for i in positions]
        whys = self._reasons.whys(query, rows, closest) if scope.explained else [NO_WHY] * len(rows)
        if ranking.past and scope.explained:
            whys = with_past(whys, rows, ranking.past)
        ranked = self._suggestions.ranked(ranking, positions, whys, len(leading) + 1, scope.on)
        if not invalid and not scope.filters.include_terminated:
            return leading + ranked
        return valid_first(leading + ranked + invalid)[: scope.k]


def _any_fits(answerable: float, refused: bool) -> float:
    """What the candidates' probabilities are multiplied by: a candidate is right only if some code fits.

    Most texts that are answered surely have one.
    """
    return answerable if refused else min(1.0, answerable / SURELY_ANSWERABLE)


def _at_least(suggestions: list[Suggestion], confidence: float) -> list[Suggestion]:
    """The suggestions with at least a confidence."""
    return [one for one in suggestions if one.confidence >= confidence] if confidence else suggestions


def _expander(artifact: Artifact) -> Expander:
    """Finds known terms; their codes are the newest wordings of the past, `on_rows` turns them to a day's."""
    catalogue = artifact.catalogue
    if not isinstance(catalogue, PastCatalogue):
        return Expander(artifact.lexicon, artifact.names, catalogue.codes)
    codes = list(catalogue.newest)
    return Expander(artifact.lexicon, artifact.names, codes, list(catalogue.newest.values()))


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
