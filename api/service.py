"""What every route answers from: the suggester, its catalogue, and what is known of both."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple, Protocol

import msgspec

from api.http.metrics import Metrics
from index.errors import HcpcsError
from index.records import Modifier, Record
from index.store.catalogue import predecessors
from suggest.answer import Answer, Filters

log = logging.getLogger("hcpcs.service")


class CatalogueLike(Protocol):
    """The records of one index, ascending by code."""

    @property
    def records(self) -> Sequence[Record]:
        """Every code."""

    @property
    def modifiers(self) -> Sequence[Modifier]:
        """Every modifier."""

    def get(self, code: str) -> Record | None:
        """The record of a code in upper case, or None."""

    def neighbours(self, code: str, n: int) -> Sequence[Record]:
        """Records around a code in tabular order."""


class SuggesterLike(Protocol):
    """What the service needs of a suggester; `suggest.suggester.Suggester` and the tests' fake have it."""

    @property
    def catalogue(self) -> CatalogueLike:
        """The records it answers from."""

    @property
    def manifest(self) -> object:
        """The index folder's manifest, a msgspec struct."""

    @property
    def notice(self) -> str:
        """What must be said on every surface; empty for an official release."""

    def suggest(
        self,
        texts: Sequence[str],
        k: int = 10,
        date_of_service: date | None = None,
        filters: Filters | None = None,
    ) -> list[Answer]:
        """One answer for each text, in order; thread-safe."""


class Asked(NamedTuple):
    """One text, and how it is asked; see `Service.suggest`."""

    text: str
    k: int
    on: date | None
    filters: Filters | None


class Service:
    """The suggester with what is worked out from it once.

    Attributes:
        release: Release name, as in every answer.
        model: Model name, as in every answer.
        notice: Said on every surface; empty for an official release.
        manifest: The index folder's manifest in plain values.
        predecessors: For each code, the ended codes whose successor it is.
        ready: Whether the self-test query was answered.
    """

    def __init__(self, suggester: SuggesterLike, metrics: Metrics | None = None) -> None:
        self.suggester = suggester
        self.catalogue = suggester.catalogue
        self.metrics = metrics or Metrics()
        # An Answer names release and model even for a text that it refuses, so no format is assumed here.
        sample = suggester.suggest(["walker"], k=1)[0]
        self.release = sample.release
        self.model = sample.model
        self.notice = suggester.notice
        self.manifest = _plain(suggester.manifest)
        self.predecessors = predecessors(self.catalogue.records)
        self.ready = False
        self.self_test_ms = 0.0
        self.self_test_failure = "the self-test query has not been answered yet"

    def suggest(self, text: str, k: int, on: date | None = None, filters: Filters | None = None) -> Answer:
        """Ranked codes for one text.

        Raises:
            QueryError: If k or a filter is out of range.
        """
        return self.suggest_many([text], k, on, filters)[0]

    def suggest_many(
        self, texts: Sequence[str], k: int, on: date | None = None, filters: Filters | None = None
    ) -> list[Answer]:
        """Ranked codes for each text, in order.

        Raises:
            QueryError: If k or a filter is out of range.
        """
        answers = self.suggester.suggest(texts, k=k, date_of_service=on, filters=filters)
        unmatched = sum(answer.no_good_match for answer in answers)
        if unmatched:
            self.metrics.no_good_match.inc(unmatched)
        return answers

    def suggest_each(self, asked: Sequence[Asked]) -> list[Answer | HcpcsError]:
        """What each text gets, in order: its answer, or why it is refused; texts asked alike go together."""
        alike: dict[tuple[int, date | None, Filters | None], list[int]] = {}
        for place, one in enumerate(asked):
            alike.setdefault((one.k, one.on, one.filters), []).append(place)
        found: dict[int, Answer | HcpcsError] = {}
        for (k, on, filters), places in alike.items():
            try:
                found.update(
                    zip(
                        places,
                        self.suggest_many([asked[at].text for at in places], k, on, filters),
                        strict=True,
                    )
                )
            except HcpcsError as error:
                found.update(dict.fromkeys(places, error))
        return [found[place] for place in range(len(asked))]

    def self_test(self) -> bool:
        """Ask for a record of the index by its own description and check that it comes back."""
        records = self.catalogue.records
        record = next(
            (r for r in records if r.status(date.today()) == "active"), records[0] if records else None
        )
        if record is None:
            self.self_test_failure = "the index holds no codes"
            return False
        started = time.perf_counter()
        filters = Filters(include_terminated=True)
        answer = self.suggester.suggest([record.long_description], k=10, filters=filters)[0]
        self.self_test_ms = round((time.perf_counter() - started) * 1000, 2)
        self.ready = any(suggestion.code == record.code for suggestion in answer.suggestions)
        self.self_test_failure = (
            ""
            if self.ready
            else f"the self-test query did not bring back {record.code} for its own description"
        )
        if not self.ready:
            log.error("%s", self.self_test_failure)
        return self.ready


def _plain(manifest: object) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(manifest)
    return plain
