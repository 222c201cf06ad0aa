"""An output file that can be resumed after an interruption.

During a run, the output is `OUT.partial`, and the checkpoint `OUT.partial.json` says how many rows and bytes
of it are complete. At the end `OUT.partial` is renamed to `OUT` and the checkpoint is deleted.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

import msgspec

from api.batch.locks import lock_output
from index.regular_files import open_regular


class Checkpoint(msgspec.Struct, frozen=True):
    """How much of a partial output is complete.

    Attributes:
        run: Digest of the input, the options and the index; only a run with the same digest resumes.
        rows: Input rows answered.
        size: Bytes of the partial output that hold them.
    """

    run: str
    rows: int
    size: int


def run_digest(path: Path, *parts: object) -> str:
    """SHA-256 of an input file and of everything else that decides the answers."""
    digest = hashlib.sha256()
    with open_regular(path) as file:
        while block := file.read(1 << 20):
            digest.update(block)
    digest.update(repr(parts).encode())
    return digest.hexdigest()


class ResumableOutput:
    """The output file during a run.

    Args:
        path: Path of the finished output.
        run: From `run_digest`. A partial output with another digest is overwritten; so is any, if this is
            empty.

    Raises:
        BatchError: If another run is writing this output, or a link stands in place of the partial output.

    Attributes:
        rows: Input rows that an interrupted run has answered already.
    """

    def __init__(self, path: Path, run: str) -> None:
        self._path = path
        self._partial = path.with_name(f"{path.name}.partial")
        self._checkpoint = path.with_name(f"{path.name}.partial.json")
        self._run = run
        self._file: BinaryIO = lock_output(self._partial)  # before the checkpoint of another run is read
        checkpoint = self._read_checkpoint()
        self.rows = checkpoint.rows if checkpoint else 0
        self._file.truncate(checkpoint.size if checkpoint else 0)  # drops an incomplete last chunk
        self._file.seek(0, os.SEEK_END)

    def _read_checkpoint(self) -> Checkpoint | None:
        try:
            checkpoint = msgspec.json.decode(self._checkpoint.read_bytes(), type=Checkpoint)
            complete = self._partial.stat().st_size >= checkpoint.size
        except (OSError, msgspec.MsgspecError):
            return None
        return checkpoint if self._run and checkpoint.run == self._run and complete else None

    def write(self, data: bytes, rows: int) -> None:
        """Append data; `rows` is the number of input rows answered once it is written."""
        self._file.write(data)
        self._file.flush()
        checkpoint = Checkpoint(self._run, rows, self._file.tell())
        new = self._checkpoint.with_suffix(".json.new")
        new.unlink(missing_ok=True)  # a link there would be written through
        with new.open("xb") as file:
            file.write(msgspec.json.encode(checkpoint))
        new.replace(self._checkpoint)

    def finish(self) -> None:
        """Write the output to the disk, rename it to its final name, and delete the checkpoint."""
        os.fsync(self._file.fileno())
        self._partial.replace(self._path)  # while it is locked, so that no other run takes it for unfinished
        self._checkpoint.unlink(missing_ok=True)
        self._file.close()

    def close(self) -> None:
        """Close the file; what is written stays for the next run."""
        self._file.close()
