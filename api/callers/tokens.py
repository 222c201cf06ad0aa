"""Signed tokens (JWT): OAuth2 access tokens, and the tokens of CDS Hooks clients.

Access tokens: RFC 9068 and RFC 8725. CDS clients: https://cds-hooks.hl7.org/2.0/#trusting-cds-clients
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from api.callers.caller import SCOPES, SUGGEST, Caller
from api.callers.file import CallersFile, CdsClient, Issuer
from api.callers.jwks import PublicKeys

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

    from api.callers.table import SharedTable

MAX_CHARACTERS = 8192
LEEWAY_S = 60  # clocks of two machines differ
CDS_LIFE_S = 300  # the longest life of a CDS client's token; the specification advises five minutes
MAX_VERIFIED = 1_000  # verified tokens that are remembered
CDS_PATH = "/cds-services"


class _Verified(NamedTuple):
    """A token whose signature held, and the keys that it held with: with other keys it is verified again."""

    caller: Caller
    until: float
    issuer: Issuer
    kid: Any
    keys: KeySet


class Tokens:
    """Recognises tokens of the issuers of a callers file.

    Args:
        callers: Issuers and CDS clients.
        folder: What their key files are relative to.
        table: Where the ids of used tokens are kept.
    """

    def __init__(self, callers: CallersFile, folder: Path, table: SharedTable) -> None:
        self._issuers = {issuer.issuer: issuer for issuer in callers.issuer}
        self._clients = {client.issuer: client for client in callers.cds_client}
        entries: tuple[Issuer | CdsClient, ...] = (*callers.issuer, *callers.cds_client)
        self._keys = {entry: PublicKeys(entry.jwks, folder) for entry in entries}
        self._table = table
        self._verified: OrderedDict[bytes, _Verified] = OrderedDict()

    async def caller(self, token: str, path: str) -> Caller | None:
        """Who sent a token with a request for a path; None if the token does not count."""
        if not self._keys or token.count(".") != 2 or len(token) > MAX_CHARACTERS or not token.isascii():
            return None
        digest = hashlib.sha256(token.encode()).digest()
        verified = self._verified.get(digest)
        if (
            verified is not None
            and time.time() < verified.until
            and await self._keys[verified.issuer].having(verified.kid) is verified.keys
        ):
            return verified.caller
        header, claimed = _unverified(token, 0), _unverified(token, 1)
        client = self._clients.get(str(claimed.get("iss"))) if path.startswith(CDS_PATH) else None
        issuer = self._issuers.get(str(claimed.get("iss")))
        entry = client or issuer
        if entry is None:
            return None
        kid = header.get("kid")
        keys = await self._keys[entry].having(kid if isinstance(kid, str) else None)
        claims = _claims(token, entry, header, keys)
        if keys is None or claims is None:
            return None
        if client is not None and claims.get("aud") == client.address.rstrip("/") + path:
            return self._client_caller(client, claims)
        if issuer is None or not _has_audience(claims, issuer.audience):
            return None
        caller = _issuer_caller(issuer, claims)
        self._remember(digest, _Verified(caller, float(claims["exp"]), issuer, kid, keys))
        return caller

    def _client_caller(self, client: CdsClient, claims: Mapping[str, Any]) -> Caller | None:
        """The caller of a CDS client's token, which counts once and for five minutes at most."""
        identifier, issued = claims.get("jti"), claims.get("iat")
        if not isinstance(identifier, str) or not identifier or not _is_time(issued):
            return None
        life = float(claims["exp"]) - time.time()
        if claims["exp"] - issued > CDS_LIFE_S + LEEWAY_S:
            return None
        if not self._table.first(f"jti {client.issuer} {identifier}", life + 2 * LEEWAY_S):
            return None
        return Caller(f"cds {client.issuer}"[:128], frozenset({SUGGEST}), client.per_minute)

    def _remember(self, digest: bytes, verified: _Verified) -> None:
        self._verified[digest] = verified
        if len(self._verified) > MAX_VERIFIED:
            self._verified.popitem(last=False)


def _claims(
    token: str, entry: Issuer | CdsClient, header: Mapping[str, Any], keys: KeySet | None
) -> dict[str, Any] | None:
    """The claims, if signature and times hold."""
    from joserfc import jwt
    from joserfc.errors import JoseError

    if keys is None or header.get("alg") not in entry.algorithms or "crit" in header:
        return None
    try:
        claims = jwt.decode(token, keys, algorithms=list(entry.algorithms)).claims
    except (JoseError, ValueError, KeyError, TypeError):
        return None
    return claims if isinstance(claims, dict) and _in_time(claims) else None


def _unverified(token: str, part: int) -> dict[str, Any]:
    """A part of a token before its signature is checked: only to find the keys that it names."""
    text = token.split(".")[part]
    try:
        decoded = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError, msgspec.MsgspecError):
        return {}
    return decoded if isinstance(decoded, dict) else {}


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _in_time(claims: Mapping[str, Any]) -> bool:
    """Whether a token has an end that has not come, and has begun."""
    now = time.time()
    times = [claims.get("exp"), claims.get("nbf", 0), claims.get("iat", 0)]
    if not all(map(_is_time, times)):
        return False
    end, *beginnings = map(float, times)
    return now < end + LEEWAY_S and all(beginning <= now + LEEWAY_S for beginning in beginnings)


def _has_audience(claims: Mapping[str, Any], audience: str) -> bool:
    named = claims.get("aud")
    return audience in (named if isinstance(named, list) else [named])


def _issuer_caller(issuer: Issuer, claims: Mapping[str, Any]) -> Caller:
    """The caller of an access token; its scopes are ours among those that it names."""
    named = claims.get("scope", claims.get("scp", ""))
    words = named.split() if isinstance(named, str) else named if isinstance(named, list) else []
    prefix = issuer.scope_prefix
    scopes = {
        word.removeprefix(prefix) for word in words if isinstance(word, str) and word.startswith(prefix)
    }
    subject = claims.get("sub") or claims.get("client_id") or ""
    return Caller(f"{issuer.issuer} {subject}"[:128], frozenset(scopes & set(SCOPES)), issuer.per_minute)
