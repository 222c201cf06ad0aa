"""What is known of one code over time. No day is invented: what no file dates is an interval."""

from __future__ import annotations

from datetime import date

import msgspec

from index.records import Record, Status


class Interval(msgspec.Struct, frozen=True, gc=False):
    """The days, both inclusive, on one of which something happened; equal where the day is known.

    Attributes:
        earliest: None where no release at hand is older.
        latest: None where no release at hand is newer.
    """

    earliest: date | None
    latest: date | None

    @property
    def day(self) -> date | None:
        """The day, where it is known."""
        return self.latest if self.earliest == self.latest else None

    def __str__(self) -> str:
        if self.day:
            return self.day.isoformat()
        if self.earliest is None or self.latest is None:
            return f"until {self.latest}" if self.latest else f"after {self.earliest}"
        return f"between {self.earliest} and {self.latest}"


class Wording(msgspec.Struct, frozen=True):
    """One wording of a code.

    Attributes:
        long_description: As the newest release with this wording writes it; in upper case only where every
            release at hand with this wording is.
        short_description: Likewise.
        since: The first day on which it held; None for the first wording that is known.
        releases: The releases that have it, oldest first.
    """

    long_description: str
    short_description: str
    since: Interval | None
    releases: tuple[str, ...]


class CodeHistory(msgspec.Struct, frozen=True):
    """What is known of a code or modifier over time.

    Attributes:
        code: The code, or a modifier's two characters.
        record: Its fields in the newest release that has it, with the dates that older ones add.
        came: Its first day; None where no release dates it and the oldest one has it.
        ended: Its last day; None while it has none.
        wordings: Oldest first; at least one.
    """

    code: str
    record: Record
    came: Interval | None
    ended: Interval | None
    wordings: tuple[Wording, ...]

    def wording_on(self, on: date) -> int:
        """Position of the wording that holds on a day.

        Before a change whose day is not known, the old wording holds until the last day on which the change
        can have happened: it is that of the release in force.
        """
        held = 0
        for position, wording in enumerate(self.wordings):
            if wording.since is not None and wording.since.latest is not None and wording.since.latest <= on:
                held = position
        return held

    def record_on(self, on: date) -> Record:
        """The newest record with the wording of a day."""
        wording = self.wordings[self.wording_on(on)]
        return msgspec.structs.replace(
            self.record,
            long_description=wording.long_description,
            short_description=wording.short_description,
        )

    def status(self, on: date) -> Status:
        """Status on a day; a code whose first day is not known is not active before it must have come."""
        if self.came is not None and self.came.latest is not None and on < self.came.latest:
            return "future"
        if self.ended is not None and self.ended.latest is not None and self.ended.latest < on:
            return "terminated"
        return "active"


class Conflict(msgspec.Struct, frozen=True):
    """Releases that contradict each other about a code.

    Attributes:
        code: The code.
        field: The field of `Record`.
        message: What each release says, and which of them the history follows.
    """

    code: str
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.code} {self.field}: {self.message}"


class History(msgspec.Struct, frozen=True):
    """The histories of all codes.

    Attributes:
        releases: Names of the releases, oldest first.
        codes: Ascending by code; a code that was given to another thing years after it had ended has an entry
            for each.
        modifiers: Ascending, in the same form.
        conflicts: What the releases contradict each other about.
    """

    releases: tuple[str, ...]
    codes: tuple[CodeHistory, ...]
    modifiers: tuple[CodeHistory, ...]
    conflicts: tuple[Conflict, ...]
