"""Which dates an index knows, and what an answer says of a date that it does not know well."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from index.history.build import in_force
from index.release.quarter import Quarter

MAX_AGE_DAYS = 100
"""A release that took effect longer ago is not the current one: quarters have at most 92 days."""


class KnownDates(NamedTuple):
    """The releases of an index, oldest first, as name and first day."""

    releases: tuple[tuple[str, date], ...]

    @classmethod
    def of(cls, names: Sequence[str]) -> KnownDates:
        """The releases whose names tell a quarter, as all official ones do."""
        days = ((name, in_force(name)) for name in names)
        return cls(tuple(sorted((name, day) for name, day in days if day is not None)))

    def warnings(self, on: date) -> tuple[str, ...]:
        """Sentences, without a full stop, on a date before the first release or long after one."""
        if not self.releases:
            return ()
        first, start = self.releases[0]
        if on < start:
            return (
                f"{on} is before {first}, the first release of this index: codes and wordings of that"
                " day may be missing",
            )
        name, day = next((name, day) for name, day in reversed(self.releases) if day <= on)
        age = (on - day).days
        if age <= MAX_AGE_DAYS:
            return ()
        if name == self.releases[-1][0]:
            newest = Quarter.on(on).name
            return (
                f"release {name} is {age} days old on {on}: newer quarters, up to {newest}, have changed"
                " codes; build the index from the current release",
            )
        later = next(other for other, _ in self.releases if other > name)
        return (
            f"the last release at hand before {on} is {name}, the next {later}: what changed between them"
            " without a date of its own is not known for that day",
        )


NO_DATES = KnownDates(())
"""Of an index whose release names no quarter, such as the starter catalogue."""
