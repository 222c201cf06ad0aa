"""Three small releases with every kind of change, for tests of histories; all wordings are invented."""

from __future__ import annotations

from datetime import date

from index.records import Modifier, Record, Release


def release(name: str, *records: Record, modifiers: tuple[Modifier, ...] = ()) -> Release:
    return Release(name, f"{name}.csv", "0" * 64, records, modifiers)


def record(code: str, words: str, start: str, end: str = "", action: str = "N", day: str = "") -> Record:
    """A record with its dates in ISO form."""
    return Record(
        code,
        words,
        words.split()[0],
        effective_from=date.fromisoformat(start),
        effective_to=date.fromisoformat(end) if end else None,
        action=action,
        action_date=date.fromisoformat(day) if day else None,
    )


OLD = release(
    "2018-01",
    record("A0001", "Bandage for a dog", "2010-01-01"),
    record("A0002", "Ladder of oak", "2010-01-01"),
    record("A0003", "Kennel of brick", "2010-01-01", "2016-12-31"),
    record("A0004", "Whistle of tin", "2010-01-01"),
    record("A0006", "Saddle of cork", "2010-01-01"),
    modifiers=(Modifier("Z1", "Left paw"),),
)
MIDDLE = release(
    "2020-01",
    record("A0001", "BANDAGE FOR A DOG", "2010-01-01"),
    record("A0002", "Ladder of oak or ash", "2010-01-01", action="C", day="2019-04-01"),
    record("A0004", "Whistle of tin or brass", "2010-01-01", day="2019-07-01"),
    record("A0005", "Lantern of glass", "2019-10-01"),
    modifiers=(Modifier("Z1", "Left paw"),),
)
NEW = release(
    "2021-01",
    record("A0001", "Bandage for a large dog", "2010-01-01"),
    record("A0002", "Ladder of oak or ash", "2010-01-01", "2020-12-31", action="D", day="2021-01-01"),
    record("A0003", "Drum of calfskin", "2020-07-01"),
    record("A0004", "Whistle of tin or brass", "2011-01-01"),
    record("A0005", "Lantern of glass", "2019-10-01"),
    modifiers=(Modifier("Z1", "Left front paw"),),
)
LISTED = Release("2021-04", "2021-04.json", "0" * 64, (Record("A0001", "Bandage for a large dog"),
                 Record("A0007", "Kite of silk")))  # fmt: skip
