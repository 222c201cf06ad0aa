"""The codes of one release: look-up by code, neighbours in CMS's order, predecessors."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import msgspec

from index.errors import ArtifactError
from index.records import Modifier, Record
from index.store.contents import Contents, read_contents

RECORDS = "records.jsonl"
MODIFIERS = "modifiers.jsonl"
T = TypeVar("T")


class Catalogue:
    """The codes of one release.

    Attributes:
        records: Every record, ended ones too, ascending by code.
        modifiers: The modifiers, which are no codes.
        release: The release's name, such as `2026-01`; empty where it does not matter.
        codes: Code of each record.
    """

    def __init__(
        self, records: Sequence[Record], modifiers: Sequence[Modifier] = (), *, release: str = ""
    ) -> None:
        self.records = tuple(records)
        self.modifiers = tuple(modifiers)
        self.release = release
        self.codes = [record.code for record in self.records]
        self._rows = {code: row for row, code in enumerate(self.codes)}

    @classmethod
    def load(cls, contents: Contents) -> Catalogue:
        """Read the records and modifiers of an index folder, and nothing else of it.

        Raises:
            ArtifactError: If a line is not what it should be.
        """
        return cls(
            read_jsonl(contents, RECORDS, Record),
            read_jsonl(contents, MODIFIERS, Modifier),
            release=contents.manifest.release,
        )

    def save(self, folder: Path) -> None:
        """Write `records.jsonl` and `modifiers.jsonl`."""
        write_jsonl(folder / RECORDS, self.records)
        write_jsonl(folder / MODIFIERS, self.modifiers)

    def __len__(self) -> int:
        return len(self.records)

    def position(self, code: str) -> int | None:
        """Row of a code in CMS's order, which is ascending by code, or None."""
        return self._rows.get(code)

    def get(self, code: str) -> Record | None:
        """Record of a code, or None."""
        row = self._rows.get(code)
        return None if row is None else self.records[row]

    def neighbours(self, code: str, n: int = 3) -> tuple[Record, ...]:
        """Up to n records before and n after a code in CMS's order, without the code itself."""
        row = bisect_left(self.codes, code)
        around = self.records[max(0, row - n) : row + n + 1]
        return tuple(record for record in around if record.code != code)

    def predecessors(self, code: str) -> tuple[Record, ...]:
        """Records of the ended codes that name this one as their successor, ascending by code."""
        return tuple(self.records[self._rows[other]] for other in self._predecessors.get(code, ()))

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
    return Catalogue.load(read_contents(folder, only=(RECORDS, MODIFIERS)))


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


def write_jsonl(path: Path, values: Iterable[object]) -> None:
    """Encode values, one JSON value a line."""
    path.write_bytes(msgspec.json.Encoder().encode_lines(list(values)))
