"""The public keys of an issuer, from a file or an https address, read again when they change."""

from __future__ import annotations

import asyncio
import logging
import time
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

log = logging.getLogger("hcpcs.callers")

MAX_BYTES = 256 * 1024
TIMEOUT_S = 5
RENEW_S = 300  # keys from an address are read again after this time
AGAIN_S = 30  # and, for a token with an unknown key, not sooner than this after the last reading


class PublicKeys:
    """The keys of one issuer.

    Args:
        source: An https address, or a file.
        folder: What a relative file is relative to.
    """

    def __init__(self, source: str, folder: Path) -> None:
        self._source = source
        self._folder = folder
        self._keys: KeySet | None = None
        self._content = b""
        self._read_at = -RENEW_S * 2.0
        self._changed: object = None
        self._lock = asyncio.Lock()

    async def having(self, kid: str | None) -> KeySet | None:
        """The keys, read again if they are old or do not have this key; None if they cannot be read."""
        if self._source.startswith("https://"):
            wait = AGAIN_S if self._keys is None or not self._has(kid) else RENEW_S
            if time.monotonic() - self._read_at >= wait:
                async with self._lock:  # one reading at a time, in a thread
                    if time.monotonic() - self._read_at >= wait:
                        await asyncio.to_thread(self._renew, lambda: _fetch(self._source))
        else:
            self._read_file_if_changed()
        return self._keys

    def _has(self, kid: str | None) -> bool:
        return self._keys is not None and any(key.kid == kid for key in self._keys.keys)

    def _read_file_if_changed(self) -> None:
        path = self._folder / self._source
        try:
            stat = path.stat()
            changed = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        except OSError:
            changed = None
        if changed != self._changed:
            self._changed = changed
            self._renew(lambda: path.read_bytes()[: MAX_BYTES + 1])

    def _renew(self, read: Any) -> None:
        """Read the keys; when that fails, those read before stay, and the log says so."""
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        self._read_at = time.monotonic()
        try:
            content = read()
            if len(content) > MAX_BYTES:
                raise ValueError("too large")
            if content != self._content:  # the same keys stay the same object
                self._keys = KeySet.import_key_set(msgspec.json.decode(content))
                self._content = content
        except (
            OSError,
            HTTPException,
            ValueError,
            KeyError,
            TypeError,
            JoseError,
            msgspec.MsgspecError,
        ) as error:
            log.error("the public keys of an issuer could not be read (%s)", type(error).__name__)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Refuses every redirect: keys come from the named address or not at all."""

    def redirect_request(self, *_: Any) -> None:
        """No request follows."""


def _fetch(address: str) -> bytes:
    opener = urllib.request.build_opener(NoRedirect)
    with opener.open(address, timeout=TIMEOUT_S) as answer:
        content: bytes = answer.read(MAX_BYTES + 1)
    return content
