"""Bounds of connections and requests, with a real server: slow, large, many, more than can be answered."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import get, post
from litestar.response.base import ASGIResponse

import api.http.protocol
from api.app import create_app
from api.http.gate import ServerLimits
from api.http.protocol import BoundedProtocol, bounded
from api.settings import Settings
from tests.fakes import FakeSuggester
from tests.live import running
from tests.waiting import comes_true, wait_until

LARGE = 32 * 1024 * 1024
REQUEST = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
HEAD = b"POST /v1/suggest HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Late connections are looked for twenty times a second."""
    monkeypatch.setattr(api.http.protocol, "SWEEP_S", 0.05)


class Service:
    """A running service with a route that waits until it is let go.

    Attributes:
        address: Where it listens.
        protocol: Its protocol, with its gate.
        release: Set it, and the waiting requests are answered.
    """

    def __init__(self, address: str, protocol: type[BoundedProtocol], release: threading.Event) -> None:
        self.address, self.protocol, self.release = address, protocol, release

    def connect(self) -> socket.socket:
        """A new connection."""
        host, port = self.address.removeprefix("http://").split(":")
        return socket.create_connection((host, int(port)), timeout=20)

    def send(self, *parts: bytes) -> socket.socket:
        """A new connection on which something was sent."""
        connection = self.connect()
        with suppress(ConnectionError):  # the service may refuse before all was sent
            connection.sendall(b"".join(parts))
        return connection


@contextmanager
def service(**limits: Any) -> Iterator[Service]:
    release = threading.Event()

    @post("/hold", status_code=200)
    async def hold() -> dict[str, str]:
        await comes_true(release.is_set)
        return {"held": "no more"}

    @get("/large")
    async def large() -> ASGIResponse:
        return ASGIResponse(body=b"x" * LARGE, media_type="text/plain")

    protocol = bounded(ServerLimits(drain_s=0.05, **limits))
    app = create_app(FakeSuggester(), Settings(home=Path("unused"), access_log=False), [hold, large])
    with running(app, protocol) as address:
        try:
            yield Service(address, protocol, release)
        finally:
            release.set()


def rest(connection: socket.socket) -> bytes:
    """Everything until the service closes the connection."""
    received = b""
    with suppress(ConnectionError):
        while part := connection.recv(1 << 16):
            received += part
    connection.close()
    return received


def test_idle_and_slow_connections_are_closed() -> None:
    """400 connections: silent, slow in headers or body, idle after an answer; others are answered."""
    with service(head_s=1.0, body_s=1.0, idle_s=1.0) as running_service:
        send = running_service.send
        silent = [running_service.connect() for _ in range(100)]
        heads = [send(b"GET /v1/codes HTTP/1.1\r\nX-Slow: ") for _ in range(100)]
        bodies = [send(HEAD, b'Content-Length: 100\r\n\r\n{"text": ') for _ in range(100)]
        idle = [send(REQUEST) for _ in range(100)]
        assert httpx.post(f"{running_service.address}/v1/suggest", json={"text": "cane"}).status_code == 200
        answers = [[rest(connection) for connection in kind] for kind in (silent, heads, bodies, idle)]

    assert set(answers[0]) == {b""}
    assert all(answer.startswith(b"HTTP/1.1 408 ") for answer in answers[1] + answers[2])
    assert all(answer.startswith(b"HTTP/1.1 200 ") for answer in answers[3])
    assert running_service.protocol.gate.unfinished == running_service.protocol.gate.waiting == 0


def test_a_slow_sender_is_not_helped_by_a_byte_now_and_then() -> None:
    """The time is for the whole head, not for each byte."""
    with service(head_s=0.5) as running_service:
        connection = running_service.send(b"GET / HTTP/1.1\r\n")
        connection.settimeout(0.02)
        received = b""

        def ended() -> bool:
            nonlocal received
            with suppress(TimeoutError, ConnectionError):
                connection.sendall(b"X")
                received += connection.recv(1000)
            return received.startswith(b"HTTP/1.1 408 ")

        wait_until(ended, timeout_s=10, what="the end of the slow head")
        connection.close()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param([b"GET / HTTP/1.1\r\nX: ", b"a" * 20_000_000], b"431", id="20 MB of one header"),
        pytest.param([b"GET /", b"a" * 40_000, b" HTTP/1.1\r\nHost: x\r\n\r\n"], b"431", id="address"),
        pytest.param([b"GET / HTTP/1.1\r\n", b"A: b\r\n" * 101, b"\r\n"], b"431", id="101 headers"),
        pytest.param([b"GET / HTTP/1.1\r\n", b"A: b\r\n" * 120], b"431", id="120 headers without an end"),
        pytest.param([HEAD, b"Content-Length: 1048577\r\n\r\n"], b"413", id="announced body"),
        pytest.param(
            [HEAD, b"Content-Length: 99999999999999999999\r\n\r\n"], b"4", id="a length of no number"
        ),
        pytest.param(
            [HEAD, b"Transfer-Encoding: chunked\r\n\r\n", (b"10000\r\n" + b" " * 65536 + b"\r\n") * 20],
            b"413",
            id="body in chunks",
        ),
        pytest.param([b"\x16\x03\x01\x02\x00\x01\x00\x01"], b"400", id="no HTTP"),
        pytest.param([REQUEST * 200], b"4", id="200 requests at once"),
    ],
)
def test_what_is_too_large_is_refused_at_once(sent: list[bytes], status: bytes) -> None:
    """The answer is a problem body, the connection is closed, and nothing of it is kept."""
    with service() as running_service:
        answer = rest(running_service.send(*sent))
        health = httpx.get(f"{running_service.address}/health/live")

    last = answer[answer.rindex(b"HTTP/1.1 ") :] if b"HTTP/1.1 " in answer else b""
    assert not last or last.startswith(b"HTTP/1.1 " + status)
    assert not last or json.loads(last.partition(b"\r\n\r\n")[2])["status"] >= 400
    assert health.status_code == 200
    assert running_service.protocol.gate.unfinished == 0


def test_some_pipelined_requests_are_answered_in_order() -> None:
    """Up to sixteen may be sent before the first answer, bodies too."""
    one = HEAD + b'Content-Length: 16\r\n\r\n{"text": "cane"}'
    with service() as running_service:
        connection = running_service.send(
            REQUEST, one, one, REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        )
        answer = rest(connection)

    assert answer.count(b"HTTP/1.1 200 OK") == 4
    assert answer.count(b'"E0100"') == 2


def test_a_client_that_waits_for_permission_gets_it() -> None:
    """`Expect: 100-continue` is answered before the body arrives."""
    with service() as running_service:
        connection = running_service.send(HEAD, b"Expect: 100-continue\r\nContent-Length: 16\r\n\r\n")
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b'{"text": "cane"}')
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 OK")
        connection.close()


def test_a_full_queue_refuses_at_once_and_health_goes_on() -> None:
    """503 with `Retry-After` in its route's form; what was accepted is answered, then new requests are."""
    with service(waiting=4) as running_service, httpx.Client(base_url=running_service.address) as client:
        held = [
            running_service.send(b"POST /hold HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            for _ in range(4)
        ]
        wait_until(lambda: running_service.protocol.gate.waiting == 4, what="the full queue")
        refused = client.post("/v1/suggest", json={"text": "cane"}, headers={"X-Request-ID": "order-1"})
        fhir = client.get("/fhir/CodeSystem")
        slow = running_service.send(HEAD, b"Content-Length: 16\r\n\r\n")
        health, metrics = client.get("/health/ready"), client.get("/metrics")
        running_service.release.set()
        answers = [rest(connection) for connection in held]
        wait_until(lambda: running_service.protocol.gate.waiting == 0, what="the empty queue")
        after = client.post("/v1/suggest", json={"text": "cane"})
        slow.close()

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert refused.json()["type"] == "urn:hcpcs-suggest:problem:busy"
    assert refused.json()["request_id"] == refused.headers["x-request-id"] == "order-1"
    assert refused.headers["x-hcpcs-release"] == "2026-01"
    assert (fhir.status_code, fhir.json()["resourceType"]) == (503, "OperationOutcome")
    assert (health.status_code, metrics.status_code, after.status_code) == (200, 200, 200)
    assert 'hcpcs_refused_total{reason="busy"} ' in metrics.text
    assert all(answer.startswith(b"HTTP/1.1 200 OK") for answer in answers)


def test_a_new_connection_is_served_when_silent_ones_are_many() -> None:
    """Beyond the bound the connection that is silent longest is closed for the new one."""
    with service(connections=50) as running_service:
        silent = [running_service.connect() for _ in range(300)]
        assert httpx.get(f"{running_service.address}/health/live").status_code == 200
        closed = [rest(connection) for connection in silent[:200]]
        for connection in silent[200:]:
            connection.close()

    assert set(closed) == {b""}


def test_bodies_that_arrive_share_a_bound() -> None:
    """Beyond it a new body is refused until others are there."""
    part = b"Content-Length: 60000\r\n\r\n" + b" " * 59_000
    with service(unfinished_bytes=100_000) as running_service:
        first = [running_service.send(HEAD, part) for _ in range(2)]
        wait_until(lambda: running_service.protocol.gate.unfinished > 100_000, what="the bodies")
        refused = rest(running_service.send(HEAD, part))
        for connection in first:
            connection.close()
        wait_until(lambda: running_service.protocol.gate.unfinished == 0, what="the end of the bodies")

    assert refused.startswith(b"HTTP/1.1 503 ")


def test_a_client_that_does_not_read_is_left() -> None:
    """An answer that nobody takes is dropped with its connection."""
    with service(unread_s=0.3) as running_service:
        connection = running_service.send(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_until(lambda: len(connection.recv(1, socket.MSG_PEEK)) == 1, what="the answer")
        wait_until(lambda: not running_service.protocol.watches(), what="the end of the connection")
        received = rest(connection)

    assert received.startswith(b"HTTP/1.1 200 OK")
    assert len(received) < LARGE
