"""ASGI middleware that records every request in the trail before its answer ends."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from time import perf_counter
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.http.metrics import NO_ROUTE
from api.trail.notes import Notes, notes
from api.trail.records import Request, Started, Stopped, now
from api.trail.writer import TrailWriter

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[\da-fA-F:.]{0,40}:[\da-fA-F:.]{0,40}")
PROBES = "/health/"  # asked every few seconds, about nobody


class TrailMiddleware:
    """Wraps the whole app, so that refusals of every layer are recorded.

    Args:
        app: The app inside.
        trail: Where records are written.
        release: Gives the release that answers now.
    """

    def __init__(self, app: ASGIApp, trail: TrailWriter, release: Callable[[], str]) -> None:
        self.app = app
        self.trail = trail
        self.release = release

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != ScopeType.HTTP or scope["path"].startswith(PROBES):
            await self.app(scope, receive, send)
            return
        started = perf_counter()
        noted = Notes()
        token = notes.set(noted)
        status = 0
        recorded = False

        async def send_recorded(message: Message) -> None:
            nonlocal status, recorded
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body" and not message.get("more_body"):
                # Before the last byte, so that no answer is complete without its record.
                recorded = True
                self._record(scope, noted, status, perf_counter() - started)
            await send(message)

        try:
            await self.app(scope, receive, send_recorded)
        finally:
            notes.reset(token)
            if not recorded:
                self._record(scope, noted, status, perf_counter() - started)

    def start(self) -> None:
        """Record that this worker answers now."""
        self.trail.append(Started(now(), self.release(), os.getpid()))

    def stop(self) -> None:
        """Record that this worker ends, and close the trail."""
        self.trail.append(Stopped(now(), os.getpid()))
        self.trail.close()

    def _record(self, scope: Any, noted: Notes, status: int, seconds: float) -> None:
        method = scope["method"]
        self.trail.append(
            Request(
                at=now(),
                who=caller(scope),
                address=address(scope),
                method=method if method in METHODS else "other",
                route=scope.get("path_template") or NO_ROUTE,
                status=status,
                outcome=outcome(status),
                codes=noted.codes,
                texts=[self.trail.key.digest(text) for text in noted.texts],
                release=self.release(),
                ms=round(seconds * 1000, 3),
                request_id=scope["state"].get("request_id", ""),
                worker=os.getpid(),
            )
        )


def caller(scope: Any) -> str:
    """Name of the key or token that a request was accepted with; `anonymous` without one."""
    return str(scope["state"].get("caller") or "anonymous")[:128]


def address(scope: Any) -> str:
    """The address that a connection came from; empty if it is none, as with a socket of Unix."""
    client = scope.get("client")
    return client[0] if client and ADDRESS.fullmatch(client[0]) else ""


def outcome(status: int) -> str:
    """What became of a request with this HTTP status; 0 means that no answer was sent."""
    if status == 0:
        return "gone"
    return "failed" if status >= 500 else "refused" if status >= 400 else "answered"
