"""Tables in an index folder: written once, listed cheaply, each read when it is first asked.

`tables/tables.json` says what each table is; a table is one file with a line for each code: the code and its
rows as JSON, codes ascending. The manifest of the folder holds the digests of all these files.
"""

from __future__ import annotations

import threading
import types
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from index.digest import file_sha256
from index.errors import ArtifactError
from index.tables.code_table import ROW_TYPES, CodeTable, Kind, Row, TableInfo

FOLDER = "tables"
LIST = f"{FOLDER}/tables.json"
MAX_CACHED_CODES = 1024  # of a table whose rows stay decoded
DECODERS: dict[Kind, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(types.GenericAlias(tuple, (row, ...))) for kind, row in ROW_TYPES.items()
}
_DAMAGED = "{path} is damaged: its checksum differs from the list of tables; build the index again"


class Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of an index folder: what it is, its file in the folder, and the digest of that file."""

    info: TableInfo
    file: str
    sha256: str


class StoredTable:
    """A table of an index folder, read and checked when a code is looked up for the first time.

    Attributes:
        info: What it is.
        file: Its path in the index folder.
    """

    def __init__(self, folder: Path, listed: Listed) -> None:
        self.info = listed.info
        self.file = listed.file
        self._path = folder / listed.file
        self._sha256 = listed.sha256
        self._decoder = DECODERS[listed.info.kind]
        self._lines: dict[str, bytes] | None = None
        self._lock = threading.Lock()
        self._cached_rows = lru_cache(MAX_CACHED_CODES)(self._decoded)

    def rows(self, code: str) -> tuple[Row, ...]:
        """The rows of a code, in the order of CMS's file; empty where the table has none.

        Raises:
            ArtifactError: If the file is missing or damaged.
        """
        return self._cached_rows(code)

    def _decoded(self, code: str) -> tuple[Row, ...]:
        if self._lines is None:
            with self._lock:
                if self._lines is None:
                    self._lines = self._read()
        line = self._lines.get(code)
        rows: tuple[Row, ...] = () if line is None else self._decoder.decode(line)
        return rows

    def _read(self) -> dict[str, bytes]:
        try:
            if file_sha256(self._path) != self._sha256:
                raise ArtifactError(_DAMAGED.format(path=self._path))
            lines = self._path.read_bytes().splitlines()
        except OSError as error:
            raise ArtifactError(f"{self._path} cannot be read ({error}); build the index again") from error
        pairs = (line.split(b"\t", 1) for line in lines)
        return {code.decode(): rows for code, rows in pairs}


class MemoryTable:
    """A table that was just read from CMS's file; asked as a `StoredTable` is."""

    def __init__(self, table: CodeTable) -> None:
        self.info = table.info
        self.table = table

    def rows(self, code: str) -> tuple[Row, ...]:
        """The rows of a code; empty where the table has none."""
        return self.table.rows.get(code, ())


class Tables(Sequence[StoredTable | MemoryTable]):
    """The tables of one index."""

    def __init__(self, tables: Sequence[StoredTable | MemoryTable] = ()) -> None:
        self._tables = tuple(tables)

    @classmethod
    def of(cls, tables: Sequence[CodeTable]) -> Tables:
        """Tables that were just read."""
        return cls([MemoryTable(table) for table in tables])

    @classmethod
    def open(cls, folder: Path) -> Tables:
        """The tables of an index folder; none of them is read yet.

        Raises:
            ArtifactError: If their list is damaged.
        """
        path = folder / LIST
        if not path.is_file():
            return NO_TABLES
        try:
            listed = msgspec.json.decode(path.read_bytes(), type=tuple[Listed, ...])
        except (OSError, msgspec.DecodeError) as error:
            raise ArtifactError(f"{path} cannot be read ({error}); build the index again") from error
        return cls([StoredTable(folder, one) for one in listed])

    def __len__(self) -> int:
        return len(self._tables)

    def __getitem__(self, place: Any) -> Any:
        return self._tables[place]

    def __iter__(self) -> Iterator[StoredTable | MemoryTable]:
        return iter(self._tables)

    @property
    def infos(self) -> tuple[TableInfo, ...]:
        """What the tables are."""
        return tuple(table.info for table in self._tables)

    def save(self, folder: Path) -> None:
        """Write the tables that were just read; an index without tables gets no file.

        Raises:
            TypeError: If a table is that of another folder.
        """
        if not self._tables:
            return
        (folder / FOLDER).mkdir()
        listed = []
        for number, table in enumerate(self._tables, start=1):
            if not isinstance(table, MemoryTable):
                raise TypeError("only tables that were just read are written")
            file = f"{FOLDER}/{number}-{table.info.kind}.tsv"
            _write(folder / file, table.table)
            listed.append(Listed(table.info, file, file_sha256(folder / file)))
        (folder / LIST).write_bytes(msgspec.json.format(msgspec.json.encode(listed), indent=2))


NO_TABLES = Tables()


def _write(path: Path, table: CodeTable) -> None:
    encode = msgspec.json.Encoder().encode
    path.write_bytes(
        b"".join(b"%s\t%s\n" % (code.encode(), encode(rows)) for code, rows in table.rows.items())
    )
