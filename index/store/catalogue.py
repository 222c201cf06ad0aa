"""The codes of one release: look-up by code, neighbours in CMS's order, predecessors."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import msgspec

from index.errors import ArtifactError
from index.history.spans import CodeHistory, History
from index.records import Modifier, Notes, Record, Status
from index.store.contents import Contents, read_contents
from index.successors import Proposal, Replacement, replacements

RECORDS = "records.jsonl"
MODIFIERS = "modifiers.jsonl"
SUCCESSORS = "successors.jsonl"
NOTES = "notes.json"
HISTORY = "history.json"
T = TypeVar("T")


class Catalogue:
    """The codes of one release.

    Attributes:
        records: Every record, ended ones too, ascending by code.
        modifiers: The modifiers, which are no codes.
        release: The release's name, such as `2026-01`; empty where it does not matter.
        codes: Code of each record.
        proposals: Ended code -> the code that probably replaced it, where CMS names none.
        history: Of several releases; None for a catalogue of one.
        notes: CMS's processing notes; None for a release that came without them.
    """

    def __init__(
        self,
        records: Sequence[Record],
        modifiers: Sequence[Modifier] = (),
        *,
        release: str = "",
        proposals: Mapping[str, Proposal] | None = None,
        history: History | None = None,
        notes: Notes | None = None,
    ) -> None:
        self.records = tuple(records)
        self.modifiers = tuple(modifiers)
        self.release = release
        self.codes = [record.code for record in self.records]
        self.proposals = dict(proposals or {})
        self.history = history
        self.notes = notes
        self._rows = {code: row for row, code in enumerate(self.codes)}

    @classmethod
    def load(cls, contents: Contents) -> Catalogue:
        """Read the records and modifiers of an index folder, and nothing else of it.

        Raises:
            ArtifactError: If a line is not what it should be.
        """
        proposed = SUCCESSORS in contents.files  # a folder without proposals has none
        history = read_json(contents, HISTORY, History) if HISTORY in contents.files else None
        return cls(
            read_jsonl(contents, RECORDS, Record),
            read_jsonl(contents, MODIFIERS, Modifier),
            release=contents.manifest.release,
            proposals=dict(read_jsonl(contents, SUCCESSORS, tuple[str, Proposal])) if proposed else None,
            history=history,
            notes=read_json(contents, NOTES, Notes) if NOTES in contents.files else None,
        )

    def save(self, folder: Path) -> None:
        """Write `records.jsonl`, `modifiers.jsonl`, and proposed successors and notes where there are any."""
        write_jsonl(folder / RECORDS, self.records)
        write_jsonl(folder / MODIFIERS, self.modifiers)
        if self.proposals:
            write_jsonl(folder / SUCCESSORS, self.proposals.items())
        if self.notes is not None:
            (folder / NOTES).write_bytes(msgspec.json.encode(self.notes))

    def __len__(self) -> int:
        return len(self.records)

    def __contains__(self, code: object) -> bool:
        return code in self._rows

    def position(self, code: str) -> int | None:
        """Row of a code in CMS's order, which is ascending by code, or None."""
        return self._rows.get(code)

    def row_on(self, code: str, on: date) -> int | None:
        """Row of a code with its wording on a day, or None; a catalogue of one release has one wording."""
        return self._rows.get(code)

    def status(self, row: int, on: date) -> Status:
        """Status of a row's code on a day."""
        return self.records[row].status(on)

    def get(self, code: str) -> Record | None:
        """Record of a code, or None."""
        row = self._rows.get(code)
        return None if row is None else self.records[row]

    def record_on(self, code: str, on: date) -> Record | None:
        """Record of a code with the wording of a day, as far as the history has it, or None.

        A code that left the file is found in the history alone.
        """
        life = self._life_on(code, on)
        return self.get(code) if life is None else life.record_on(on)

    def status_on(self, code: str, on: date) -> Status | None:
        """Status of a code on a day, or None for an unknown code."""
        life, record = self._life_on(code, on), self.get(code)
        if life is not None:
            return life.status(on)
        return None if record is None else record.status(on)

    def _life_on(self, code: str, on: date) -> CodeHistory | None:
        lives = self._lives.get(code, ())
        begun = [each for each in lives if each.status(on) != "future"]
        return begun[-1] if begun else next(iter(lives), None)

    @cached_property
    def _lives(self) -> dict[str, tuple[CodeHistory, ...]]:
        lives: dict[str, tuple[CodeHistory, ...]] = {}
        for each in self.history.codes if self.history else ():
            lives[each.code] = (*lives.get(each.code, ()), each)
        return lives

    def lives(self, code: str) -> tuple[CodeHistory, ...]:
        """What the history knows of a code; empty without one."""
        return self._lives.get(code, ())

    def note(self, record: Record) -> str:
        """The text of the processing note that a record cites; empty where it is not held."""
        return self.notes.texts.get(record.processing_note, "") if self.notes else ""

    def neighbours(self, code: str, n: int = 3) -> tuple[Record, ...]:
        """Up to n records before and n after a code in CMS's order, without the code itself."""
        row = bisect_left(self.codes, code)
        around = self.records[max(0, row - n) : row + n + 1]
        return tuple(record for record in around if record.code != code)

    def predecessors(self, code: str) -> tuple[Record, ...]:
        """Records of the ended codes that name this one as their successor, ascending by code."""
        return tuple(self.records[self._rows[other]] for other in self._predecessors.get(code, ()))

    def instead_of(self, code: str, on: date) -> tuple[Replacement, ...]:
        """The codes to use instead of a code that is not valid on a day, each valid then.

        For an ended code its successors; for one that begins later the codes that it replaced.
        """
        status = self.status_on(code, on)
        if status == "terminated":
            return replacements(self._by_code, self.proposals, code, on)
        if status == "future":
            return self._earlier(code, on)
        return ()

    def _earlier(self, code: str, on: date) -> tuple[Replacement, ...]:
        named = [Replacement(record.code, "CMS", 1.0) for record in self.predecessors(code)]
        proposed = [
            Replacement(ended, "proposed", proposal.probability)
            for ended, proposal in self.proposals.items()
            if proposal.code == code
        ]
        return tuple(one for one in named + proposed if self._by_code[one.code].status(on) == "active")

    @cached_property
    def _by_code(self) -> dict[str, Record]:
        past = {each.code: each.record for each in (self.history.codes if self.history else ())}
        return past | dict(zip(self.codes, self.records, strict=True))

    @cached_property
    def _predecessors(self) -> dict[str, tuple[str, ...]]:
        return predecessors(self.records)


def predecessors(records: Iterable[Record]) -> dict[str, tuple[str, ...]]:
    """For each code that is a successor, the ended codes that name it, in the order of the records."""
    by_successor: dict[str, tuple[str, ...]] = {}
    for record in records:
        for successor in dict.fromkeys(record.successors):
            by_successor[successor] = (*by_successor.get(successor, ()), record.code)
    return by_successor


def read_catalogue(folder: Path) -> Catalogue:
    """The codes of an index folder, checked; its other files are not read.

    Raises:
        ArtifactError: If a file is missing or damaged.
    """
    return Catalogue.load(
        read_contents(folder, only=(RECORDS, MODIFIERS), optional=(SUCCESSORS, HISTORY, NOTES))
    )


def read_jsonl(contents: Contents, name: str, kind: type[T]) -> tuple[T, ...]:
    """Decode a file of one JSON value a line.

    Raises:
        ArtifactError: If the file is missing or a line is not a value of that kind.
    """
    data = contents.read(name)
    try:
        return tuple(msgspec.json.Decoder(kind).decode_lines(data))
    except msgspec.DecodeError as error:
        raise ArtifactError(
            f"{contents.path(name)} cannot be read ({error}); build the index again"
        ) from error


def read_json(contents: Contents, name: str, kind: type[T]) -> T:
    """Decode a file of one JSON value.

    Raises:
        ArtifactError: If the file is missing or is not a value of that kind.
    """
    data = contents.read(name)
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:
        raise ArtifactError(
            f"{contents.path(name)} cannot be read ({error}); build the index again"
        ) from error


def write_jsonl(path: Path, values: Iterable[object]) -> None:
    """Encode values, one JSON value a line."""
    path.write_bytes(msgspec.json.Encoder().encode_lines(list(values)))
