"""Fakes of the catalogue and the suggester with a few records and predictable results."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec

from index.errors import QueryError
from index.history.build import build_history
from index.history.spans import CodeHistory, History, Interval, Wording
from index.records import Modifier, Record, Release, Status
from index.store.tables import NO_TABLES
from index.successors import Replacement, replacements
from suggest.answer import Answer, Filters, LooksLike, Suggestion, Why
from suggest.suggestions import suggestion_of
from tests.waiting import wait_until

# All descriptions are our own words: no sentence of a release is copied into the project.
RECORDS = (
    Record("A4206", "Syringe with its needle, germ free", "Syringe with needle", date(1987, 1, 1)),
    Record("E0100", "Cane of any material, with tip", "Cane", date(1985, 1, 1), coverage="D"),
    Record("E0130", "Stiff walker without wheels", "Stiff walker", date(1985, 1, 1)),
    Record(
        "E0143", "Folding walker with wheels, height can be set", "Folding wheeled walker", date(1993, 1, 1)
    ),
    Record(
        "E0144",
        "Walker that was replaced by another",
        "Old walker",
        date(1993, 1, 1),
        effective_to=date(2020, 12, 31),
        cross_references=("E0143",),
    ),
    Record("E1399", "Durable equipment of no other code", "Misc equipment", date(1990, 1, 1), is_noc=True),
    Record("J1815", "Insulin shot, five units", "Insulin shot", date(2003, 1, 1)),
    Record("J9999", "Cancer drug of no other code", "Misc cancer drug", date(1986, 1, 1), is_noc=True),
    Record("K0001", "Plain wheelchair", "Plain wheelchair", date(1994, 1, 1), processing_note="0002"),
    Record("L9900", "Splint that starts later", "Later splint", date(2999, 1, 1)),
)
HISTORIC = "E0143"  # the code with an earlier wording
MODIFIERS = (Modifier("RR", "Rented equipment", "Rental"), Modifier("NU", "New equipment", "New"))

OTHER_TEXT = "xyzzy scope"  # resembles CPT, and no record has a word of it
OTHER_WARNING = "99213 is a CPT code"
HELD_TEXT = "folding walker with wheels"  # `HoldingSuggester` holds its answer back
RAISE, CRASH = "raise", "crash"  # first words of texts at which `FaultySuggester` fails
HOLD_FOLDER = "FAKE_HOLD_FOLDER"  # environment variable that gives `tests.serve_fake` the holding folder
START_FOLDER = (
    "FAKE_START_FOLDER"  # the same for a folder in which a file `started` lets the second worker start
)


class FakeCatalogue:
    """The records, ascending by code."""

    def __init__(
        self, records: Sequence[Record] = RECORDS, modifiers: Sequence[Modifier] = MODIFIERS
    ) -> None:
        self.records = tuple(records)
        self.modifiers = tuple(modifiers)
        self.history: History | None = build_history(
            [
                Release("2025-10", "", "", self.records[1:], self.modifiers),
                Release("2026-01", "", "", self.records, self.modifiers),
            ]
        )
        self._rows = {record.code: row for row, record in enumerate(self.records)}

    def get(self, code: str) -> Record | None:
        """The record of a code."""
        row = self._rows.get(code)
        return None if row is None else self.records[row]

    def position(self, code: str) -> int | None:
        """Row of a code."""
        return self._rows.get(code)

    def record_on(self, code: str, on: date) -> Record | None:
        """The record of a code, which has one wording."""
        return self.get(code)

    def status_on(self, code: str, on: date) -> Status | None:
        """The status of a code."""
        record = self.get(code)
        return None if record is None else record.status(on)

    def lives(self, code: str) -> tuple[CodeHistory, ...]:
        """The first two wordings of one code, as a history has them."""
        record = self.get(code)
        if record is None or code != HISTORIC:
            return ()
        earlier = Wording("Folding walker", "Walker", None, ("2020-01",))
        later = Wording(
            record.long_description,
            record.short_description,
            Interval(date(2021, 1, 1), date(2021, 1, 1)),
            ("2026-01",),
        )
        return (CodeHistory(code, record, Interval(None, date(1993, 1, 1)), None, (earlier, later)),)

    def note(self, record: Record) -> str:
        """An invented note."""
        return "ONLY FOR DOGS." if record.processing_note else ""

    def instead_of(self, code: str, on: date) -> tuple[Replacement, ...]:
        """The codes to use instead of an ended one."""
        record = self.get(code)
        if record is None or record.status(on) != "terminated":
            return ()
        return replacements({each.code: each for each in self.records}, {}, code, on)

    def neighbours(self, code: str, n: int) -> tuple[Record, ...]:
        """Up to n records on each side."""
        row = self._rows[code]
        return self.records[max(0, row - n) : row] + self.records[row + 1 : row + 1 + n]


class FakeManifest(msgspec.Struct, frozen=True):
    """The details of an index that the routes show."""

    release: str = "2026-01"
    encoder: str = "word-overlap"
    codes: int = len(RECORDS)


class FakeSuggester:
    """Ranks by the share of common words, which is also the confidence."""

    def __init__(self, notice: str = "") -> None:
        self.catalogue = FakeCatalogue()
        self.manifest = FakeManifest()
        self.tables = NO_TABLES
        self.model = "fake-1"
        self.notice = notice
        self.texts: list[str] = []
        self.together: list[int] = []

    def suggest(
        self,
        texts: Sequence[str],
        k: int = 10,
        date_of_service: date | None = None,
        filters: Filters | None = None,
        *,
        explained: bool = True,
    ) -> list[Answer]:
        """One answer for each text; records the texts and the size of each call."""
        self.together.append(len(texts))
        if not 1 <= k <= 100:
            raise QueryError(f"k is {k}, but must be from 1 to 100")
        self.texts.extend(texts)
        return [
            self._answer(text, k, date_of_service or date.today(), filters or Filters()) for text in texts
        ]

    def _answer(self, text: str, k: int, on: date, filters: Filters) -> Answer:
        error = None
        if not text.strip():
            error = "the text is empty"
        elif len(text) > 2000:
            error = "the text is longer than 2000 characters"
        allowed = [record for record in self.catalogue.records if self._allowed(record, on, filters)]
        ranked = [] if error else self._ranked(text, allowed, on, filters.min_confidence)
        return Answer(
            text=text,
            date_of_service=on,
            release="2026-01",
            model="fake-1",
            no_good_match=not ranked,
            looks_like=LooksLike("cpt", 0.93) if text == OTHER_TEXT else None,
            did_you_mean=(),
            warnings=(OTHER_WARNING,) if text == OTHER_TEXT else (),
            total_considered=len(allowed),
            suggestions=tuple(
                msgspec.structs.replace(suggestion, rank=rank)
                for rank, suggestion in enumerate(ranked[:k], start=1)
            ),
            notice=self.notice,
            error=error,
        )

    @staticmethod
    def _allowed(record: Record, on: date, filters: Filters) -> bool:
        return (
            (filters.level is None or record.level == filters.level)
            and (not filters.sections or record.section in filters.sections)
            and (filters.include_terminated or record.status(on) != "terminated")
        )

    @staticmethod
    def _ranked(text: str, records: Sequence[Record], on: date, floor: float) -> list[Suggestion]:
        asked = set(re.findall(r"\w+", text.lower()))
        found = []
        for record in records:
            words = tuple(w for w in re.findall(r"\w+", record.long_description) if w.lower() in asked)
            share = 1.0 if text.strip().upper() == record.code else len(words) / max(len(asked), 1)
            share = min(share, 1.0)
            if share <= 0 or share < floor:
                continue
            why = Why(f"shares {len(words)} words", "long description", record.long_description, words)
            found.append(suggestion_of(record, record.status(on), why, score=share, confidence=share))
        return sorted(found, key=lambda s: (-s.score, s.code))


class HoldingSuggester(FakeSuggester):
    """Holds the answer to `HELD_TEXT` back.

    Args:
        folder: The file `asked` appears in it when the text is asked; the answer is given when a file
            `released` is there.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def suggest(
        self,
        texts: Sequence[str],
        k: int = 10,
        date_of_service: date | None = None,
        filters: Filters | None = None,
        *,
        explained: bool = True,
    ) -> list[Answer]:
        """Answers like the fake, but delays the answer to `HELD_TEXT`."""
        if HELD_TEXT in texts:
            (self._folder / "asked").touch()
            wait_until((self._folder / "released").exists, what="the release of the answer")
        return super().suggest(texts, k, date_of_service, filters, explained=explained)


class FaultySuggester(FakeSuggester):
    """Raises an error that quotes the text, or crashes."""

    def suggest(
        self,
        texts: Sequence[str],
        k: int = 10,
        date_of_service: date | None = None,
        filters: Filters | None = None,
        *,
        explained: bool = True,
    ) -> list[Answer]:
        """As the fake, but for the texts that ask for a fault."""
        for text in texts:
            if text.startswith(RAISE):
                raise RuntimeError(f"cannot read {text}")
            if text.startswith(CRASH):
                os.kill(os.getpid(), signal.SIGABRT)
        return super().suggest(texts, k, date_of_service, filters, explained=explained)
