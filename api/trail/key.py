"""The secret of a site: two keys are made from it, one for texts and one for the chain of records."""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
from pathlib import Path
from typing import NamedTuple

from api.trail.errors import TrailError

MIN_BYTES = 32
MAX_BYTES = 4096
HEX_DIGITS = 32  # 128 bits of each HMAC-SHA256


class TrailKey(NamedTuple):
    """Keys of one trail. They differ, so that who may look texts up cannot forge records.

    Attributes:
        text: Key of the digests of texts.
        chain: Key of the authentication codes of records.
    """

    text: bytes
    chain: bytes

    @classmethod
    def of(cls, secret: bytes) -> TrailKey:
        """The keys that are made from a secret."""
        return cls(
            hmac.digest(secret, b"hcpcs trail: texts", "sha256"),
            hmac.digest(secret, b"hcpcs trail: chain", "sha256"),
        )

    def digest(self, text: str) -> str:
        """The keyed digest of a text: 32 hexadecimal digits, equal for equal texts of one site only."""
        data = text.encode("utf-8", "surrogatepass")
        return hmac.digest(self.text, data, "sha256").hex()[:HEX_DIGITS]

    def code(self, previous: str, body: bytes) -> str:
        """The authentication code of a record.

        Args:
            previous: Code of the record before.
            body: The record as it is written, up to its code.
        """
        return hmac.digest(self.chain, previous.encode() + body, "sha256").hex()[:HEX_DIGITS]


def read_key(path: Path) -> TrailKey:
    """The keys of the secret in a file.

    Raises:
        TrailError: If the file cannot be read or has less than 32 bytes; the secret is not shown.
    """
    try:
        with path.open("rb") as file:
            secret = file.read(MAX_BYTES).strip()
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise TrailError(f"the key of the trail, {path}: {reason}") from None
    if len(secret) < MIN_BYTES:
        raise TrailError(
            f"the key of the trail, {path}, must have at least {MIN_BYTES} bytes; make one with: "
            "python -c 'import secrets; print(secrets.token_hex(32))'"
        )
    return TrailKey.of(secret)


def read_or_make_key(path: Path) -> TrailKey:
    """The keys of the secret in a file, which is made if it is missing: only its owner may read it.

    Raises:
        TrailError: If it can neither be read nor made.
    """
    if not path.exists():
        try:
            _make(path)
        except OSError as error:
            raise TrailError(f"the key of the trail, {path}: {(error.strerror or '').lower()}") from None
    return read_key(path)


def _make(path: Path) -> None:
    """Write a new secret aside and link it into place, so that of two processes one makes it for both."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, secrets.token_hex(MIN_BYTES).encode() + b"\n")
        os.fsync(descriptor)
        with contextlib.suppress(FileExistsError):  # another process made it meanwhile
            os.link(aside, path)
    finally:
        os.close(descriptor)
        aside.unlink(missing_ok=True)
