"""The SDK's streamable HTTP, without sessions: one request, one answer in JSON, whichever worker takes it."""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from api.http.limits import BATCH_BODY_BYTES
from api.mcp.logs import without_words
from api.mcp.server import make_server
from api.service import Service


class HttpAnswer(NamedTuple):
    """What the SDK answers: HTTP status, media type, body."""

    status: int
    media_type: str
    body: bytes


class McpHttp:
    """The SDK's manager of requests, alive from `start` to `end`."""

    def __init__(self, service: Service) -> None:
        self._manager = StreamableHTTPSessionManager(
            make_server(lambda: service),
            json_response=True,
            stateless=True,
            max_request_body_size=BATCH_BODY_BYTES,
        )
        self._ending = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the manager; its tasks live in one task of ours, as the SDK asks."""
        without_words()
        started = asyncio.Event()

        async def live() -> None:
            async with self._manager.run():
                started.set()
                await self._ending.wait()

        self._task = asyncio.create_task(live())
        await started.wait()

    async def end(self) -> None:
        """Stop the manager."""
        self._ending.set()
        if self._task is not None:
            await self._task

    async def answer(self, scope: Any, body: bytes) -> HttpAnswer:
        """The answer to a request whose body has arrived."""
        arrived = [{"type": "http.request", "body": body, "more_body": False}]
        status, media_type, parts = 500, "application/json", [b""]

        async def receive() -> Any:
            return arrived.pop() if arrived else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            nonlocal status, media_type
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = dict(message.get("headers", ()))
                media_type = headers.get(b"content-type", b"application/json").decode("latin-1")
            else:
                parts.append(message.get("body", b""))

        await self._manager.handle_request(scope, receive, send)
        return HttpAnswer(status, media_type, b"".join(parts))
