"""The codes that an ask allows, by date of service and filters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.records import Record
from suggest.answer import Ask, Filters

MAX_CACHED_MASKS = 64  # one byte a code each

Mask = npt.NDArray[np.bool_]


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
    """

    k: int
    on: date
    filters: Filters
    allowed: Mask
    n_allowed: int
    without_measures: Mask


class Scopes:
    """Applies asks to the records of one index. Safe to use from several threads."""

    def __init__(self, records: Sequence[Record], measure: Mask) -> None:
        """Take the records in the order of the index, and which of them report a quality measure."""
        self._records = records
        self._measure = measure
        self._mask = lru_cache(MAX_CACHED_MASKS)(self._computed_mask)

    def of(self, ask: Ask) -> Scope:
        """The scope of an ask; without a date of service it is that of today."""
        on = ask.on or date.today()
        allowed, n_allowed, without_measures = self._mask(on, ask.filters)
        return Scope(ask.k, on, ask.filters, allowed, n_allowed, without_measures)

    def _computed_mask(self, on: date, filters: Filters) -> tuple[Mask, int, Mask]:
        statuses = {"active", "terminated"} if filters.include_terminated else {"active"}
        allowed = [record.status(on) in statuses and passes(record, filters) for record in self._records]
        mask = np.array(allowed, bool)
        return mask, sum(allowed), mask & ~self._measure


def passes(record: Record, filters: Filters) -> bool:
    """Whether a code has the level and the section that filters ask for, whatever its dates."""
    return filters.level in (None, record.level) and (
        not filters.sections or record.section in filters.sections
    )
