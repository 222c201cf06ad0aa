"""Looking codes up: by code, by section, by place in CMS's order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from index.errors import ArtifactError
from index.records import Modifier, Record

RECORDS = "records.jsonl"
MODIFIERS = "modifiers.jsonl"
T = TypeVar("T")


class Catalogue:
    """Records ascending by code, and the modifiers kept apart from them."""

    def __init__(self, records: Sequence[Record], modifiers: Sequence[Modifier] = ()) -> None:
        self.records = tuple(records)
        self.modifiers = tuple(modifiers)
        self.codes = [record.code for record in self.records]
        self._rows = {code: row for row, code in enumerate(self.codes)}

    @classmethod
    def load(cls, folder: Path) -> Catalogue:
        """Read the records and modifiers of an index folder, and nothing else of it."""
        return cls(read_jsonl(folder / RECORDS, Record), read_jsonl(folder / MODIFIERS, Modifier))

    def save(self, folder: Path) -> None:
        """Write `records.jsonl` and `modifiers.jsonl`."""
        write_jsonl(folder / RECORDS, self.records)
        write_jsonl(folder / MODIFIERS, self.modifiers)

    def __len__(self) -> int:
        return len(self.records)

    def position(self, code: str) -> int | None:
        """Row of a code, or None."""
        return self._rows.get(code)

    def get(self, code: str) -> Record | None:
        """Record of a code, or None."""
        row = self._rows.get(code)
        return None if row is None else self.records[row]

    def neighbours(self, code: str, n: int = 3) -> tuple[Record, ...]:
        """Up to n records before and n after a code in CMS's order, the code itself left out."""
        row = bisect_left(self.codes, code)
        around = self.records[max(0, row - n) : row + n + 1]
        return tuple(record for record in around if record.code != code)

    def predecessors(self, code: str) -> tuple[Record, ...]:
        """Ended codes that name this one as their successor."""
        return tuple(record for record in self.records if code in record.successors)


def read_jsonl(path: Path, kind: type[T]) -> tuple[T, ...]:
    """Decode a file of one JSON value a line.

    Raises:
        ArtifactError: If the file is missing or a line is not a value of that kind.
    """
    try:
        return tuple(msgspec.json.Decoder(kind).decode_lines(path.read_bytes()))
    except (OSError, msgspec.DecodeError) as error:
        raise ArtifactError(f"{path} cannot be read ({error}); build the index again") from error


def write_jsonl(path: Path, values: Iterable[object]) -> None:
    """Encode values, one JSON value a line."""
    path.write_bytes(msgspec.json.Encoder().encode_lines(list(values)))
