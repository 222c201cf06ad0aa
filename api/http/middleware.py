"""ASGI middleware around every request: request id, version headers, metrics, access log.

It wraps the whole app, so that answers without a route (404, 413) have them too.
"""

from __future__ import annotations

import logging
from time import perf_counter
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.http.metrics import NO_ROUTE, Metrics
from api.http.request_id import HEADER, request_id

log = logging.getLogger("hcpcs.access")


class RequestMiddleware:
    """Wraps an ASGI app.

    Args:
        app: The app inside.
        metrics: Where requests are counted.
        headers: Pairs added to every answer.
        access_log: Whether to write one line a request: method, route template, status, time, id.
    """

    def __init__(
        self, app: ASGIApp, metrics: Metrics, headers: tuple[tuple[bytes, bytes], ...], access_log: bool
    ) -> None:
        self.app = app
        self.metrics = metrics
        self.headers = headers
        self.access_log = access_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        started = perf_counter()
        identifier = request_id(scope["headers"])
        scope["state"]["request_id"] = identifier.decode()
        extra = [(HEADER, identifier), *self.headers]
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            self._record(scope, identifier, status, perf_counter() - started)

    def _record(self, scope: Any, identifier: bytes, status: int, seconds: float) -> None:
        route = scope.get("path_template") or NO_ROUTE
        self.metrics.observe(scope["method"], route, status, seconds)
        if self.access_log:
            log.info(
                "%s %s %d %.1fms %s", scope["method"], route, status, seconds * 1000, identifier.decode()
            )
