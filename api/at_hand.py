"""The releases that a service can compare: the one that answers, those of its history, installed ones."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple, Protocol

from index.diff import ReleaseChange, diff_releases
from index.history.build import in_force
from index.history.snapshots import known_on, modifiers_of, records_of
from index.history.spans import History
from index.home import Home
from index.records import Modifier, Record
from index.starter import NAME as STARTER
from index.store.catalogue import read_catalogue
from index.store.manifest import read_manifest

CACHED_PAIRS = 4  # of releases whose changes stay in memory
HELD_ONCE = (
    "One of the two is known from the history of the index alone, which has no changes of coverage, and none "
    "of a last day that was moved."
)
NO_MODIFIERS = "Modifiers are not compared: one of the two has none."


class HeldCodes(Protocol):
    """The codes that answer, as `Catalogue` has them."""

    @property
    def records(self) -> Sequence[Record]:
        """Every code."""

    @property
    def modifiers(self) -> Sequence[Modifier]:
        """Every modifier."""

    @property
    def history(self) -> History | None:
        """Of several releases; None for one alone."""


class Changes(NamedTuple):
    """What changed between two releases.

    Attributes:
        changes: Ascending by code.
        remarks: Sentences on what was not compared.
    """

    changes: tuple[ReleaseChange, ...]
    remarks: tuple[str, ...]


class _Side(NamedTuple):
    """One of two releases; `whole` when it has every field as that release had it."""

    records: Sequence[Record]
    modifiers: Sequence[Modifier]
    day: date | None
    whole: bool


class UnknownReleaseError(LookupError):
    """A name that is none of `AtHand.names`."""


class AtHand:
    """Compares releases by name. Safe to use from several threads.

    The starter catalogue is no release, so that it is not among them. CPT codes of an installed index are
    compared only where the index that answers has CPT codes too.
    """

    def __init__(self, release: str, catalogue: HeldCodes, home: Path | None) -> None:
        """Take what answers.

        Args:
            release: Its name.
            catalogue: Its codes.
            home: The data folder with the installed indexes; None for none.
        """
        self._release = release
        self._catalogue = catalogue
        self._home = Home(home) if home else None
        self._levels = {record.level for record in catalogue.records}
        self._lock = threading.Lock()
        self._cached: OrderedDict[tuple[str, ...], Changes] = OrderedDict()

    def names(self) -> tuple[str, ...]:
        """What can be compared, the newest first."""
        history = self._catalogue.history
        named = {self._release, *(history.releases if history else ()), *self._installed()} - {STARTER}
        return tuple(sorted(named, reverse=True))

    def _installed(self) -> Sequence[str]:
        return self._home.names() if self._home else ()

    def before(self, name: str) -> str:
        """The release before another.

        Raises:
            UnknownReleaseError: If there is none.
        """
        older = [one for one in self.names() if one < name]
        if not older:
            raise UnknownReleaseError
        return older[0]

    def changes(self, old: str, new: str) -> Changes:
        """What changed from one release to another; either may be the newer one.

        Raises:
            UnknownReleaseError: If one of them is not at hand.
            ArtifactError: If its index is damaged.
        """
        known = self.names()
        if old not in known or new not in known:
            raise UnknownReleaseError
        with self._lock:  # reading takes a tenth of a second; others wait for it rather than do the same
            key = (old, new, self._digest(old), self._digest(new))
            if key not in self._cached:
                self._cached[key] = _compared(self._side(old), self._side(new))
                if len(self._cached) > CACHED_PAIRS:
                    self._cached.popitem(last=False)
            self._cached.move_to_end(key)
            return self._cached[key]

    def _folder(self, name: str) -> Path | None:
        """The installed index of that name, unless it is what answers."""
        if name == self._release or self._home is None or name not in self._home.names():
            return None
        return self._home.indexes / name

    def _digest(self, name: str) -> str:
        folder = self._folder(name)
        return read_manifest(folder).sha256 if folder else ""

    def _side(self, name: str) -> _Side:
        folder = self._folder(name)
        if folder is not None:
            held = read_catalogue(folder)
            return _Side(self._allowed(held.records), held.modifiers, in_force(held.release), True)
        if name == self._release:
            now = self._catalogue
            return _Side(now.records, now.modifiers, in_force(name), True)
        history = self._catalogue.history
        if history is None or name not in history.releases:  # removed meanwhile
            raise UnknownReleaseError
        return _Side(records_of(history, name), modifiers_of(history, name), in_force(name), False)

    def _allowed(self, records: Sequence[Record]) -> list[Record]:
        return [record for record in records if record.level == 2 or record.level in self._levels]


def _compared(old: _Side, new: _Side) -> Changes:
    whole = old.whole and new.whole
    if not whole:
        old, new = _clipped(old), _clipped(new)
    with_modifiers = bool(old.modifiers and new.modifiers)
    changes = diff_releases(
        old.records,
        new.records,
        old_modifiers=old.modifiers if with_modifiers else (),
        new_modifiers=new.modifiers if with_modifiers else (),
    )
    return Changes(changes, (() if whole else (HELD_ONCE,)) + (() if with_modifiers else (NO_MODIFIERS,)))


def _clipped(side: _Side) -> _Side:
    return side._replace(
        records=[known_on(record, side.day) for record in side.records],
        modifiers=[known_on(modifier, side.day) for modifier in side.modifiers],
    )
