"""A minimal HTTP client, so that the measured time is that of the service."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterable, Sequence

import msgspec

CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
HEAD_END = b"\r\n\r\n"


class Client:
    """A persistent connection to a port of 127.0.0.1."""

    def __init__(self, port: int, timeout_s: float = 30) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=timeout_s)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def post(self, path: str, body: bytes) -> bytes:
        """Send a JSON body, and return the body of the answer.

        Raises:
            RuntimeError: If the answer's status is not 200.
        """
        return self._answer(request("POST", path, body))

    def get(self, path: str) -> bytes:
        """Send a GET request, and return the body of the answer; errors as for `post`."""
        return self._answer(request("GET", path, b""))

    def timed(self, request_bytes: bytes) -> float:
        """Measure milliseconds from the first byte of a request to the last byte of its answer."""
        start = time.perf_counter_ns()
        self._answer(request_bytes)
        return (time.perf_counter_ns() - start) / 1e6

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _answer(self, request_bytes: bytes) -> bytes:
        self._socket.sendall(request_bytes)
        received = b""
        while HEAD_END not in received:
            received += self._receive()
        head, _, body = received.partition(HEAD_END)
        length = CONTENT_LENGTH.search(head)
        if not head.startswith(b"HTTP/1.1 200") or length is None:
            raise RuntimeError(f"the service answered {head[:40]!r}")
        while len(body) < int(length[1]):
            body += self._receive()
        return body

    def _receive(self) -> bytes:
        part = self._socket.recv(1 << 16)
        if not part:
            raise RuntimeError("the service closed the connection")
        return part


def request(method: str, path: str, body: bytes) -> bytes:
    """Make the bytes of a request."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body


def bodies(texts: Iterable[str], k: int = 10) -> list[bytes]:
    """Make the body of `POST /v1/suggest` for each text."""
    return [msgspec.json.encode({"text": text, "k": k}) for text in texts]


def metric(port: int, name: str) -> float:
    """Sum a counter of `/metrics` over its labels; 0 when there is no such counter."""
    with Client(port) as client:
        lines = client.get("/metrics").decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if re.match(rf"{name}(\{{|\s)", line))


def pairs(client: Client, paths: Sequence[str], bodies_to_send: Sequence[bytes]) -> list[list[float]]:
    """Measure milliseconds of each path for each body: one body is sent to all paths, then the next.

    Returns:
        One list for each path, in the order of the bodies.
    """
    requests = [[request("POST", path, body) for path in paths] for body in bodies_to_send]
    return [
        list(column)
        for column in zip(
            *([client.timed(request_bytes) for request_bytes in row] for row in requests), strict=True
        )
    ]
