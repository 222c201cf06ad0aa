"""uvicorn's HTTP protocol with bounds: on connections, headers, bodies, time, and requests that wait.

uvicorn starts the app's task when the headers are complete; here it starts when the body is. So slow bodies
cost no task, the requests that are counted are those that can be worked on, and one that must be refused is
answered from bytes that are ready, without the app. One timer for all connections closes those that are late.
"""

from __future__ import annotations

import asyncio
from enum import Enum
from functools import partial
from typing import Any, ClassVar

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from api.http.gate import ALWAYS, BUSY, Gate, ReadyAnswer, ServerLimits, cost
from api.http.request_id import request_id

SWEEP_S = 1.0


class Phase(Enum):
    """What a connection waits for."""

    NEW = "the first byte"
    HEAD = "address and headers"
    BODY = "the body"
    WORK = "the answer"
    IDLE = "the next request"


ANSWERS: dict[str, tuple[int, str, str]] = {
    "busy": (503, "Service Unavailable", BUSY),
    "connections": (503, "Service Unavailable", "too many connections are open; come again later"),
    "bodies": (503, "Service Unavailable", "too many bodies are arriving; come again later"),
    "malformed": (400, "Bad Request", "this is not a request of HTTP/1.1"),
    "pipelined": (400, "Bad Request", "too many requests were sent before the first answer"),
    "slow": (408, "Request Timeout", "the request did not arrive in time"),
    "head": (431, "Request Header Fields Too Large", "address and headers are too large"),
    "body": (413, "Content Too Large", "the request body is larger than any address takes"),
}


class Refusals:
    """The answers that the protocol gives without the app.

    Args:
        app: Its `state` may hold `headers` of every answer, `renderers` of errors, `count_refused` and
            `record_refused`.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        state = getattr(app, "state", None)
        headers, renderers = getattr(state, "headers", ()), getattr(state, "renderers", {})
        self._count = getattr(state, "count_refused", None)
        self._answers = {reason: ReadyAnswer(*words, headers, renderers) for reason, words in ANSWERS.items()}

    def count(self, reason: str, target: bytes, client: str) -> None:
        """Count a refusal by its reason, and tell it to the trail if there is one."""
        if self._count is not None:
            self._count(reason)
        # The app that answers now: an index may have been replaced since this was made.
        record = getattr(getattr(self._app, "state", None), "record_refused", None)
        if record is not None:
            record(reason, ANSWERS[reason][0], target, client)

    def answer(self, reason: str, address: bytes, headers: list[tuple[bytes, bytes]], close: bool) -> bytes:
        """The bytes of an answer."""
        return self._answers[reason].encoded(address, request_id(headers), close)


class BoundedProtocol(HttpToolsProtocol):
    """One connection. Class attributes belong to the process, which has one app.

    Attributes:
        limits: The bounds.
        gate: What waits in this process.
    """

    limits: ClassVar[ServerLimits] = ServerLimits()
    gate: ClassVar[Gate] = Gate(limits)
    _refusals: ClassVar[Refusals | None] = None
    _sweeper: ClassVar[asyncio.TimerHandle | None] = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, or refuse it when there are too many."""
        super().connection_made(transport)
        self._phase, self._since = Phase.NEW, self.loop.time()
        self._head_bytes = self._begun = self._arriving = 0
        self._ended = self._draining = False
        self._refusal = ""
        self._held: tuple[RequestResponseCycle, Any] | None = None
        self.url, self.headers = b"", []
        kind = type(self)
        if kind._refusals is None:
            kind._refusals = Refusals(self.config.loaded_app)
        if kind._sweeper is None:
            kind._sweeper = self.loop.call_later(SWEEP_S, kind._sweep, self.loop, self.connections)
        if len(self.connections) > self.limits.connections and not self._make_room():
            self._end("connections")

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget what was received."""
        self._body_arrived()
        self._ended, self._held = True, None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what arrived."""
        if self._ended:
            return
        alone = self._phase is not Phase.WORK  # what arrives belongs to one request
        if self._phase is Phase.NEW:
            self._phase = Phase.HEAD
        self._begun = 0
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # no protocol to upgrade to: the request is answered as it is
        except httptools.HttpParserError:
            self._end("malformed")
        if self._phase is Phase.HEAD and not self._ended:
            self._head_bytes += len(data) if alone and self._begun < 2 else 0
            if self._head_bytes > self.limits.head_bytes or len(self.headers) > self.limits.head_fields:
                self._end("head")

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._phase, self._since = Phase.HEAD, self.loop.time()
        self._head_bytes = 0
        self._begun += 1
        self._refusal = ""
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Refuse a request early, or make it ready to be worked on."""
        if self._ended:
            return
        self._phase, self._since = Phase.BODY, self.loop.time()
        answering = self.cycle is not None and not self.cycle.response_complete
        reason = self._refused_by_its_head()
        if reason:
            self._end(reason)
        elif self.gate.refuses(self.url) and not answering:
            self._refusal = "busy"
        else:
            super().on_headers_complete()
            if self.expect_100_continue and not answering:
                self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.cycle.waiting_for_100_continue = False

    def _refused_by_its_head(self) -> str:
        """Why a request is refused and its connection closed, or nothing."""
        headers, limits = self.headers, self.limits
        size = len(self.url)
        for name, value in headers:
            size += len(name) + len(value)
            if name == b"content-length" and int(value) > limits.body_bytes:
                return "body"
        if size > limits.head_bytes or len(headers) > limits.head_fields:
            return "head"
        if self.gate.unfinished > limits.unfinished_bytes:
            return "bodies"
        return "pipelined" if len(self.pipeline) >= limits.pipelined else ""

    def on_body(self, body: bytes) -> None:
        """A part of a body, which is kept until the whole has arrived."""
        if self._ended or self._refusal:
            return
        self.cycle.body += body
        self._arriving += len(body)
        self.gate.unfinished += len(body)
        if len(self.cycle.body) > self.limits.body_bytes:
            self._end("body")

    def on_message_complete(self) -> None:
        """The whole request is there: work on it, or refuse it."""
        if self._ended:
            return
        if self._refusal:
            self._refuse()
            return
        self._body_arrived()
        self._phase, self._since = Phase.WORK, self.loop.time()
        super().on_message_complete()
        if self._held is not None:
            (cycle, app), self._held = self._held, None
            self._start_asgi_task(cycle, app)

    def _body_arrived(self) -> None:
        self.gate.unfinished -= self._arriving
        self._arriving = 0

    def _refuse(self) -> None:
        """Answer a request without the app; the connection goes on."""
        close = self._draining or not self.parser.should_keep_alive()
        self._count("busy")
        self._phase, self._since = Phase.IDLE, self.loop.time()
        self._write("busy", close)
        if close:
            self.transport.close()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Start the app on a whole request; hold one whose body is still arriving."""
        if cycle.more_body:
            self._held = cycle, app
            return
        if self._draining:
            cycle.keep_alive = False
        address = cycle.scope["raw_path"]
        weight = 0 if address.startswith(ALWAYS) else cost(address, cycle.body)
        self.gate.waiting += weight
        task = self.loop.create_task(cycle.run_asgi(app))
        self.tasks.add(task)
        task.add_done_callback(partial(self._finished, weight))

    def _finished(self, weight: int, task: asyncio.Task[None]) -> None:
        self.gate.waiting -= weight
        self.tasks.discard(task)

    def on_response_complete(self) -> None:
        """Go on with the next request of the connection."""
        self.server_state.total_requests += 1
        if self._phase is Phase.WORK:
            self._phase, self._since = Phase.IDLE, self.loop.time()
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._phase = Phase.WORK
            self._start_asgi_task(*self.pipeline.pop())

    def shutdown(self) -> None:
        """Finish what has arrived or is arriving; an idle client's last request may be on its way."""
        self._draining = True
        if self.cycle is not None:
            self.cycle.keep_alive = False
        if self._phase in (Phase.NEW, Phase.IDLE):
            self.loop.call_later(self.limits.drain_s, self._close_if_idle)

    def _close_if_idle(self) -> None:
        if self._phase in (Phase.NEW, Phase.IDLE):
            self.transport.close()

    def _end(self, reason: str) -> None:
        """Answer with an error and close."""
        self._body_arrived()
        self._count(reason)
        self._ended, self._held = True, None
        self._phase, self._since = Phase.IDLE, self.loop.time()
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            self._write(reason, close=True)
        if self.cycle is not None:
            self.cycle.disconnected = True
        self.transport.close()

    def _count(self, reason: str) -> None:
        """Count a refusal, with its address if that has arrived whole, which a header after it shows."""
        if self._refusals is not None:
            whole = self._phase in (Phase.HEAD, Phase.BODY) and self.headers
            self._refusals.count(reason, self.url if whole else b"", self.client[0] if self.client else "")

    def _write(self, reason: str, close: bool) -> None:
        if self._refusals is not None and not self.transport.is_closing():
            self.transport.write(self._refusals.answer(reason, self.url, self.headers, close))

    def _make_room(self) -> bool:
        """Close the connection that has been silent longest, if there is one besides this."""
        silent = [
            other
            for other in self.connections
            if isinstance(other, BoundedProtocol)
            and other is not self
            and other._phase in (Phase.NEW, Phase.IDLE)
        ]
        if not silent:
            return False
        min(silent, key=lambda other: (other._phase is not Phase.NEW, other._since)).transport.abort()
        return True

    @classmethod
    def watches(cls) -> bool:
        """Whether there are connections."""
        return cls._sweeper is not None

    @classmethod
    def _sweep(cls, loop: asyncio.AbstractEventLoop, connections: set[Any]) -> None:
        """Close every connection that has taken too long; again after a second while there are any."""
        for connection in list(connections):
            if isinstance(connection, BoundedProtocol):
                connection._close_if_late(loop.time())
        cls._sweeper = loop.call_later(SWEEP_S, cls._sweep, loop, connections) if connections else None

    def _close_if_late(self, now: float) -> None:
        age, limits = now - self._since, self.limits
        if self._phase is Phase.WORK:
            return
        if self.transport.get_write_buffer_size() or self.transport.is_closing():
            if age > limits.unread_s:
                self.transport.abort()
        elif self._phase is Phase.IDLE and age > limits.idle_s:
            self.transport.close()
        elif self._phase is Phase.NEW and age > limits.head_s:
            self.transport.abort()
        elif (self._phase is Phase.HEAD and age > limits.head_s) or (
            self._phase is Phase.BODY and age > limits.body_s
        ):
            self._end("slow")


def bounded(limits: ServerLimits) -> type[BoundedProtocol]:
    """A protocol with limits and a gate of its own."""
    names = {"limits": limits, "gate": Gate(limits), "_refusals": None, "_sweeper": None}
    return type("Bounded", (BoundedProtocol,), names)
