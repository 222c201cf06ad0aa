"""Finds the requests of a text in a trail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from api.trail.errors import unreadable
from api.trail.files import files_and_sizes
from api.trail.key import TrailKey
from api.trail.records import DECODER, Request
from api.trail.verify import lines_of


def requests_of_text(folder: Path, key: TrailKey, text: str) -> Iterator[bytes]:
    """The lines of the requests that asked a text exactly so, oldest first.

    Raises:
        TrailError: If the trail cannot be read.
    """
    digest = key.digest(text)
    wanted = digest.encode()
    try:
        for path, size in files_and_sizes(folder):
            for _, line in lines_of(path, size):
                if wanted in line and _asked(line, digest):
                    yield line
    except OSError as error:
        raise unreadable(error, folder) from None


def _asked(line: bytes, digest: str) -> bool:
    try:
        record = DECODER.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False
    return isinstance(record, Request) and digest in record.texts
