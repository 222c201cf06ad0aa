"""A lock on the output of a batch. It ends with its process, however that ends."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from api.batch.readers import BatchError
from index.regular_files import NotRegularError

try:
    import fcntl
except ImportError:  # Windows refuses to rename an open file, so there a second run fails at its end
    fcntl = None  # type: ignore[assignment]


def lock_output(path: Path) -> BinaryIO:
    """The partial output, opened for reading and writing, made if it is missing, and locked.

    Raises:
        BatchError: If another run holds the lock, or the path is a link or no ordinary file.
        OSError: If it cannot be opened.
    """
    while True:
        file = _open(path)
        if fcntl is None:
            return file
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            name = path.name.removesuffix(".partial")
            raise BatchError(
                f"another run is writing {name}: wait for its end, or name another output"
            ) from None
        if _is_still(file, path):
            return file
        file.close()  # the other run finished and renamed it between opening and locking


def _open(path: Path) -> BinaryIO:
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    if path.is_symlink():
        raise BatchError(f"{path} is a link; remove it, or name another output")
    if not path.parent.is_dir():
        raise BatchError(f"there is no folder {path.parent} for the output; make it first")
    if path.exists() and not path.is_file():
        raise NotRegularError(0, "is not an ordinary file", str(path))
    return os.fdopen(os.open(path, flags, 0o666), "r+b")


def _is_still(file: BinaryIO, path: Path) -> bool:
    """Whether the path still names the open file."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
