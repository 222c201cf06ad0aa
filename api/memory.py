"""Keeps what is in memory out of crash dumps: it holds texts about patients."""

from __future__ import annotations

import contextlib
import sys

PR_SET_DUMPABLE = 4  # of <sys/prctl.h>


def no_core_dumps() -> None:
    """Write no core file if this process or one that it starts crashes."""
    try:
        import resource
    except ImportError:  # Windows writes none unless its registry asks for them
        return
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def close_memory() -> None:
    """Write no core file, hand none to a crash reporter, and keep other processes of the user out.

    The second and third on Linux, and for this process only: a process that it starts must call it too.
    """
    no_core_dumps()
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
