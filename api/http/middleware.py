"""ASGI middleware around every request: allowed hosts, request id, headers, metrics, access log.

It wraps the whole app, so that answers without a route (404, 413) have them too.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from time import perf_counter
from typing import Any, cast

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send

from api.http.hosts import AllowedHosts
from api.http.metrics import NO_ROUTE, Metrics
from api.http.problems import CLIENT_LEFT, Failure, problem_details
from api.http.request_id import HEADER, request_id
from api.http.validators import CACHE_CONTROL, CACHEABLE

log = logging.getLogger("hcpcs.access")


Headers = tuple[tuple[bytes, bytes], ...]

WRONG_HOST = "this service is not called under this host name; its operator can add it to HCPCS_ALLOWED_HOSTS"


class RequestMiddleware:
    """Wraps an ASGI app.

    Args:
        app: The app inside.
        metrics: Where requests are counted.
        headers: Pairs added to every answer.
        access_log: Whether to write one line a request: method, route template, status, time, id.
        hosts: Names under which the service may be called.
        methods: Methods of each path template, for `Allow`.
    """

    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        headers: Headers,
        access_log: bool,
        hosts: AllowedHosts,
        methods: Mapping[str, Collection[str]],
    ) -> None:
        self.app = app
        self.metrics = metrics
        self.methods = methods
        self.headers = headers
        self.headers_of_cacheable = (
            *(pair for pair in headers if pair[0] != CACHE_CONTROL[0]),
            CACHE_CONTROL,
        )
        self.access_log = access_log
        self.hosts = None if hosts.any else hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        started = perf_counter()
        identifier = request_id(scope["headers"])
        scope["state"]["request_id"] = identifier.decode()
        status = CLIENT_LEFT  # until an answer is begun

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                state = scope["state"]
                limits = state.get("rate_limit", ())
                headers = self.headers_of_cacheable if CACHEABLE in state else self.headers
                message["headers"] = [*message["headers"], (HEADER, identifier), *headers, *limits]
                if status == 405 or scope["method"] == "OPTIONS":
                    complete_allow(message, self.methods.get(scope.get("path_template", ""), frozenset()))
            await send(message)

        app = self.app if scope["method"] != "HEAD" else self.head
        if self.hosts is not None and not _is_allowed(scope["headers"], self.hosts):
            app = refuse_host
        try:
            await app(scope, receive, send_with_id)
        except Exception:
            status = 500
            raise
        finally:
            self._record(scope, identifier, status, perf_counter() - started)

    async def head(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer HEAD as GET, without the body (RFC 9110, 9.3.2)."""
        inner = cast("Scope", {**scope, "method": "GET"})

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.body":
                message["body"] = b""
            scope["path_template"] = inner.get("path_template", "")
            await send(message)

        await self.app(inner, receive, send_head)

    def _record(self, scope: Any, identifier: bytes, status: int, seconds: float) -> None:
        route = scope.get("path_template") or NO_ROUTE
        self.metrics.observe(scope["method"], route, status, seconds)
        if self.access_log:
            log.info(
                "%s %s %d %.1fms %s", scope["method"], route, status, seconds * 1000, identifier.decode()
            )


def complete_allow(message: HTTPResponseStartEvent, served: Collection[str]) -> None:
    """Name every served method in an `Allow` header, and HEAD where it names GET; methods are sorted.

    The framework's answer to OPTIONS names only those of the first router of a path.
    """
    headers = list(message["headers"])
    for at, (name, value) in enumerate(headers):
        if name.lower() == b"allow":
            methods = {method.strip() for method in value.decode().split(",")} | {*served}
            methods |= {"HEAD"} if "GET" in methods else set()
            headers[at] = (name, ", ".join(sorted(methods)).encode())
    message["headers"] = headers


def _is_allowed(headers: Any, hosts: AllowedHosts) -> bool:
    """Whether the request names one host, and it is allowed."""
    named = [value for name, value in headers if name == b"host"]
    return len(named) == 1 and hosts.allows(named[0])


async def refuse_host(scope: Any, receive: Receive, send: Send) -> None:
    """An app that answers 421 (RFC 9110, 15.5.20)."""
    body, media_type = problem_details(Failure(421, WRONG_HOST, scope["state"]["request_id"]))
    headers = [(b"content-type", media_type.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 421, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
