"""A release as a history knows it: which codes it had, how they were worded, which had ended by then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TypeVar

import msgspec

from index.history.spans import CodeHistory, History
from index.records import Modifier, Record


def records_of(history: History, release: str) -> tuple[Record, ...]:
    """The codes of one release of a history, ascending, with the wordings that it had.

    All other fields are those of the newest release that has the code.
    """
    return tuple(_worded(history.codes, release))


def modifiers_of(history: History, release: str) -> tuple[Modifier, ...]:
    """The modifiers of one release of a history, likewise."""
    return tuple(map(_as_modifier, _worded(history.modifiers, release)))


def _worded(lives: Sequence[CodeHistory], release: str) -> Iterator[Record]:
    for life in lives:
        wording = next((one for one in life.wordings if release in one.releases), None)
        if wording is not None:
            yield msgspec.structs.replace(
                life.record,
                long_description=wording.long_description,
                short_description=wording.short_description,
            )


def _as_modifier(record: Record) -> Modifier:
    return Modifier(
        record.code,
        record.long_description,
        record.short_description,
        effective_from=record.effective_from,
        effective_to=record.effective_to,
    )


T = TypeVar("T", Record, Modifier)


def known_on(record: T, day: date | None) -> T:
    """A code or modifier with the last day that a release in force from `day` on could tell, and no coverage.

    A history has each of them once, so that comparing two of its releases must not take them for changes.
    None leaves the last day as it is.
    """
    end = record.effective_to
    later = end is not None and day is not None and end >= day
    return msgspec.structs.replace(record, effective_to=None if later else end, coverage="")
