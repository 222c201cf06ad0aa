"""A caller that was recognised, and what it may do."""

from __future__ import annotations

import msgspec

SUGGEST, BATCH, CODES, ADMIN, METRICS = "suggest", "batch", "codes", "admin", "metrics"
SCOPES = (SUGGEST, BATCH, CODES, ADMIN, METRICS)

# Beginning of a path -> the scope that it needs, the first that fits. Whatever is not listed needs `suggest`.
NEEDED: tuple[tuple[str, str], ...] = (
    ("/metrics", METRICS),
    ("/v1/suggest/batch", BATCH),
    ("/v1/codes", CODES),
    ("/v1/releases", CODES),
    ("/v1/chapters", CODES),
    ("/v1/modifiers", CODES),
    ("/fhir/CodeSystem", CODES),
    ("/fhir/ConceptMap", CODES),
    ("/fhir/StructureDefinition", CODES),
    ("/schema", CODES),
)


class Caller(msgspec.Struct, frozen=True):
    """Who calls.

    Attributes:
        name: Name of the key, or of the token's issuer and subject; for logs and limits.
        scopes: What it may do; `admin` may do everything.
        per_minute: Requests that it may make in a minute; None for the service's own limit.
    """

    name: str
    scopes: frozenset[str]
    per_minute: int | None = None

    def may(self, scope: str) -> bool:
        """Whether the caller holds a scope."""
        return scope in self.scopes or ADMIN in self.scopes


def needed_scope(path: str) -> str:
    """The scope that a route needs, from its path template."""
    return next((scope for beginning, scope in NEEDED if path.startswith(beginning)), SUGGEST)
