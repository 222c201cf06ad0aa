"""One HTTP connection that costs as little as Python allows, so that what is timed is the service."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterable, Sequence

import msgspec

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
END = b"\r\n\r\n"


class Client:
    """A kept-open connection to a port of 127.0.0.1."""

    def __init__(self, port: int, timeout_s: float = 30) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=timeout_s)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def post(self, path: str, body: bytes) -> bytes:
        """Send a JSON body; gives the body of the answer.

        Raises:
            RuntimeError: If the answer's status is not 200.
        """
        return self._answer(request("POST", path, body))

    def get(self, path: str) -> bytes:
        """As `post`, without a body to send."""
        return self._answer(request("GET", path, b""))

    def timed(self, sent: bytes) -> float:
        """Milliseconds from the first byte of a request to the last byte of its answer."""
        start = time.perf_counter_ns()
        self._answer(sent)
        return (time.perf_counter_ns() - start) / 1e6

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _answer(self, sent: bytes) -> bytes:
        self._socket.sendall(sent)
        got = b""
        while END not in got:
            got += self._more()
        head, _, body = got.partition(END)
        length = LENGTH.search(head)
        if not head.startswith(b"HTTP/1.1 200") or length is None:
            raise RuntimeError(f"the service answered {head[:40]!r}")
        while len(body) < int(length[1]):
            body += self._more()
        return body

    def _more(self) -> bytes:
        part = self._socket.recv(1 << 16)
        if not part:
            raise RuntimeError("the service closed the connection")
        return part


def request(method: str, path: str, body: bytes) -> bytes:
    """The bytes of a request."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body


def bodies(texts: Iterable[str], k: int = 10) -> list[bytes]:
    """The body of `POST /v1/suggest` for each text."""
    return [msgspec.json.encode({"text": text, "k": k}) for text in texts]


def metric(port: int, name: str) -> float:
    """The sum of a counter of `/metrics` over its labels; 0 when it is not there."""
    with Client(port) as client:
        lines = client.get("/metrics").decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if re.match(rf"{name}(\{{|\s)", line))


def pairs(client: Client, paths: Sequence[str], sent: Sequence[bytes]) -> list[list[float]]:
    """Milliseconds of each path for each body, the paths in turn for one body before the next."""
    ready = [[request("POST", path, body) for path in paths] for body in sent]
    return [
        list(column) for column in zip(*([client.timed(one) for one in row] for row in ready), strict=True)
    ]
