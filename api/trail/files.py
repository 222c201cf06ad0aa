"""The files of a trail, in the order of their records."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from api.trail.records import FILE_NAME, Position, position_of

LOCK = "lock"
MAX_LINE_BYTES = 2**20
BLOCK = 2**16


def trail_files(folder: Path) -> list[Path]:
    """The files of a trail, oldest first; links and other files of the folder are left out."""
    with os.scandir(folder) as entries:
        names = [
            entry.name
            for entry in entries
            if FILE_NAME.fullmatch(entry.name) and entry.is_file(follow_symlinks=False)
        ]
    return [folder / name for name in sorted(names)]


def files_and_sizes(folder: Path) -> list[tuple[Path, int]]:
    """The files with their sizes at one moment, between two records."""
    with locked(folder):
        return [(path, path.stat().st_size) for path in trail_files(folder)]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep writers waiting, where there can be any: a trail that was copied elsewhere has no lock."""
    try:
        lock = os.open(folder / LOCK, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        yield
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield
    finally:
        os.close(lock)


def last_position(files: Sequence[Path]) -> Position | None:
    """The position of the last whole line of the files, or None if there is none."""
    for path in reversed(files):
        for end in _line_ends(path):
            position = position_of(end)
            if position is not None:
                return position
    return None


def _line_ends(path: Path) -> Iterator[bytes]:
    """The ends of the lines of a file, last first, in its last part."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - BLOCK))
        lines = file.read(BLOCK).splitlines(keepends=True)
    yield from (line[-200:] for line in reversed(lines))
