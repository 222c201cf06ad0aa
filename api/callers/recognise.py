"""Recognises the caller of a request by its key or token; reads the callers file again when it changes."""

from __future__ import annotations

import hashlib
import hmac
import logging
import time
from pathlib import Path
from typing import Any

from litestar.connection import ASGIConnection

from api.callers.caller import ADMIN, Caller
from api.callers.file import CallersError, CallersFile, Key, read_callers
from api.callers.table import SharedTable
from api.callers.tokens import Tokens

log = logging.getLogger("hcpcs.callers")

LOOK_AGAIN_S = 1.0  # how often the callers file is looked at


class Callers:
    """Everyone who may call.

    Args:
        single_key: The key of `HCPCS_API_KEY`, which may do everything; empty for none.
        path: The callers file; None for none.
        table: What the workers share.

    Raises:
        CallersError: If the file cannot be read now. Later, what was read before stays.
    """

    def __init__(self, single_key: str, path: Path | None, table: SharedTable) -> None:
        self._single = hashlib.sha256(single_key.encode()).digest() if single_key else None
        self._path = path
        self._table = table
        self._state = _state(path)
        self._looked_at = time.monotonic()
        self._use(read_callers(path) if path else CallersFile())

    async def of(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Caller | None:
        """Who sent a request; None if nothing in it counts."""
        self._look_again()
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        bearer = token.strip() if scheme.lower() == "bearer" else ""
        for given in (
            bearer,
            connection.headers.get("x-api-key", ""),
        ):  # a CDS client uses the first for its own
            caller = self._by_key(given) if given else None
            if caller is not None:
                return caller
        return await self._tokens.caller(bearer, connection.scope["path"]) if bearer else None

    def _by_key(self, given: str) -> Caller | None:
        """The holder of a key. Digests are compared, so no time depends on how much of a key is right."""
        digest = hashlib.sha256(given.encode("utf-8", "surrogateescape")).digest()
        if self._single is not None and hmac.compare_digest(digest, self._single):
            return Caller("HCPCS_API_KEY", frozenset({ADMIN}))
        key = self._keys.get(digest)
        if key is None or not key.holds(time.time()):
            return None
        return Caller(key.name, frozenset(key.scopes), key.per_minute)

    def _use(self, callers: CallersFile) -> None:
        self._keys: dict[bytes, Key] = {bytes.fromhex(key.sha256): key for key in callers.key}
        self._tokens = Tokens(callers, self._path.parent if self._path else Path(), self._table)

    def _look_again(self) -> None:
        """Read the file again if it changed since it was looked at."""
        now = time.monotonic()
        if self._path is None or now - self._looked_at < LOOK_AGAIN_S:
            return
        self._looked_at = now
        state = _state(self._path)
        if state == self._state:
            return
        self._state = state
        try:
            self._use(read_callers(self._path))
            log.info("the callers file was read again")
        except CallersError as error:
            log.error("%s; the callers read before stay", error)


def _state(path: Path | None) -> object:
    """What changes when the file does; None if it is not there."""
    try:
        stat = path.stat() if path else None
    except OSError:
        return None
    return stat and (stat.st_mtime_ns, stat.st_size, stat.st_ino)
