"""The guard of every route: who calls, whether the caller may, and how often."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from math import ceil
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException, NotAuthorizedException, TooManyRequestsException
from litestar.handlers import BaseRouteHandler

from api.callers.caller import Caller, needed_scope
from api.callers.recognise import Callers
from api.callers.table import SharedTable
from api.http.limits import FAILED_KEY_DELAY_S, FAILED_KEYS_AT_ONCE, FAILED_KEYS_PER_MINUTE
from api.http.problems import Refused

# An `opt` of a route handler: the route needs no key, as its answer only says that the service runs.
OPEN = "open_without_key"
SCOPE = "scope"  # an `opt` of a route handler: the scope that it needs, where its path does not say
ANY_SCOPE = "any"  # as its value: every known caller may call, and the route asks for scopes itself
HOLDER = "holder"  # in the scope's state: the Caller, where callers are checked

Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]


class CallerGuard:
    """A Litestar guard that asks for `Authorization: Bearer KEY-OR-TOKEN` or `X-API-Key: KEY`.

    Routes with `opt={OPEN: True}` stay open.

    Args:
        callers: Who may call; None for everyone.
        per_minute: Requests in a minute of each caller that has no limit of its own; 0 for no limit.
        table: Where they are counted.
    """

    def __init__(self, callers: Callers | None, per_minute: int, table: SharedTable) -> None:
        self._callers = callers
        self._per_minute = per_minute
        self._table = table
        self._failing = 0

    async def __call__(
        self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
    ) -> None:
        """Let the request through, or refuse it.

        Raises:
            NotAuthorizedException: If the caller is not known.
            Refused: 403 if the caller lacks the scope.
            TooManyRequestsException: If the caller has used up its requests.
        """
        if handler.opt.get(OPEN):
            return
        address = connection.client.host if connection.client else "?"
        caller = None
        if self._callers is not None:
            caller = await self._callers.of(connection)
            if caller is None:
                raise await self._failed(address)
            connection.scope["state"]["caller"] = caller.name  # for the trail, also when it is refused below
            connection.scope["state"][HOLDER] = caller
            _require_scope(caller, handler, connection.scope)
        self._count(caller, address, connection)

    async def _failed(self, address: str) -> HTTPException:
        """The refusal of a caller that is not known, after a while; the event loop goes on meanwhile."""
        allowed, _, wait = self._table.take(f"failed {address}", FAILED_KEYS_PER_MINUTE)
        if not allowed or self._failing >= FAILED_KEYS_AT_ONCE:
            return TooManyRequestsException(
                detail="too many requests without a key or token that counts; wait, then send the right one",
                headers={"Retry-After": str(max(1, ceil(wait)))},
            )
        self._failing += 1
        try:
            await asyncio.sleep(FAILED_KEY_DELAY_S)
        finally:
            self._failing -= 1
        return NotAuthorizedException(
            detail="this service needs a key or token, as 'Authorization: Bearer ...' or 'X-API-Key: KEY'",
            headers={"WWW-Authenticate": "Bearer"},
        )

    def _count(
        self, caller: Caller | None, address: str, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> None:
        """Count the request, and say in headers how many more the caller may make."""
        limit, name = self._per_minute, f"address {address}"
        if caller is not None:
            limit, name = caller.per_minute or limit, f"caller {caller.name}"
            connection.scope["state"]["caller"] = caller.name
        if not limit:
            return
        allowed, left, wait = self._table.take(name, limit)
        headers = {
            "RateLimit-Policy": f'"caller";q={limit};w=60',
            "RateLimit": f'"caller";r={left};t={ceil(wait)}',
        }
        if not allowed:
            raise TooManyRequestsException(
                detail=f"this caller may make {limit} requests a minute; wait as 'Retry-After' says",
                headers={**headers, "Retry-After": str(max(1, ceil(wait)))},
            )
        connection.scope["state"]["rate_limit"] = [
            (field.lower().encode(), value.encode()) for field, value in headers.items()
        ]


def _require_scope(caller: Caller, handler: BaseRouteHandler, scope: Any) -> None:
    needed = handler.opt.get(SCOPE) or needed_scope(scope["path_template"])
    if needed != ANY_SCOPE and not caller.may(needed):
        raise Refused(403, f"this key or token does not hold the scope '{needed}', which this address needs")
