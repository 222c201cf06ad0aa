"""The id of a request: from `X-Request-ID` if that is well formed, else a new one."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable

HEADER = b"x-request-id"
# The id is written to logs, so its form leaves no room for free text.
WELL_FORMED = re.compile(rb"[A-Za-z0-9._-]{1,64}")


def request_id(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The caller's own id, or a new one of 24 hexadecimal digits.

    Args:
        headers: ASGI header pairs, names in lower case.
    """
    for name, value in headers:
        if name == HEADER:
            return value if WELL_FORMED.fullmatch(value) else _new()
    return _new()


def _new() -> bytes:
    return secrets.token_hex(12).encode()
