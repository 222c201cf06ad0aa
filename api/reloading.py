"""A running service and the index that it answers from: kept until it is told to change, then changed whole.

It is told by `HCPCS_HOME/active` (written by `hcpcs index build`, `update`, `activate` and `rollback`), or by
SIGHUP. With several workers the supervisor keeps a copy of the index for them: a worker that is started again
answers from what the others answer from, whatever has become of the index folder.
"""

from __future__ import annotations

import gc
import logging
import os
import shutil
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from api.loading import open_suggester, resolve_index
from api.settings import Settings
from index.errors import HcpcsError
from index.files import read_file, write_file
from index.home import Home
from index.store.contents import read_contents
from index.store.manifest import MANIFEST

if TYPE_CHECKING:
    from litestar import Litestar

    from api.live import LiveApp

log = logging.getLogger("hcpcs.index")

POLL_S = 0.25
SERVED = "SERVED_HCPCS_INDEX"
"""Environment variable from the supervisor to its workers: the file that names the copy to answer from."""


class Watch(threading.Thread):
    """Calls a function when a file was written anew, or when told; errors are logged and change nothing."""

    def __init__(self, path: Path | None, changed: Callable[[], None]) -> None:
        """Watch `path` from now on; None waits for `tell` alone."""
        super().__init__(name="index-watch", daemon=True)
        self._path, self._changed = path, changed
        self._stamp = self._stamp_now()
        self._told = threading.Event()
        self._ended = threading.Event()

    def tell(self) -> None:
        """Call the function soon, whether the file was written or not."""
        self._told.set()

    def end(self) -> None:
        """Stop watching."""
        self._ended.set()

    def run(self) -> None:
        """Watch until the process ends."""
        while not self._ended.wait(POLL_S):
            stamp = self._stamp_now()
            if stamp == self._stamp and not self._told.is_set():
                continue
            self._stamp = stamp
            self._told.clear()
            try:
                self._changed()
            except HcpcsError as error:
                log.error("the index stays as it is: %s", error)
            except Exception:
                log.exception("the index stays as it is")

    def _stamp_now(self) -> tuple[int, int, int] | None:
        try:
            status = self._path.stat() if self._path else None
        except OSError:
            return None
        return status and (status.st_ino, status.st_mtime_ns, status.st_size)


class Supply:
    """The supervisor's copies of the index, in a folder of their own; the newest is named in a file.

    Attributes:
        file: The file that names the folder to answer from.
    """

    def __init__(self, work: Path, given: Path | None, settings: Settings) -> None:
        """Keep copies in `work` of what `resolve_index` chooses."""
        self.file = work / "serving"
        self._work, self._given, self._settings = work, given, settings
        self._copies: list[Path] = []

    def publish(self) -> None:
        """Copy the index that is to be served, load the copy once as a check, and name it.

        Raises:
            HcpcsError: If the index cannot be read or the copy cannot be written or loaded.
        """
        number = int(self._copies[-1].name.rpartition("-")[2]) + 1 if self._copies else 1
        copy = self._work / f"index-{number}"
        try:
            copied(resolve_index(self._given, self._settings), copy)
            if self._copies:  # the first was loaded before
                open_suggester(copy, self._settings)
                collect_replaced()
            write_file(self.file, f"{copy}\n".encode())
        except BaseException:
            shutil.rmtree(copy, ignore_errors=True)
            raise
        self._copies.append(copy)
        for old in self._copies[:-2]:  # a worker may be loading the last but one
            shutil.rmtree(old, ignore_errors=True)
        del self._copies[:-2]


def copied(folder: Path, copy: Path) -> None:
    """Copy an index folder, from the bytes that were checked.

    Raises:
        ArtifactError: If it is damaged.
        SupplyError: If the copy cannot be written.
    """
    contents = read_contents(folder)
    try:
        copy.mkdir(parents=True)
        for name, data in contents.files.items():
            (copy / name).write_bytes(data)
        (copy / MANIFEST).write_bytes(contents.sealed)
    except OSError as error:
        raise SupplyError(
            f"the workers' copy of the index cannot be written to {copy.parent} ({error.strerror}); "
            "free space there, or name another folder with TMPDIR"
        ) from error


class SupplyError(HcpcsError):
    """The workers' copy of the index cannot be written."""


def named_copy(file: Path) -> Path:
    """The folder that the supervisor's file names."""
    return Path(read_file(file).decode().rstrip("\n"))


def active_file(given: Path | None, settings: Settings) -> Path | None:
    """The file that tells a service to change; None if its index was given."""
    return None if given or settings.index else Home(settings.home).active_file


def follow(live: LiveApp, path: Path | None, make: Callable[[], Litestar]) -> Watch:
    """Let the app that `make` gives take over whenever `path` is written or the watch is told.

    Returns:
        The watch, running.
    """

    def change() -> None:
        live.replace(make())
        log.warning("the service answers from %s now", live.app.state.service.release)
        collect_replaced()

    watch = Watch(path, change)
    watch.start()
    return watch


def collect_replaced() -> None:
    """Free indexes that nothing uses: they have cycles in them, and loading kept them from the collector."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def on_hangup(watch: Watch | None) -> None:
    """Let SIGHUP tell a watch; None ignores the signal. Systems without it are left alone."""
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN if watch is None else lambda *_: watch.tell())


def served_file() -> Path | None:
    """The file that the supervisor named for its workers; None outside of a worker."""
    named = os.environ.get(SERVED)
    return Path(named) if named else None
