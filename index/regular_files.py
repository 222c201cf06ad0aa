"""Opening files given by users: ordinary files only, never a device, a pipe or a socket."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO


class NotRegularError(OSError):
    """A path names something that is no ordinary file: it could be endless, or never answer."""


def open_regular(path: Path) -> BinaryIO:
    """Open an ordinary file, or a link to one, for reading.

    Raises:
        NotRegularError: If it is a device, a pipe, a socket or a folder; it is not waited for.
        OSError: If it cannot be opened.
    """
    # Without O_NONBLOCK, opening a pipe waits for its writer.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotRegularError(
            0, "is not an ordinary file but a folder, a device, a pipe or a socket", str(path)
        )
    return os.fdopen(descriptor, "rb")
