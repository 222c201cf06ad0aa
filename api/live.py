"""The app that serves: it hands every request to the newest app, so that an index can change under load.

A request is answered by one app from start to end, thus from one index. The app that was replaced ends when
its last request has ended.
"""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Litestar
from litestar.datastructures import State
from litestar.types import Receive, Send

DRAIN_S = 30.0  # how long the requests of a replaced app may take
_POLL_S = 0.05


class _Generation:
    """One app: its start-up and shutdown, both in one task, and the requests that it is answering."""

    def __init__(self, app: Litestar) -> None:
        self.app = app
        self.requests = 0
        self._ending = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Run the start-up hooks; what they raise is raised."""
        started = asyncio.Event()
        self._task = asyncio.create_task(self._live(started))
        waiting = asyncio.create_task(started.wait())
        await asyncio.wait((self._task, waiting), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._task.done():
            self._task.result()

    async def _live(self, started: asyncio.Event) -> None:
        async with self.app.lifespan():
            started.set()
            await self._ending.wait()

    async def end(self, wait_s: float) -> None:
        """Wait for the requests, at most so long, then run the shutdown hooks."""
        loop = asyncio.get_running_loop()
        until = loop.time() + wait_s
        while self.requests and loop.time() < until:
            await asyncio.sleep(_POLL_S)
        self._ending.set()
        if self._task is not None:
            await self._task


class LiveApp:
    """An ASGI app around the app that answers now."""

    def __init__(self, app: Litestar) -> None:
        self._now = _Generation(app)
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def app(self) -> Litestar:
        """The app that answers now."""
        return self._now.app

    @property
    def state(self) -> State:
        """What the server needs to know to refuse a request before the app that answers now."""
        return self._now.app.state

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer one request, or run from start-up to shutdown."""
        if scope["type"] == "lifespan":
            await self._run(receive, send)
            return
        generation = self._now
        generation.requests += 1
        try:
            await generation.app(scope, receive, send)
        finally:
            generation.requests -= 1

    async def _run(self, receive: Any, send: Any) -> None:
        """The lifespan protocol of ASGI."""
        await receive()
        self._loop = asyncio.get_running_loop()
        try:
            await self._now.start()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._loop = None
        await self._now.end(0.0)
        await send({"type": "lifespan.shutdown.complete"})

    def replace(self, app: Litestar) -> None:
        """Start another app and let it answer from now on; for a thread. Returns when the old app has ended.

        Raises:
            Exception: Whatever the start-up raises; the old app then goes on.
        """
        if self._loop is None:
            self._now = _Generation(app)
            return
        asyncio.run_coroutine_threadsafe(self._replace(app), self._loop).result()

    async def _replace(self, app: Litestar) -> None:
        new = _Generation(app)
        await new.start()
        old, self._now = self._now, new
        await old.end(DRAIN_S)
