"""The error of the trail."""

from __future__ import annotations

from pathlib import Path

from index.errors import HcpcsError


class TrailError(HcpcsError):
    """The trail or its key cannot be read or written as asked."""


def unreadable(error: OSError, folder: Path) -> TrailError:
    """The error for a folder or a file of a trail that the operating system does not let us read."""
    return TrailError(f"{error.filename or folder}: {(error.strerror or 'cannot be read').lower()}")
