"""A server on 127.0.0.1 in a thread of the test process, for clients that need a real socket."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from litestar import Litestar
from uvicorn import Config, Server

from api.http.gate import ServerLimits
from api.http.protocol import BoundedProtocol, bounded
from api.live import LiveApp
from tests.waiting import wait_until


@contextmanager
def running(app: Litestar | LiveApp, protocol: type[BoundedProtocol] | None = None) -> Iterator[str]:
    """Serve an app on a free port, as `hcpcs serve` does; gives its address without a slash at the end."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    chosen = protocol or bounded(ServerLimits(drain_s=0.05))
    config = Config(
        app,
        http=chosen,
        ws="none",
        proxy_headers=False,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    server = Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    wait_until(lambda: server.started or not thread.is_alive(), what="the start of the test server")
    if not server.started:
        raise RuntimeError("the test server did not start")
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
