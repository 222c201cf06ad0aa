"""Reading and writing files so that neither a crash nor another process leaves or sees half of them.

Writers write aside, bring every byte to the disk, and put the result into place in one step, while they
hold a lock on the folder around it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import ArtifactError

LOCK_S = 60.0  # how long a writer waits for another one
_POLL_S = 0.05
_AT_FDCWD = -100  # from Linux's fcntl.h: paths are relative to the working directory
_RENAME_EXCHANGE = 2  # from Linux's fs.h
_BY_DESCRIPTOR = os.open in os.supports_dir_fd
_NEW = os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0)
_PUBLIC, _PRIVATE = (_NEW | os.O_TRUNC, 0o666), (_NEW | os.O_EXCL, 0o600)  # flags and mode
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_file(path: Path, *, folder: int | None = None, limit: int | None = None) -> bytes:
    """The bytes of a regular file, read once from start to end.

    Args:
        path: The file.
        folder: Descriptor of its folder; the file is that folder's even after the folder was replaced.
        limit: Most bytes that it may have.

    Raises:
        FileNotFoundError: If there is none.
        IsADirectoryError: If it is a folder.
        ArtifactError: If it is a pipe or a device, or is too long.
        OSError: If it cannot be read.
    """
    # Without waiting: opening a pipe would otherwise last until somebody writes into it.
    descriptor = os.open(path, _FLAGS) if folder is None else os.open(path.name, _FLAGS, dir_fd=folder)
    try:
        _check_regular(path, os.fstat(descriptor), limit)
    except BaseException:
        os.close(descriptor)
        raise
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor, not a path
        return file.read() if limit is None else file.read(limit + 1)


def _check_regular(path: Path, status: os.stat_result, limit: int | None) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(status.st_mode):
        raise ArtifactError(f"{path} is not a regular file; put the file back that belongs there")
    if limit is not None and status.st_size > limit:
        raise ArtifactError(
            f"{path} is damaged: it has {status.st_size} bytes, more than the {limit} allowed"
        )


def write_file(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write a file aside, bring it to the disk and rename it into place: readers see the old or the new one.

    Args:
        path: The file.
        data: Its bytes.
        private: Whether a new file is for its owner only, and one that replaces another has that one's owner
            and permissions.

    Raises:
        OSError: If it cannot be written; the old file stays.
    """
    aside = path.parent / f".{path.name}.{os.getpid()}"
    descriptor = os.open(aside, *(_PRIVATE if private else _PUBLIC))
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
            if private:
                _permit_as(path, file.fileno())
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    sync(path.parent)


def _permit_as(path: Path, descriptor: int) -> None:
    """Give a new file the owner and the permissions of the one that it replaces."""
    if not path.exists() or not hasattr(os, "fchown"):
        return
    old, new = path.stat(), os.fstat(descriptor)
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        os.fchown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, old.st_mode & 0o777)


def sync(path: Path) -> None:
    """Bring a file or the entries of a folder to the disk; folders cannot be opened on Windows.

    Raises:
        OSError: If the disk reports an error.
    """
    if path.is_dir() and not _BY_DESCRIPTOR:
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a file system that knows no such thing
            raise
    finally:
        os.close(descriptor)


def sync_all(folder: Path) -> None:
    """Bring every file of a folder and the folder itself to the disk.

    Raises:
        OSError: If the disk reports an error.
    """
    for path in folder.iterdir():
        sync(path)
    sync(folder)


@contextmanager
def opened_folder(folder: Path) -> Iterator[int | None]:
    """A descriptor of a folder; None where the system has none for folders.

    Raises:
        OSError: If the folder is absent or cannot be opened.
    """
    if not _BY_DESCRIPTOR:
        yield None
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def locked(folder: Path, wait_s: float = LOCK_S) -> Iterator[None]:
    """Hold the lock of a folder: one process at a time. The system frees it when the process ends, however.

    The lock is on the folder itself, so that no file is left. Where folders cannot be locked (Windows, some
    network file systems) nothing is held.

    Raises:
        ArtifactError: If another process holds it for longer than `wait_s` seconds.
        OSError: If the folder cannot be opened.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    with opened_folder(folder) as descriptor:
        until = time.monotonic() + wait_s
        while descriptor is not None:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise ArtifactError(
                        f"another process is writing in {folder}; try again when it has ended"
                    ) from None
                time.sleep(_POLL_S)
            except OSError:
                break
        yield


def put_in_place(aside: Path, folder: Path) -> None:
    """Make a finished folder take the place of another one, which is removed; the caller holds the lock.

    On Linux both names are exchanged in one step (`renameat2`), so that a reader never finds the place empty.
    Elsewhere, or on a file system without it, two renames do it; in between `standing` finds the old folder.

    Raises:
        OSError: If it fails; the old folder is then in its place.
    """
    old = _old(folder)
    if not os.path.lexists(folder):
        aside.rename(folder)
    elif exchange(aside, folder):
        aside.rename(old)  # so that what is left after a crash is known for what it is
    else:
        folder.rename(old)
        try:
            aside.rename(folder)
        except OSError:
            old.rename(folder)
            raise
    sync(folder.parent)
    shutil.rmtree(old, ignore_errors=True)


def exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step; False where the system cannot."""
    function = getattr(ctypes.CDLL(None), "renameat2", None) if sys.platform == "linux" else None
    if function is None:
        return False
    sys.audit("index.files.exchange", str(one), str(other))
    done: int = function(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return done == 0


def tidy(folder: Path, building: str) -> None:
    """Remove what killed writers left beside a folder, and put the old folder back if its place is empty.

    Args:
        folder: The folder; the caller holds the lock of the one around it, so that no writer is at work.
        building: How the names of folders that are being written begin.
    """
    old = _old(folder)
    if old.exists() and not os.path.lexists(folder):
        old.rename(folder)
    for path in folder.parent.glob(f"{building}*"):
        shutil.rmtree(path, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


def standing(folder: Path) -> Path:
    """A folder, or the old one while two renames replace it."""
    old = _old(folder)
    return old if not folder.exists() and old.is_dir() else folder


def _old(folder: Path) -> Path:
    return folder.parent / f".{folder.name}.old"
