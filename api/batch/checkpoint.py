"""An output file that can be resumed after an interruption.

During a run, the output is `OUT.partial`, and the checkpoint `OUT.partial.json` says how many rows and bytes
of it are complete. At the end `OUT.partial` is renamed to `OUT`, or converted into it, and the checkpoint is
deleted.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import msgspec

from api.batch.locks import lock_output
from api.batch.readers import BatchError
from api.batch.summary import Counts
from index.regular_files import open_regular


def output_exists(path: Path) -> BatchError:
    """The error for an output that is there already."""
    return BatchError(f"{path} exists; give --overwrite to replace it, or name another output")


class Checkpoint(msgspec.Struct, frozen=True):
    """How much of a partial output is complete.

    Attributes:
        run: Digest of the input, the options and the index; only a run with the same digest resumes.
        counts: Of the rows that are complete.
        size: Bytes of the partial output that hold them.
    """

    run: str
    counts: Counts
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
        overwrite: Whether a finished output may be replaced.

    Raises:
        BatchError: If the output exists, another run is writing it, or a link stands in place of the partial
            output.

    Attributes:
        counts: Of the rows that an interrupted run has answered already; the caller counts on in them.
        begins_anew: Whether an interrupted run of another input, options or index was discarded.
    """

    def __init__(self, path: Path, run: str, overwrite: bool = False) -> None:
        self._path = path
        self._overwrite = overwrite
        self._partial = path.with_name(f"{path.name}.partial")
        self._checkpoint = path.with_name(f"{path.name}.partial.json")
        self._run = run
        self._file: BinaryIO = lock_output(self._partial)  # before the checkpoint of another run is read
        self._check_absent()
        checkpoint = self._read_checkpoint()
        self.counts = checkpoint.counts if checkpoint else Counts()
        self.begins_anew = checkpoint is None and self._checkpoint.exists()
        self._file.truncate(checkpoint.size if checkpoint else 0)  # drops an incomplete last chunk
        self._file.seek(0, os.SEEK_END)

    def _read_checkpoint(self) -> Checkpoint | None:
        try:
            checkpoint = msgspec.json.decode(self._checkpoint.read_bytes(), type=Checkpoint)
            complete = self._partial.stat().st_size >= checkpoint.size
        except (OSError, msgspec.MsgspecError):
            return None
        return checkpoint if self._run and checkpoint.run == self._run and complete else None

    def _check_absent(self) -> None:
        if not self._overwrite and os.path.lexists(self._path):
            self._file.close()
            raise output_exists(self._path)

    def write(self, data: bytes) -> None:
        """Append data; `counts` must include its rows already."""
        self._file.write(data)
        self._file.flush()
        checkpoint = Checkpoint(self._run, self.counts, self._file.tell())
        new = self._checkpoint.with_suffix(".json.new")
        new.unlink(missing_ok=True)  # a link there would be written through
        with new.open("xb") as file:
            file.write(msgspec.json.encode(checkpoint))
        new.replace(self._checkpoint)

    def finish(self, convert: Callable[[Path, Path], None] | None = None) -> None:
        """Bring the output to the disk under its final name, and delete the checkpoint.

        Args:
            convert: Makes the finished file at its second argument from the partial output, its first; None
                if this is the finished file already.

        Raises:
            BatchError: If somebody else made the output meanwhile.
        """
        self._check_absent()
        os.fsync(self._file.fileno())
        if convert is None:
            # While it is locked, so that no other run takes it for unfinished.
            self._partial.replace(self._path)
        else:
            finished = self._partial.with_name(f"{self._partial.name}.new")
            finished.unlink(missing_ok=True)
            convert(self._partial, finished)
            with finished.open("rb") as file:
                os.fsync(file.fileno())
            finished.replace(self._path)
            self._partial.unlink()
        self._checkpoint.unlink(missing_ok=True)
        self._file.close()

    def close(self) -> None:
        """Close the file; what is written stays for the next run."""
        self._file.close()
