"""From several releases to one history."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

import msgspec

from index.errors import ReleaseFormatError
from index.history.spans import CodeHistory, Conflict, History, Interval, Wording
from index.records import Modifier, Record, Release

_NAME = re.compile(r"(\d{4})-(\d{2})")
_REWORDING = frozenset("BCS")  # actions that change a descriptor: long and administrative, long, short
_DAY = timedelta(days=1)


class Snapshot(NamedTuple):
    """A release as one point of the history.

    Attributes:
        name: Its name.
        day: The first day on which it is in force.
        records: Code -> record.
        dated: Whether it has dates; lists that others derived from a release have none.
    """

    name: str
    day: date
    records: Mapping[str, Record]
    dated: bool


Held = Sequence[tuple[Snapshot, Record]]


def in_force(name: str) -> date | None:
    """The day on which a release takes effect: the first of the month in its name, or None without one."""
    match = _NAME.fullmatch(name)
    return date(int(match[1]), int(match[2]), 1) if match and 1 <= int(match[2]) <= 12 else None


def ordered(releases: Sequence[Release]) -> list[Release]:
    """Releases, oldest first.

    Raises:
        ReleaseFormatError: If the name of one has no quarter, or two are of the same quarter.
    """
    for release in releases:
        if in_force(release.name) is None:
            raise ReleaseFormatError(
                f"{release.source} is named {release.name!r}, which is no quarter such as 2026-01; put the"
                " quarter into the file's name or its folder's to make a history of several releases"
            )
    found = sorted(releases, key=lambda release: release.name)
    for one, other in pairwise(found):
        if one.name == other.name:
            raise ReleaseFormatError(f"{one.source} and {other.source} are both release {one.name}; give one")
    return found


def records_now(history: History, newest: Release) -> tuple[Record, ...]:
    """The records of the newest release; where it has no dates and other fields, with those of older ones."""
    by_code = {each.code: each.record for each in history.codes}  # the last life of a code
    if any(record.effective_from or record.effective_to for record in newest.records):
        return newest.records
    return tuple(by_code[record.code] for record in newest.records)


def build_history(releases: Sequence[Release]) -> History:
    """Join releases.

    Args:
        releases: In any order.

    Raises:
        ReleaseFormatError: As `ordered`.
    """
    oldest_first = ordered(releases)
    conflicts: list[Conflict] = []
    codes = _histories([_snapshot(release, release.records) for release in oldest_first], conflicts)
    with_modifiers = [release for release in oldest_first if release.modifiers]
    modifiers = [_snapshot(release, tuple(map(as_record, release.modifiers))) for release in with_modifiers]
    return History(
        releases=tuple(release.name for release in oldest_first),
        codes=codes,
        modifiers=_histories(modifiers, conflicts),
        conflicts=tuple(conflicts),
    )


def as_record(modifier: Modifier) -> Record:
    """A modifier with the fields of a code, its two characters as the code."""
    fields = msgspec.structs.asdict(modifier)
    return Record(code=fields.pop("modifier"), **fields)


def _snapshot(release: Release, records: Sequence[Record]) -> Snapshot:
    day = in_force(release.name)
    assert day is not None, "`ordered` refuses such a name"
    dated = any(record.effective_from or record.effective_to for record in records)
    return Snapshot(release.name, day, {record.code: record for record in records}, dated)


def _histories(snapshots: Sequence[Snapshot], conflicts: list[Conflict]) -> tuple[CodeHistory, ...]:
    codes = sorted({code for snapshot in snapshots for code in snapshot.records})
    found = []
    for code in codes:
        held = [(snapshot, snapshot.records[code]) for snapshot in snapshots if code in snapshot.records]
        for life in _lives(held):
            conflicts.extend(_conflicts(code, life, snapshots))
            found.append(_history(code, life, snapshots))
    return tuple(found)


def _lives(held: Held) -> list[Held]:
    """The releases of a code in parts: a code that ended can be given to another thing years later."""
    lives = [[held[0]]]
    for one in held[1:]:
        end, start = lives[-1][-1][1].effective_to, one[1].effective_from
        if end is not None and start is not None and start > end:
            lives.append([one])
        else:
            lives[-1].append(one)
    return list(lives)


def _history(code: str, held: Held, snapshots: Sequence[Snapshot]) -> CodeHistory:
    record = _newest(held)
    wordings = _wordings(held)
    return CodeHistory(
        code=code,
        record=msgspec.structs.replace(
            record,
            long_description=wordings[-1].long_description,
            short_description=wordings[-1].short_description,
        ),
        came=_came(record, held[0][0], snapshots),
        ended=_ended(record, held[-1][0], snapshots),
        wordings=wordings,
    )


def _newest(held: Held) -> Record:
    """The newest record; one without dates gets the other fields from the newest that has them."""
    snapshot, record = held[-1]
    dated = next((one for each, one in reversed(held) if each.dated), None)
    if snapshot.dated or dated is None:
        return record
    return msgspec.structs.replace(
        dated, long_description=record.long_description, short_description=record.short_description
    )


def _came(record: Record, first: Snapshot, snapshots: Sequence[Snapshot]) -> Interval | None:
    if record.effective_from is not None:
        return Interval(record.effective_from, record.effective_from)
    before = [snapshot for snapshot in snapshots if snapshot.day < first.day]
    return Interval(before[-1].day + _DAY, first.day) if before else None


def _ended(record: Record, last: Snapshot, snapshots: Sequence[Snapshot]) -> Interval | None:
    if record.effective_to is not None:
        return Interval(record.effective_to, record.effective_to)
    after = [snapshot for snapshot in snapshots if snapshot.day > last.day]
    return Interval(last.day, after[0].day - _DAY) if after else None


def _wordings(held: Held) -> tuple[Wording, ...]:
    groups: list[list[tuple[Snapshot, Record]]] = []
    for one in held:
        if groups and plain_wording(groups[-1][-1][1]) == plain_wording(one[1]):
            groups[-1].append(one)
        else:
            groups.append([one])
    wordings = []
    for position, group in enumerate(groups):
        since = _since(groups[position - 1][-1], group[0]) if position else None
        shown = next((one for _, one in reversed(group) if not one.long_description.isupper()), group[-1][1])
        names = tuple(snapshot.name for snapshot, _ in group)
        wordings.append(Wording(shown.long_description, shown.short_description, since, names))
    return tuple(wordings)


def plain_wording(record: Record) -> tuple[str, str]:
    """Both descriptors without differences in letter case and blanks, which copies of releases have."""
    return (
        " ".join(record.long_description.split()).casefold(),
        " ".join(record.short_description.split()).casefold(),
    )


def _since(before: tuple[Snapshot, Record], after: tuple[Snapshot, Record]) -> Interval:
    """When a wording took the place of another: the day of the action where it can be that of this change."""
    earliest, latest = before[0].day + _DAY, after[0].day
    record = after[1]
    day = record.action_date
    if day is None or not earliest <= day <= latest:
        return Interval(earliest, latest)
    # Another action may have followed the rewording, whose day is then only the last possible one.
    return Interval(day, day) if record.action in _REWORDING else Interval(earliest, day)


def _conflicts(code: str, held: Held, snapshots: Sequence[Snapshot]) -> Iterator[Conflict]:
    dated = [(snapshot, record) for snapshot, record in held if snapshot.dated]
    for (old, before), (new, after) in pairwise(dated):
        if before.effective_from != after.effective_from:
            yield _contradiction(code, "effective_from", old, before, new, after)
        if before.effective_to is not None and before.effective_to != after.effective_to:
            yield _contradiction(code, "effective_to", old, before, new, after)
        day = after.action_date
        reworded = plain_wording(before)[0] != plain_wording(after)[0]
        if reworded and after.action in _REWORDING and day is not None and day <= old.day:
            yield Conflict(
                code,
                "long_description",
                f"{new.name} says reworded on {day}, but {old.name} still has the old wording;"
                " the change is placed between the two",
            )
    names = {snapshot.name for snapshot, _ in held}
    for snapshot in snapshots:
        if held[0][0].day < snapshot.day < held[-1][0].day and snapshot.name not in names:
            yield Conflict(code, "code", f"{snapshot.name} lacks it, older and newer releases have it; kept")


def _contradiction(
    code: str, field: str, old: Snapshot, before: Record, new: Snapshot, after: Record
) -> Conflict:
    then, now = getattr(before, field) or "no day", getattr(after, field) or "no day"
    return Conflict(code, field, f"{then} in {old.name}, {now} in {new.name}; the newer one is followed")
