"""A batch's output while it grows: in order, counted, and able to go on after an interruption.

While it runs, the output is `OUT.partial` beside a journal `OUT.partial.json` that says how many rows and
bytes of it are whole; both give way to `OUT` at the end.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

import msgspec

from api.batch.workers import Piece


class Summary(msgspec.Struct):
    """Counts of one run; rows that an earlier run had written are in `resumed` only."""

    rows: int = 0
    resumed: int = 0
    errors: int = 0
    no_good_match: int = 0
    neutralised: int = 0

    def add(self, piece: Piece) -> None:
        """Count a piece."""
        self.rows += piece.rows
        self.errors += piece.errors
        self.no_good_match += piece.no_good_match
        self.neutralised += piece.neutralised


class Journal(msgspec.Struct, frozen=True):
    """How much of a partial output is whole.

    Attributes:
        run: Digest of the input, the options and the index: another run does not go on with it.
        rows: Input rows answered.
        size: Bytes of the partial output that they take.
    """

    run: str
    rows: int
    size: int


def run_id(path: Path, *parts: object) -> str:
    """Digest of an input file and all that decides the answers."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    digest.update(repr(parts).encode())
    return digest.hexdigest()


class PartialOutput:
    """The output file while it grows.

    Args:
        path: Where the whole output will stand.
        run: From `run_id`; a partial output of another run is begun anew, as it is when this is empty.
    """

    def __init__(self, path: Path, run: str) -> None:
        self._path = path
        self._partial = path.with_name(f"{path.name}.partial")
        self._journal = path.with_name(f"{path.name}.partial.json")
        self._run = run
        found = self._found()
        self.rows = found.rows if found else 0
        self._file: BinaryIO = self._partial.open("r+b" if found else "w+b")
        self._file.truncate(found.size if found else 0)  # a torn last piece is written again
        self._file.seek(0, os.SEEK_END)

    def _found(self) -> Journal | None:
        try:
            journal = msgspec.json.decode(self._journal.read_bytes(), type=Journal)
            whole = self._partial.stat().st_size >= journal.size
        except (OSError, msgspec.MsgspecError):
            return None
        return journal if self._run and journal.run == self._run and whole else None

    def write(self, piece: bytes, rows: int) -> None:
        """Add a piece; `rows` input rows are answered when it is there."""
        self._file.write(piece)
        self._file.flush()
        journal = Journal(self._run, rows, self._file.tell())
        aside = self._journal.with_suffix(".json.new")
        aside.write_bytes(msgspec.json.encode(journal))
        aside.replace(self._journal)

    def finish(self) -> None:
        """Put the whole output in its place."""
        self._file.close()
        self._partial.replace(self._path)
        self._journal.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file; what is written stays for the next run."""
        self._file.close()
