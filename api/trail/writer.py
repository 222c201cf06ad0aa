"""Writes a trail: one chain of records for all workers, in files of bounded size."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import threading
from pathlib import Path

from api.trail.errors import TrailError
from api.trail.files import LOCK, last_position, trail_files
from api.trail.key import TrailKey
from api.trail.records import (
    FIRST_PREVIOUS,
    Lost,
    Opened,
    Position,
    Record,
    Refused,
    line_of,
    now,
    position_of,
)

log = logging.getLogger("hcpcs.trail")

FILE_BYTES = 64 * 2**20  # some 200,000 requests
TAIL_BYTES = 128  # holds the end of a line
_FLAGS = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC


class TrailWriter:
    """Appends records, each with one write under a lock of the whole folder.

    Several processes may write to one folder; each makes its own writer. What a process wrote stays when it
    is killed. The last file is continued until it is full; then the next one begins with the code of its end.

    Args:
        folder: Made if it is missing; only its owner may read it.
        key: Authenticates the records.
        file_bytes: Size from which a file counts as full.

    Raises:
        TrailError: If the folder cannot be written.
    """

    def __init__(self, folder: Path, key: TrailKey, file_bytes: int = FILE_BYTES) -> None:
        self.key = key
        self._folder = folder
        self._file_bytes = file_bytes
        self._threads = threading.Lock()  # a file lock does not hold between threads
        self._last = Position(0, FIRST_PREVIOUS)
        self._file = -1
        self._end = -1  # size of the file after the last record that this process wrote
        self._lost = 0
        self._lost_reason = ""
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise TrailError(f"the trail in {folder} cannot be written: {_reason(error)}") from None

    def append(self, record: Record) -> bool:
        """Write a record.

        Returns:
            Whether it was written. If not, the next one that can be written says how many are missing.
        """
        with self._threads:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX)
                try:
                    self._append(record)
                finally:
                    fcntl.flock(self._lock, fcntl.LOCK_UN)
            except OSError as error:
                self._lose(error, record.requests if isinstance(record, Refused) else 1)
                return False
            return True

    def close(self) -> None:
        """Write everything to the disk and close the files."""
        with self._threads:
            if self._file >= 0:
                os.fsync(self._file)
                os.close(self._file)
            os.close(self._lock)
            self._file = self._lock = -1

    def _append(self, record: Record) -> None:
        status = os.fstat(self._file) if self._file >= 0 else None
        full = self._end >= self._file_bytes  # another process may have begun the next file
        if status is None or status.st_size != self._end or not status.st_nlink or full:
            self._find_end(status)
        if self._end >= self._file_bytes:
            self._open_next()
        if self._lost:
            self._write(Lost(now(), self._lost, self._lost_reason, os.getpid()))
            self._lost = 0
        self._write(record)

    def _find_end(self, status: os.stat_result | None) -> None:
        """Find the end of the chain after another process wrote, or when the file is gone or was cut."""
        if status is not None and status.st_nlink and self._end <= status.st_size < self._file_bytes:
            self._end = status.st_size
            position = self._position()
            if position is not None:
                self._follow(position)
                return
        self._open_newest()

    def _open_newest(self) -> None:
        """Open the last file, or a new one if there is none."""
        files = trail_files(self._folder)
        self._follow(last_position(files))
        if not files:
            self._open_next()
            return
        self._use(files[-1], 0)
        if self._end == 0:  # a process was killed between making the file and its first line
            self._write(Opened(now(), self._last.mac))
        elif self._position() is None:
            self._end += os.write(self._file, b"\n")  # a torn line ends here; it is reported as such

    def _follow(self, position: Position | None) -> None:
        """Continue from a position.

        A lower number than that of the last own record means that records were removed. Then this process
        goes on from its own last record, so that the gap is seen.
        """
        if position is not None and position.seq >= self._last.seq:
            self._last = position

    def _position(self) -> Position | None:
        return position_of(os.pread(self._file, TAIL_BYTES, max(0, self._end - TAIL_BYTES)))

    def _open_next(self) -> None:
        """Begin the next file."""
        if self._file >= 0:
            os.fsync(self._file)
        self._use(self._folder / f"trail-{self._last.seq + 1:012d}.jsonl", os.O_CREAT | os.O_EXCL)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self._write(Opened(now(), self._last.mac))

    def _use(self, path: Path, flags: int) -> None:
        file = os.open(path, flags | _FLAGS, 0o600)
        if self._file >= 0:
            os.close(self._file)
        self._file = file
        self._end = os.fstat(file).st_size

    def _write(self, record: Record) -> None:
        """Append one line; if only a part of it fits on the disk, the part is removed again."""
        line, position = line_of(record, self._last, self.key)
        written = os.write(self._file, line)
        if written < len(line):
            os.ftruncate(self._file, self._end)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._end += written
        self._last = position

    def _lose(self, error: OSError, requests: int) -> None:
        if not self._lost:
            log.error("the trail cannot be written: %s; requests are counted until it can", _reason(error))
        self._lost_reason = _reason(error)
        self._lost += requests


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
