"""The codes that an ask allows, by date of service and filters."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.records import Record
from index.store.catalogue import Catalogue
from index.store.past import PastCatalogue
from suggest.answer import Ask, Filters
from suggest.known_dates import NO_DATES, KnownDates

MAX_CACHED_MASKS = 64  # one byte a code each
MAX_CACHED_SCOPES = 256  # which share the masks

Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]


class Scope(NamedTuple):
    """An ask, applied to the codes of one index. All texts of one call share it.

    Attributes:
        k: Number of suggestions wanted.
        on: Date of service.
        filters: Which codes may be suggested.
        allowed: bool (codes,): the codes that pass the filters on that date; `min_confidence` not counted.
        n_allowed: Number of these codes.
        without_measures: bool (codes,): the same without codes of quality measures, for the texts that do not
            speak of one.
        rows: int64 (codes,): for each row that of its code with the wording of the day; None where a code has
            one row.
        warnings: What to say of the date.
        explained: Whether answers have what only people read: see `Suggester.suggest`.
    """

    k: int
    on: date
    filters: Filters
    allowed: Mask
    n_allowed: int
    without_measures: Mask
    rows: Rows | None = None
    warnings: tuple[str, ...] = ()
    explained: bool = True


class Scopes:
    """Applies asks to the records of one index. Safe to use from several threads."""

    def __init__(self, catalogue: Catalogue, measure: Mask, dates: KnownDates = NO_DATES) -> None:
        """Take the records of the index, which of them report a quality measure, and which dates it knows."""
        self._catalogue = catalogue
        self._measure = measure
        self._dates = dates
        self._mask = lru_cache(MAX_CACHED_MASKS)(self._computed_mask)
        self._rows = lru_cache(MAX_CACHED_MASKS)(self._rows_on)
        self._scope = lru_cache(MAX_CACHED_SCOPES)(self._scope_on)

    def of(self, ask: Ask) -> Scope:
        """The scope of an ask; without a date of service it is that of today."""
        return self._scope(ask.k, ask.on or date.today(), ask.filters)

    def _scope_on(self, k: int, on: date, filters: Filters) -> Scope:
        allowed, n_allowed, without_measures = self._mask(on, filters)
        rows, warnings = self._rows(on), self._dates.warnings(on)
        return Scope(k, on, filters, allowed, n_allowed, without_measures, rows, warnings)

    def _rows_on(self, on: date) -> Rows | None:
        return self._catalogue.rows_on(on) if isinstance(self._catalogue, PastCatalogue) else None

    def _computed_mask(self, on: date, filters: Filters) -> tuple[Mask, int, Mask]:
        statuses = {"active", "terminated"} if filters.include_terminated else {"active"}
        catalogue, rows = self._catalogue, self._rows(on)
        mask = np.array(
            [
                catalogue.status(row, on) in statuses and passes(record, filters)
                for row, record in enumerate(catalogue.records)
            ],
            bool,
        )
        if rows is not None:
            mask &= rows == np.arange(len(rows))
        return mask, int(np.count_nonzero(mask)), mask & ~self._measure


def passes(record: Record, filters: Filters) -> bool:
    """Whether a code has the level and the section that filters ask for, whatever its dates."""
    return filters.level in (None, record.level) and (
        not filters.sections or record.section in filters.sections
    )
