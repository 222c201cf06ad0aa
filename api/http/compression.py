"""Compression of answers, by the framework's gzip middleware, on the routes whose answers are large."""

from __future__ import annotations

from litestar.config.compression import CompressionConfig
from litestar.datastructures import Headers
from litestar.middleware import DefineMiddleware
from litestar.middleware.compression import CompressionMiddleware
from litestar.types import Receive, Scope, Send

MIN_BYTES = 1400  # a smaller answer fits into one packet as it is
LEVEL = 4  # docs/performance.md: a higher one takes longer and saves little


class Gzip(CompressionMiddleware):
    """The framework's middleware, which would also send gzip to a client that refuses it by `gzip;q=0`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        accepted = Headers.from_scope(scope).get("accept-encoding", "")
        inner = super().__call__ if takes_gzip(accepted) else self.app
        await inner(scope, receive, send)


def takes_gzip(accept_encoding: str) -> bool:
    """Whether an `Accept-Encoding` header names gzip, and not with weight 0."""
    for part in accept_encoding.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "").rstrip("0.") not in ("q=",)
    return False


def compressed() -> DefineMiddleware:
    """The middleware of a router whose answers are compressed."""
    config = CompressionConfig(backend="gzip", minimum_size=MIN_BYTES, gzip_compress_level=LEVEL)
    return DefineMiddleware(Gzip, config=config)
