"""The API key: a route guard that answers 401 unless the request carries the key."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler

# An `opt` of a route handler: the route needs no key, as its answer only says that the service runs.
OPEN = "open_without_key"

Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], None]


def key_guard(api_key: str) -> Guard:
    """A Litestar guard that asks for `Authorization: Bearer KEY` or `X-API-Key: KEY`.

    Routes with `opt={OPEN: True}` stay open. The comparison takes the same time wherever the keys differ.
    """
    expected = api_key.encode()

    def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        if handler.opt.get(OPEN):
            return
        if not any(hmac.compare_digest(given, expected) for given in _keys_in(connection)):
            raise NotAuthorizedException(
                detail="this service needs its API key, as 'Authorization: Bearer KEY' or 'X-API-Key: KEY'",
                headers={"WWW-Authenticate": "Bearer"},
            )

    return guard


def _keys_in(connection: ASGIConnection[Any, Any, Any, Any]) -> list[bytes]:
    """The keys in both headers: a CDS Hooks client uses the first for a token of its own."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else ""
    given = (bearer, connection.headers.get("x-api-key", ""))
    return [value.encode("utf-8", "surrogateescape") for value in given]
