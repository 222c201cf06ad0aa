"""The callers file: keys, issuers of tokens and CDS clients, in TOML."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, date, datetime, time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from api.callers.caller import SCOPES
from index.errors import ArtifactError, HcpcsError
from index.files import read_file

MAX_BYTES = 1 << 20
SHA256 = re.compile(r"[0-9a-f]{64}")
# Signatures by a key pair only: a shared secret or `none` would let whoever knows the public key sign.
ALGORITHMS = frozenset(
    f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512)
) | {"EdDSA"}  # fmt: skip


class CallersError(HcpcsError):
    """The callers file cannot be read."""


class Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One API key; the file holds its digest only.

    Attributes:
        name: Who holds it.
        sha256: SHA-256 of the key, hexadecimal.
        scopes: What it may do.
        expires: The first day, or moment, on which it no longer counts; None for never.
        per_minute: Requests in a minute; None for the service's own limit.
    """

    name: str
    sha256: str
    scopes: tuple[str, ...]
    expires: Any = None
    per_minute: int | None = None

    def holds(self, now: float) -> bool:
        """Whether it counts at a time in seconds since 1970."""
        return self.expires is None or now < moment(self.expires).timestamp()


class Issuer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An OAuth2 server whose access tokens count.

    Attributes:
        issuer: `iss` of its tokens.
        audience: `aud` of its tokens: the name of this service there.
        jwks: Its public keys: a file beside this one, or an https address.
        algorithms: Signatures that count.
        scope_prefix: What stands before our scopes in the token's `scope`.
        per_minute: Requests in a minute of each subject; None for the service's own limit.
    """

    issuer: str
    audience: str
    jwks: str
    algorithms: tuple[str, ...] = ("RS256", "ES256")
    scope_prefix: str = ""
    per_minute: int | None = None


class CdsClient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A CDS Hooks client whose tokens count on `/cds-services`.

    Attributes:
        issuer: `iss` of its tokens.
        address: Address of this service as the client calls it; `aud` must be it with the called path.
        jwks: Its public keys: a file beside this one, or an https address. A token's own `jku` is never
            followed.
        algorithms: Signatures that count.
        per_minute: Requests in a minute; None for the service's own limit.
    """

    issuer: str
    address: str
    jwks: str
    algorithms: tuple[str, ...] = ("ES384", "RS384")
    per_minute: int | None = None


class CallersFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    key: tuple[Key, ...] = ()
    issuer: tuple[Issuer, ...] = ()
    cds_client: tuple[CdsClient, ...] = ()


def read_callers(path: Path) -> CallersFile:
    """Read and check a callers file.

    Raises:
        CallersError: If it cannot be read, or an entry is wrong; the message names the entry, never a value.
    """
    return parse_callers(read_content(path), path)


def read_content(path: Path) -> bytes:
    """The bytes of a callers file.

    Raises:
        CallersError: If it cannot be read.
    """
    try:
        return read_file(path, limit=MAX_BYTES)
    except OSError as error:
        raise CallersError(
            f"cannot read the callers file {path}: {(error.strerror or 'error').lower()}"
        ) from None
    except ArtifactError as error:  # a pipe, a device, or too long
        raise CallersError(f"cannot read the callers file: {error}") from None


def parse_callers(content: bytes, path: Path) -> CallersFile:
    """Check the content of a callers file.

    Raises:
        CallersError: If an entry is wrong; the message names the entry, never a value.
    """
    try:
        callers = msgspec.convert(tomllib.loads(content.decode()), CallersFile)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise CallersError(f"the callers file {path} is not TOML in UTF-8") from None
    except msgspec.ValidationError as error:
        raise CallersError(f"the callers file {path} is wrong: {error}") from None
    _check(callers, path)
    return callers


def _check(callers: CallersFile, path: Path) -> None:
    for at, key in enumerate(callers.key):
        where = f"the callers file {path} is wrong: key {at + 1}"
        if not SHA256.fullmatch(key.sha256):
            raise CallersError(f"{where}: sha256 must be 64 hexadecimal digits, the digest of the key")
        if not key.scopes or not set(key.scopes) <= set(SCOPES):
            raise CallersError(f"{where}: scopes must be some of {', '.join(SCOPES)}")
        if key.expires is not None and not isinstance(key.expires, date):
            raise CallersError(f"{where}: expires must be a date such as 2027-01-01, without quotes")
    if len({key.sha256 for key in callers.key}) < len(callers.key):
        raise CallersError(f"the callers file {path} is wrong: two keys are the same")
    issuers: tuple[Issuer | CdsClient, ...] = (*callers.issuer, *callers.cds_client)
    if issuers and find_spec("joserfc") is None:
        raise CallersError(f"the callers file {path} names issuers of tokens: install the extra 'auth'")
    for issuer in issuers:
        if not issuer.algorithms or not set(issuer.algorithms) <= ALGORITHMS:
            raise CallersError(
                f"the callers file {path} is wrong: "
                f"algorithms must be some of {', '.join(sorted(ALGORITHMS))}"
            )
        if issuer.jwks.startswith("http:"):
            raise CallersError(f"the callers file {path} is wrong: jwks must be a file or an https address")


def moment(day: date | datetime) -> datetime:
    """A moment; a day begins, and a moment without a zone is, in UTC."""
    begun = day if isinstance(day, datetime) else datetime.combine(day, time())
    return begun if begun.tzinfo else begun.replace(tzinfo=UTC)
