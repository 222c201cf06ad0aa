"""ETags of code data: a client that has an answer asks whether it still holds, and is told so without it.

RFC 9110, 8.8.3 and 13.1.2. The tag is weak, as the same answer may be sent compressed or not.
"""

from __future__ import annotations

import hashlib

from litestar.datastructures import Headers
from litestar.types import ASGIApp, Message, Receive, Scope, Send

CACHEABLE = "cacheable"  # in the scope's state: the answer may be stored, where others may not
CACHE_CONTROL = (b"cache-control", b"private, no-cache")
"""A client may store code data, and asks each time whether it still holds: another release may be active."""


def with_etag(app: ASGIApp) -> ASGIApp:
    """Middleware of handlers that answer with code data in one piece; answers to a POST have no tag."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") == "POST":
            await app(scope, receive, send)
            return
        begun: Message | None = None

        async def send_tagged(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = message
                return
            if begun is not None and begun["type"] == "http.response.start":
                if begun["status"] == 200 and message["type"] == "http.response.body":
                    _tag(scope, begun, message)
                await send(begun)
                begun = None
            await send(message)

        await app(scope, receive, send_tagged)

    return answer


def _tag(scope: Scope, begun: Message, message: Message) -> None:
    """Add the tag; turn the answer into 304 if the client has it."""
    if begun["type"] != "http.response.start" or message["type"] != "http.response.body":
        return
    tag = f'W/"{hashlib.blake2b(message["body"], digest_size=12).hexdigest()}"'
    scope["state"][CACHEABLE] = True
    headers = [*begun["headers"], (b"etag", tag.encode())]
    if matches(Headers.from_scope(scope).get("if-none-match", ""), tag):
        begun["status"] = 304
        message["body"] = b""
        headers = [pair for pair in headers if pair[0].lower() not in (b"content-length", b"content-type")]
    begun["headers"] = headers


def matches(if_none_match: str, tag: str) -> bool:
    """Whether a header names the tag, by weak comparison, or any tag."""
    named = [part.strip().removeprefix("W/") for part in if_none_match.split(",")]
    return "*" in named or tag.removeprefix("W/") in named
