"""The service: one suggester, its catalogue, and what every route answers from."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec

from api.at_hand import AtHand, HeldCodes
from api.http.metrics import Metrics
from index.errors import HcpcsError
from index.history.spans import CodeHistory
from index.records import Record, Status
from index.store.catalogue import predecessors
from index.store.tables import Tables
from index.successors import Replacement
from index.text.lexicon import read_lexicon
from suggest.answer import Answer, Ask, Filters
from suggest.claim.limits import Limits
from suggest.completion import Completer

log = logging.getLogger("hcpcs.service")


class CatalogueLike(HeldCodes, Protocol):
    """The records of one index, ascending by code."""

    def get(self, code: str) -> Record | None:
        """The record of a code in upper case, or None."""

    def neighbours(self, code: str, n: int) -> Sequence[Record]:
        """Records around a code in tabular order."""

    def record_on(self, code: str, on: date) -> Record | None:
        """The record of a code with the wording of a day, or None."""

    def status_on(self, code: str, on: date) -> Status | None:
        """The status of a code on a day, or None."""

    def lives(self, code: str) -> Sequence[CodeHistory]:
        """What a history of several releases knows of a code; empty without one."""

    def note(self, record: Record) -> str:
        """The text of the processing note that a record cites; empty where it is not held."""

    def instead_of(self, code: str, on: date) -> Sequence[Replacement]:
        """The codes to use instead of one that is not valid on a day."""


class SuggesterLike(Protocol):
    """What the service needs of a suggester: `suggest.suggester.Suggester`, or the fake of the tests."""

    @property
    def catalogue(self) -> CatalogueLike:
        """The records it answers from."""

    @property
    def manifest(self) -> object:
        """The index folder's manifest, a msgspec struct."""

    @property
    def tables(self) -> Tables:
        """The tables of limits and fees of the index."""

    @property
    def notice(self) -> str:
        """A sentence that every interface must show; empty for an official release."""

    def suggest(
        self,
        texts: Sequence[str],
        k: int = 10,
        date_of_service: date | None = None,
        filters: Filters | None = None,
        *,
        explained: bool = True,
    ) -> list[Answer]:
        """One answer for each text, in order; thread-safe. See `Suggester.suggest`."""


class Query(NamedTuple):
    """A text, and how it is asked."""

    text: str
    ask: Ask


def suggest_each(
    suggester: SuggesterLike, queries: Sequence[Query], *, explained: bool = True
) -> list[Answer | HcpcsError]:
    """Answer or refusal of each query, in order. Texts with equal asks go to the suggester in one call.

    Args:
        suggester: Answers the texts.
        queries: Texts and how they are asked.
        explained: See `Suggester.suggest`.
    """
    positions_by_ask: dict[Ask, list[int]] = {}
    for position, query in enumerate(queries):
        positions_by_ask.setdefault(query.ask, []).append(position)
    outcomes: dict[int, Answer | HcpcsError] = {}
    for ask, positions in positions_by_ask.items():
        texts = [queries[position].text for position in positions]
        try:
            answers = suggester.suggest(texts, ask.k, ask.on, ask.filters, explained=explained)
        except HcpcsError as error:
            outcomes.update(dict.fromkeys(positions, error))
        else:
            outcomes.update(zip(positions, answers, strict=True))
    return [outcomes[position] for position in range(len(queries))]


class Service:
    """The suggester, with the values that are computed from it once.

    Attributes:
        release: Release name, as in every answer.
        model: Model name, as in every answer.
        notice: A sentence that every interface must show; empty for an official release.
        manifest: The index folder's manifest in plain values.
        predecessors: For each code, the ended codes whose successor it is.
        limits: Looks up what the tables of the index state about a code.
        at_hand: Compares the releases that are at hand, those of the data folder too.
        ready: Whether the self-test query was answered.
        self_test_ms: Milliseconds that the self-test query took.
        self_test_failure: Why the service is not ready; empty when it is.
    """

    def __init__(
        self, suggester: SuggesterLike, metrics: Metrics | None = None, home: Path | None = None
    ) -> None:
        self.suggester = suggester
        self.catalogue = suggester.catalogue
        self.metrics = metrics or Metrics()
        # Every answer names release and model, so the format of the manifest is not assumed here.
        sample = suggester.suggest(["walker"], k=1)[0]
        self.release = sample.release
        self.model = sample.model
        self.notice = suggester.notice
        self.manifest = _plain(suggester.manifest)
        self.predecessors = predecessors(self.catalogue.records)
        self.limits = Limits(suggester.tables)
        self.at_hand = AtHand(self.release, self.catalogue, home)
        self.ready = False
        self.self_test_ms = 0.0
        self.self_test_failure = "the self-test query has not been answered yet"

    @cached_property
    def completer(self) -> Completer:
        """Completes words from the descriptors of codes that have not ended and from the lexicon.

        Making it takes some tenths of a second: `prepare` does so before the first call.
        """
        today = date.today()
        records = (one for one in self.catalogue.records if one.status(today) != "terminated")
        return Completer((record.long_description for record in records), read_lexicon())

    def prepare(self) -> None:
        """Make what the first call would wait for, in a thread of its own."""

        def run() -> None:
            with suppress(HcpcsError):  # the first call says it
                _ = self.completer

        threading.Thread(target=run, name="prepare", daemon=True).start()

    def suggest(self, text: str, ask: Ask) -> Answer:
        """Ranked codes for one text.

        Raises:
            QueryError: If k or a filter is out of range.
        """
        outcome = self.suggest_each([Query(text, ask)])[0]
        if isinstance(outcome, HcpcsError):
            raise outcome
        return outcome

    def suggest_each(self, queries: Sequence[Query]) -> list[Answer | HcpcsError]:
        """Answer or refusal of each query, in order; answers without a good match are counted."""
        outcomes = suggest_each(self.suggester, queries)
        unmatched = sum(isinstance(outcome, Answer) and outcome.no_good_match for outcome in outcomes)
        if unmatched:
            self.metrics.no_good_match.inc(unmatched)
        return outcomes

    def self_test(self) -> bool:
        """Whether the description of one code brings back that code; sets `ready`."""
        record = _sample_record(self.catalogue.records)
        if record is None:
            self.self_test_failure = "the index holds no codes"
            return False
        started = time.perf_counter()
        filters = Filters(include_terminated=True)
        answer = self.suggester.suggest([record.long_description], k=10, filters=filters)[0]
        self.self_test_ms = round((time.perf_counter() - started) * 1000, 2)
        self.ready = any(suggestion.code == record.code for suggestion in answer.suggestions)
        self.self_test_failure = ""
        if not self.ready:
            self.self_test_failure = (
                f"the self-test query did not bring back {record.code} for its own description"
            )
            log.error("%s", self.self_test_failure)
        return self.ready


def _sample_record(records: Sequence[Record]) -> Record | None:
    """The first code that is active today, else the first code, else None."""
    today = date.today()
    active = (record for record in records if record.status(today) == "active")
    return next(active, records[0] if records else None)


def _plain(manifest: object) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(manifest)
    return plain
