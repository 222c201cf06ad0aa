"""The bounded queue before the work: how many requests may be waiting or in work at once in a process."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from api.http.problems import ErrorRenderer, Failure, problem_details
from api.http.request_id import HEADER

Headers = tuple[tuple[bytes, bytes], ...]

PLACE = "place of the request id"  # in an encoded body
BUSY = "too many requests are waiting; come again after the seconds that 'Retry-After' names"
ALWAYS = (b"/health/", b"/metrics")  # answered however many requests are waiting


class ServerLimits(msgspec.Struct, frozen=True):
    """Bounds of connections and requests in one process.

    Attributes:
        connections: Open at once; beyond it a silent or idle one is closed for a new one.
        waiting: Cost of the requests that wait or are in work; beyond it new ones are refused with 503.
        head_bytes: Of address and headers.
        head_fields: Number of headers.
        body_bytes: Of one body; routes may allow less.
        unfinished_bytes: Of all bodies that have not arrived whole.
        pipelined: Requests sent on one connection before the first is answered.
        head_s: Seconds for address and headers to arrive, from the first byte or the connection.
        body_s: Seconds for the body to arrive.
        idle_s: Seconds between an answer and the next request.
        unread_s: Seconds in which a client must read an answer.
        drain_s: Seconds in which an idle connection may send a last request when the service stops.
    """

    connections: int = 1_000
    waiting: int = 128
    head_bytes: int = 32 * 1024
    head_fields: int = 100
    body_bytes: int = 1024 * 1024
    unfinished_bytes: int = 64 * 1024 * 1024
    pipelined: int = 16
    head_s: float = 10.0
    body_s: float = 30.0
    idle_s: float = 75.0
    unread_s: float = 30.0
    drain_s: float = 1.0


class Gate:
    """Counts the cost of requests that wait or are in work, and bytes of bodies that have not arrived whole.

    Attributes:
        waiting: The cost of all requests that wait or are in work.
        unfinished: Bytes of bodies that have not arrived whole.
    """

    def __init__(self, limits: ServerLimits) -> None:
        self.limits = limits
        self.waiting = 0
        self.unfinished = 0

    def refuses(self, address: bytes) -> bool:
        """Whether a request for an address must come again later."""
        return self.waiting >= self.limits.waiting and not address.startswith(ALWAYS)


def cost(address: bytes, body: bytearray) -> int:
    """How much work a request may be, in short texts: long texts and addresses cost more, batches most."""
    if address.startswith(b"/v1/suggest/batch"):
        return 1 + min(63, len(body) // 64)
    return 1 + min(15, len(body) // 256 + len(address) // 128)


class ReadyAnswer:
    """An error whose bytes are ready before any request comes, but for the request's id.

    Args:
        status: HTTP status.
        phrase: Its name.
        detail: What is wrong and what to do.
        headers: Pairs of every answer.
        renderers: Path prefix -> how errors under it are written; elsewhere they are problem details.
    """

    def __init__(
        self,
        status: int,
        phrase: str,
        detail: str,
        headers: Headers = (),
        renderers: Mapping[str, ErrorRenderer] | None = None,
    ) -> None:
        by_prefix = {**(renderers or {}), "/": problem_details}
        lines = [b"HTTP/1.1 %d %s" % (status, phrase.encode())]
        lines += [b"%s: %s" % pair for pair in headers] + ([b"retry-after: 1"] if status == 503 else [])
        self._rendered: list[tuple[bytes, bytes, list[bytes]]] = [
            (prefix.encode(), *_encoded(lines, *render(Failure(status, detail, PLACE))))
            for prefix, render in by_prefix.items()
        ]

    def encoded(self, address: bytes, identifier: bytes, close: bool) -> bytes:
        """The bytes of the answer to a request."""
        _, first, parts = next(
            (rendered for rendered in self._rendered if address.startswith(rendered[0])), self._rendered[-1]
        )
        body = identifier.join(parts)
        end = b"connection: close\r\n\r\n" if close else b"\r\n"
        return b"%scontent-length: %d\r\n%s: %s\r\n%s%s" % (first, len(body), HEADER, identifier, end, body)


def _encoded(lines: list[bytes], body: bytes, media_type: str) -> tuple[bytes, list[bytes]]:
    """The head without length and id, and the parts of the body around the id."""
    return b"\r\n".join([*lines, b"content-type: " + media_type.encode(), b""]), body.split(PLACE.encode())
