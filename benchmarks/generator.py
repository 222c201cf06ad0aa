"""An open-loop load generator that tells refusals from answers, on connections that stay open."""

from __future__ import annotations

import os
import random
import select
import socket
import time
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from benchmarks.client import CONTENT_LENGTH, HEAD_END, request
from benchmarks.setting import SEED

HEALTH = request("GET", "/health/live", b"")
HEALTH_EVERY_S = 0.05


class Load(msgspec.Struct, frozen=True):
    """What one run saw; times in milliseconds, from sending to the last byte."""

    seconds: float
    offered: float
    sent: int
    accepted: list[float]
    refused: list[float]
    health: list[float]
    broken: int
    late_ms: float


class _Connection:
    """One connection and the request on it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.sent_at = 0.0
        self.received = b""

    def send(self, request_bytes: bytes, now: float) -> None:
        self.sent_at, self.received = now, b""
        self.socket.send(request_bytes)

    def whole(self) -> bool:
        """Receive what is there; whether the answer is whole."""
        part = self.socket.recv(1 << 16)
        if not part:
            raise ConnectionError
        self.received += part
        head, end, body = self.received.partition(HEAD_END)
        length = CONTENT_LENGTH.search(head) if end else None
        return length is not None and len(body) >= int(length[1])


def offer(
    port: int, sent: Sequence[bytes], rate: float, seconds: float, connections: int, core: int | None = None
) -> Load:
    """Offer `POST /v1/suggest` requests at the times of a Poisson process; rate 0 is a closed loop.

    Args:
        port: Where the service listens.
        sent: Requests, one after the other.
        rate: Arrivals a second.
        seconds: Length of the run.
        connections: How many requests may be under way.
        core: The processor that the generator runs on; None for any.
    """
    if core is not None:
        os.sched_setaffinity(0, {core})
    run = _Run(port, sent, rate, connections)
    return run.until(time.perf_counter() + seconds)


class _Run:
    def __init__(self, port: int, sent: Sequence[bytes], rate: float, connections: int) -> None:
        self._port, self._rate = port, rate
        self._poll = select.epoll()
        self._open: dict[int, _Connection] = {}
        self._free = [self._connect() for _ in range(connections)]
        self._probe = self._connect()
        self._requests = _endless(sent)
        self._random = random.Random(SEED)
        self._accepted: list[float] = []
        self._refused: list[float] = []
        self._health: list[float] = []
        self._sent = self._broken = 0
        self._late = 0.0

    def until(self, end: float) -> Load:
        start = due = time.perf_counter()
        probe_due, probing = start, False
        while (now := time.perf_counter()) < end:
            while self._free and (self._rate == 0 or due <= now):
                self._late = max(self._late, now - due) if self._rate else 0.0
                due += self._random.expovariate(self._rate) if self._rate else 0.0
                self._send(self._free.pop(), next(self._requests))
                now = time.perf_counter()
            if not probing and now >= probe_due:
                self._probe.send(HEALTH, now)
                probing, probe_due = True, now + HEALTH_EVERY_S
            wait = 0.0 if self._free and self._rate and due - now < 0.001 else 0.001
            for file, _ in self._poll.poll(wait):
                probing = self._receive(self._open[file], probing)
        seconds = time.perf_counter() - start
        for connection in self._open.values():
            connection.socket.close()
        return Load(
            seconds, self._rate, self._sent, self._accepted, self._refused, self._health, self._broken,
            self._late * 1000,
        )  # fmt: skip

    def _connect(self) -> _Connection:
        connection = _Connection(self._port)
        self._open[connection.socket.fileno()] = connection
        self._poll.register(connection.socket, select.EPOLLIN)
        return connection

    def _send(self, connection: _Connection, request_bytes: bytes) -> None:
        self._sent += 1
        connection.send(request_bytes, time.perf_counter())

    def _receive(self, connection: _Connection, probing: bool) -> bool:
        """Take what arrived; returns whether the probe is still under way."""
        try:
            if not connection.whole():
                return probing
        except (ConnectionError, BlockingIOError):
            self._broken += 1
            self._poll.unregister(connection.socket)
            del self._open[connection.socket.fileno()]
            connection.socket.close()
            replaced = self._connect()
            if connection is self._probe:
                self._probe = replaced
                return False
            self._free.append(replaced)
            return probing
        took = (time.perf_counter() - connection.sent_at) * 1000
        if connection is self._probe:
            self._health.append(took)
            return False
        (self._accepted if connection.received.startswith(b"HTTP/1.1 200") else self._refused).append(took)
        self._free.append(connection)
        return probing


def _endless(sent: Sequence[bytes]) -> Iterator[bytes]:
    while True:
        yield from sent


def points(times: Sequence[float]) -> dict[str, float]:
    """Percentiles of times, in milliseconds; empty for no times."""
    return {f"p{at}": round(float(np.percentile(times, at)), 2) for at in (50, 95, 99)} if times else {}
