"""Key pairs, key sets and signed tokens for the tests of callers."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

ISSUER, AUDIENCE = "https://login.example.org", "hcpcs"
CDS_ISSUER, CDS_ADDRESS = "https://ehr.example.org", "https://codes.example.org"
CDS_PATH = "/cds-services/hcpcs-suggest"


def rsa(kid: str) -> RSAKey:
    """A new RSA key pair."""
    return RSAKey.generate_key(2048, {"kid": kid}, private=True)


def elliptic(kid: str) -> ECKey:
    """A new pair on P-384."""
    return ECKey.generate_key("P-384", {"kid": kid}, private=True)


def write_keys(path: Path, *keys: Any) -> None:
    """Write the public halves as a key set."""
    path.write_text(json.dumps(KeySet(list(keys)).as_dict(private=False)))


def access_token(key: Any, alg: str = "RS256", header: dict[str, Any] | None = None, **claims: Any) -> str:
    """An access token, good unless a claim is replaced; None leaves a claim out."""
    now = int(time.time())
    given = {"iss": ISSUER, "aud": AUDIENCE, "sub": "app", "scope": "suggest", "iat": now, "exp": now + 300}
    chosen = {name: value for name, value in (given | claims).items() if value is not None}
    return jwt.encode({"alg": alg, "kid": key.kid} | (header or {}), chosen, key, algorithms=[alg])


def cds_token(key: Any, path: str = CDS_PATH, **claims: Any) -> str:
    """A CDS Hooks client's token, good unless a claim is replaced."""
    given = {"iss": CDS_ISSUER, "aud": CDS_ADDRESS + path, "jti": uuid.uuid4().hex, "scope": None}
    return access_token(key, "ES384", **(given | claims))


def key_entry(key: str, *scopes: str, name: str = "app", more: str = "") -> str:
    """The entry of a key in the callers file."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f'[[key]]\nname = "{name}"\nsha256 = "{digest}"\nscopes = {json.dumps(scopes)}\n{more}\n'


ISSUER_ENTRY = f'[[issuer]]\nissuer = "{ISSUER}"\naudience = "{AUDIENCE}"\njwks = "login.json"\n'
CDS_ENTRY = f'[[cds_client]]\nissuer = "{CDS_ISSUER}"\naddress = "{CDS_ADDRESS}"\njwks = "ehr.json"\n'
