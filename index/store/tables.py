"""Tables in an index folder: `tables.json` says what each one is, `table-*.tsv` holds its rows.

A table has a line for each code: the code and its rows as JSON, codes ascending. The manifest of the folder
holds the digests of all these files, which are checked when the folder is read; the rows of a code
are decoded when it is looked up.
"""

from __future__ import annotations

import threading
import types
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from index.errors import ArtifactError
from index.store.contents import Contents, read_contents
from index.store.manifest import read_manifest
from index.tables.code_table import ROW_TYPES, CodeTable, Kind, Row, TableInfo

LIST = "tables.json"
FILES = (LIST, "table-*.tsv")
"""Names and patterns of all files of tables, for `read_contents`."""

MAX_CACHED_CODES = 1024  # of a table whose rows stay decoded
DECODERS: dict[Kind, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(types.GenericAlias(tuple, (row, ...))) for kind, row in ROW_TYPES.items()
}


class Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of an index folder: what it is, and its file in the folder."""

    info: TableInfo
    file: str


class StoredTable:
    """A table of an index folder, cut into lines when a code is looked up for the first time.

    Attributes:
        info: What it is.
        file: Its name in the index folder.
    """

    def __init__(self, listed: Listed, contents: Contents) -> None:
        """Take the table's file.

        Raises:
            ArtifactError: If the folder has no such file.
        """
        self.info = listed.info
        self.file = listed.file
        self._path = contents.path(listed.file)
        self._data = contents.read(listed.file)
        self._decoder = DECODERS[listed.info.kind]
        self._lines: dict[str, bytes] | None = None
        self._lock = threading.Lock()
        self._cached_rows = lru_cache(MAX_CACHED_CODES)(self._decoded)

    def rows(self, code: str) -> tuple[Row, ...]:
        """The rows of a code, in the order of CMS's file; empty where the table has none.

        Raises:
            ArtifactError: If a line is not what it should be.
        """
        return self._cached_rows(code)

    def codes(self) -> Iterator[str]:
        """Every code of the table, ascending.

        Raises:
            ArtifactError: If a line is not what it should be.
        """
        self._decoded("")
        yield from self._lines or ()

    def _decoded(self, code: str) -> tuple[Row, ...]:
        try:
            if self._lines is None:
                with self._lock:
                    if self._lines is None:
                        self._lines = _lines(self._data)
                        self._data = b""  # the lines are its copy
            line = self._lines.get(code)
            rows: tuple[Row, ...] = () if line is None else self._decoder.decode(line)
        except ValueError as error:  # also what msgspec raises
            raise ArtifactError(f"{self._path} cannot be read ({error}); build the index again") from error
        return rows


def _lines(data: bytes) -> dict[str, bytes]:
    pairs = (line.split(b"\t", 1) for line in data.splitlines())
    return {code.decode(): rows for code, rows in pairs}


class MemoryTable:
    """A table that was just read from CMS's file; asked as a `StoredTable` is."""

    def __init__(self, table: CodeTable) -> None:
        self.info = table.info
        self.table = table

    def rows(self, code: str) -> tuple[Row, ...]:
        """The rows of a code; empty where the table has none."""
        return self.table.rows.get(code, ())

    def codes(self) -> Iterator[str]:
        """Every code of the table, ascending."""
        yield from self.table.rows


class Tables(Sequence[StoredTable | MemoryTable]):
    """The tables of one index."""

    def __init__(self, tables: Sequence[StoredTable | MemoryTable] = ()) -> None:
        self._tables = tuple(tables)

    @classmethod
    def of(cls, tables: Sequence[CodeTable]) -> Tables:
        """Tables that were just read."""
        return cls([MemoryTable(table) for table in tables])

    @classmethod
    def load(cls, contents: Contents) -> Tables:
        """The tables of an index folder; no rows are decoded yet.

        Raises:
            ArtifactError: If their list cannot be read, or a table is missing.
        """
        if LIST not in contents.files:
            return NO_TABLES
        return cls([StoredTable(one, contents) for one in _listed(contents)])

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
        listed = []
        for number, table in enumerate(self._tables, start=1):
            if not isinstance(table, MemoryTable):
                raise TypeError("only tables that were just read are written")
            file = f"table-{number}-{table.info.kind}.tsv"
            _write(folder / file, table.table)
            listed.append(Listed(table.info, file))
        (folder / LIST).write_bytes(msgspec.json.format(msgspec.json.encode(listed), indent=2))


NO_TABLES = Tables()


def read_infos(folder: Path) -> tuple[TableInfo, ...]:
    """What the tables of an index folder are; their rows are not read.

    Raises:
        ArtifactError: If the manifest or the list of tables is damaged.
    """
    if LIST not in read_manifest(folder).files:
        return ()
    return tuple(one.info for one in _listed(read_contents(folder, only=(LIST,))))


def _listed(contents: Contents) -> tuple[Listed, ...]:
    try:
        return msgspec.json.decode(contents.read(LIST), type=tuple[Listed, ...])
    except msgspec.DecodeError as error:
        raise ArtifactError(
            f"{contents.path(LIST)} cannot be read ({error}); build the index again"
        ) from error


def _write(path: Path, table: CodeTable) -> None:
    encode = msgspec.json.Encoder().encode
    path.write_bytes(
        b"".join(b"%s\t%s\n" % (code.encode(), encode(rows)) for code, rows in table.rows.items())
    )
