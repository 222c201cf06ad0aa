"""Differences between two releases, code by code."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Literal, get_args

import msgspec

from index.records import Modifier, Record
from index.release.labels import COVERAGE
from index.word_diff import Pieces, word_diff

Kind = Literal["added", "reworded", "ended", "vanished", "reactivated", "successor", "dates", "coverage"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Form = Literal["table", "csv", "json"]
Mark = Callable[[str], str]

_INDENT = " " * 20
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class ReleaseChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One change to one code or modifier; a code that changed in several ways has several.

    Attributes:
        kind: `added`, `vanished`: the row is new or gone. `reworded`: a descriptor changed. `ended`: the code
            has a last day now. `reactivated`: it has none any more. `successor`: the codes to use instead
            changed. `dates`: the first day changed, or the last day was moved. `coverage`: that of
            Medicare changed.
        code: The code, or a modifier's two characters.
        description: Its long descriptor, the newer one where both releases have it.
        field: The field of `Record` that changed; empty when the whole row was added or removed.
        old: Value before: text, an ISO date, or codes separated by blanks; empty for none.
        new: Value after.
    """

    kind: Kind
    code: str
    description: str
    field: str = ""
    old: str = ""
    new: str = ""


def diff_releases(
    old: Sequence[Record],
    new: Sequence[Record],
    *,
    old_modifiers: Sequence[Modifier] = (),
    new_modifiers: Sequence[Modifier] = (),
    ignore_case: bool = True,
) -> tuple[ReleaseChange, ...]:
    """Compare two releases.

    Dates and successors are compared only when both releases have dates: derived lists of codes have
    none, which is not a change.

    Args:
        old: Records of the earlier release, in any order.
        new: Records of the later one.
        old_modifiers: Modifiers of the earlier release, to compare these too.
        new_modifiers: Modifiers of the later one.
        ignore_case: Whether a descriptor that differs only in letter case counts as unchanged, since some
            copies of releases are all upper case. Differences in blanks never count.

    Returns:
        The changes, ascending by code and then in the order of `KINDS`.
    """
    before = {record.code: record for record in [*map(_as_record, old_modifiers), *old]}
    after = {record.code: record for record in [*map(_as_record, new_modifiers), *new]}
    dated = _has_dates(before.values()) and _has_dates(after.values())
    changes = [change for code in before.keys() - after.keys() for change in _vanished(before[code])]
    changes += [change for code in after.keys() - before.keys() for change in _added(after[code])]
    for code in before.keys() & after.keys():
        changes += _reworded(before[code], after[code], ignore_case=ignore_case)
        if dated:
            changes += _redated(before[code], after[code])
    return tuple(sorted(changes, key=lambda change: (change.code, KINDS.index(change.kind), change.field)))


def _as_record(modifier: Modifier) -> Record:
    return Record(
        code=modifier.modifier,
        long_description=modifier.long_description,
        short_description=modifier.short_description,
        effective_from=modifier.effective_from,
        effective_to=modifier.effective_to,
        coverage=modifier.coverage,
    )


def _has_dates(records: Iterable[Record]) -> bool:
    return any(record.effective_from or record.effective_to for record in records)


def _vanished(record: Record) -> Iterator[ReleaseChange]:
    yield ReleaseChange("vanished", record.code, record.long_description, old=record.long_description)


def _added(record: Record) -> Iterator[ReleaseChange]:
    yield ReleaseChange("added", record.code, record.long_description, new=record.long_description)


def _reworded(old: Record, new: Record, *, ignore_case: bool) -> Iterator[ReleaseChange]:
    for field in ("long_description", "short_description"):
        before, after = getattr(old, field), getattr(new, field)
        if _plain(before, ignore_case=ignore_case) != _plain(after, ignore_case=ignore_case):
            yield ReleaseChange("reworded", new.code, new.long_description, field, before, after)


def _plain(text: str, *, ignore_case: bool) -> str:
    joined = " ".join(text.split())
    return joined.casefold() if ignore_case else joined


def _redated(old: Record, new: Record) -> Iterator[ReleaseChange]:
    if old.effective_from != new.effective_from:
        start = (_iso(old.effective_from), _iso(new.effective_from))
        yield ReleaseChange("dates", new.code, new.long_description, "effective_from", *start)
    if old.coverage != new.coverage:
        letters = (old.coverage, new.coverage)
        yield ReleaseChange("coverage", new.code, new.long_description, "coverage", *map(_coverage, letters))
    if old.effective_to != new.effective_to:
        kind: Kind = "ended" if old.effective_to is None else "dates"
        kind = "reactivated" if new.effective_to is None else kind
        end = (_iso(old.effective_to), _iso(new.effective_to))
        yield ReleaseChange(kind, new.code, new.long_description, "effective_to", *end)
    if old.successors != new.successors:
        codes = (" ".join(old.successors), " ".join(new.successors))
        yield ReleaseChange("successor", new.code, new.long_description, "cross_references", *codes)


def _coverage(letter: str) -> str:
    """The letter with its meaning, such as `D: special coverage instructions apply`."""
    return f"{letter}: {COVERAGE[letter]}" if letter in COVERAGE else letter


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def count_kinds(changes: Iterable[ReleaseChange]) -> dict[Kind, int]:
    """Number of changes of each kind, in the order of `KINDS`; kinds without changes are left out."""
    counts = Counter(change.kind for change in changes)
    return {kind: counts[kind] for kind in KINDS if counts[kind]}


def render(changes: Sequence[ReleaseChange], form: Form, mark: Mark | None = None) -> str:
    """The changes as text that ends with a line break.

    Args:
        changes: As `diff_releases` gives them.
        form: `table` for people, `csv` for spreadsheets (a cell that would run as a formula gets a leading
            apostrophe), `json` for a list of objects with the fields of `ReleaseChange`.
        mark: Shows words that only one of two wordings has, in the table; they stay as they are without it.
    """
    if form == "json":
        return msgspec.json.format(msgspec.json.encode(changes), indent=2).decode() + "\n"
    return _csv(changes) if form == "csv" else _table(changes, mark or (lambda words: words))


def _csv(changes: Iterable[ReleaseChange]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(ReleaseChange.__struct_fields__)
    for change in changes:
        writer.writerow([_safe(str(value)) for value in msgspec.structs.astuple(change)])
    return file.getvalue()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def _table(changes: Sequence[ReleaseChange], mark: Mark) -> str:
    counts = ", ".join(f"{count} {kind}" for kind, count in count_kinds(changes).items())
    lines = [counts or "no changes"]
    for change in changes:
        lines.append(f"{change.kind:<11}  {change.code:<5}  {_describe(change)}")
        if change.kind == "reworded":
            old, new = word_diff(change.old, change.new)
            lines += [f"{_INDENT}- {_marked(old, mark)}", f"{_INDENT}+ {_marked(new, mark)}"]
    return "\n".join(lines) + "\n"


def _marked(pieces: Pieces, mark: Mark) -> str:
    return " ".join(mark(words) if differs else words for words, differs in pieces)


def _describe(change: ReleaseChange) -> str:
    if not change.field:
        return change.description
    field = change.field.replace("_", " ")
    if change.kind == "reworded":
        return field
    return f"{field}: {change.old or 'none'} -> {change.new or 'none'}  ({change.description})"
