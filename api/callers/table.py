"""A small table in memory that all workers share: how often each caller called, which tokens were used.

No kept library counts across processes without a server (`limits` needs Redis, Memcached, MongoDB or etcd),
so this is a memory-mapped file of fixed size. Callers are stored as keyed digests. Two workers that change
the same row in the same microsecond may lose one of the changes; a limit is then passed by one request.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
import time
from pathlib import Path

ROWS = 1 << 14
ROW = struct.Struct("<Qd")  # digest of the name, and a time of the machine's monotonic clock
TRIED = 8  # rows that may hold one name
SECRET_BYTES = 32
NAME = "callers.table"
MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"  # the folder that workers share, set by `hcpcs serve --workers`
SIZE = SECRET_BYTES + ROWS * ROW.size


class SharedTable:
    """Times by name.

    Args:
        path: A file made by `make_table`, which other processes have open too; None for this process only.
    """

    def __init__(self, path: Path | None = None) -> None:
        if path is None:
            self._memory = mmap.mmap(-1, SIZE)
            self._memory[:SECRET_BYTES] = os.urandom(SECRET_BYTES)
        else:
            with path.open("r+b") as file:
                self._memory = mmap.mmap(file.fileno(), SIZE)
        self._secret = bytes(self._memory[:SECRET_BYTES])

    def take(self, name: str, per_minute: int) -> tuple[bool, int, float]:
        """Count one request of a caller, by the generic cell rate algorithm: a burst of a minute's requests.

        Returns:
            Whether it is within the limit, how many more are, and seconds until the next one, or until all
            are.
        """
        step, now = 60.0 / per_minute, time.monotonic()
        position, until = self._find(name)
        until = max(until, now)
        if until - now > 60.0 - step + 1e-9:
            return False, 0, until - now - (60.0 - step)
        self._store(position, name, until + step)
        return True, int((60.0 - (until + step - now)) / step + 1e-9), until + step - now

    def first(self, name: str, seconds: float) -> bool:
        """Whether this name is seen for the first time; it is then remembered for so many seconds."""
        position, until = self._find(name)
        if until > time.monotonic():
            return False
        self._store(position, name, time.monotonic() + max(seconds, 0.0))
        return True

    def _digest(self, name: str) -> int:
        digest = hashlib.blake2b(
            name.encode("utf-8", "surrogateescape"), digest_size=8, key=self._secret
        ).digest()
        return int.from_bytes(digest, "little") or 1

    def _find(self, name: str) -> tuple[int, float]:
        """The row of a name and its time; for a new name the row whose time is longest past, and 0."""
        digest, rows = self._digest(name), []
        for at in range(TRIED):
            position = SECRET_BYTES + (digest + at) % ROWS * ROW.size
            held, until = ROW.unpack_from(self._memory, position)
            if held == digest:
                return position, until
            rows.append((until, position))
        return min(rows)[1], 0.0

    def _store(self, position: int, name: str, until: float) -> None:
        ROW.pack_into(self._memory, position, self._digest(name), until)


def shared_table() -> SharedTable:
    """The table that `hcpcs serve --workers` made for its workers, or one for this process."""
    folder = os.environ.get(MULTIPROCESS)
    path = Path(folder) / NAME if folder else None
    return SharedTable(path if path and path.exists() else None)


def make_table(path: Path) -> None:
    """Make the file of a table, with its blocks, so that no later write can miss them.

    Raises:
        OSError: If there is no room.
    """
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, SIZE)
        os.write(descriptor, os.urandom(SECRET_BYTES))
    finally:
        os.close(descriptor)
