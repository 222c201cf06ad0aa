"""`hcpcs serve`: the HTTP service and web page."""

from __future__ import annotations

import argparse
import ipaddress
import os
import signal
import socket
import sys
import tempfile
from pathlib import Path

from api.loading import open_suggester, resolve_index
from api.settings import Settings, SettingsError

HELP = "Serve the HTTP interfaces and the web page on the active index."
EXAMPLE = "hcpcs serve --port 8000"

GRACE_S = 30  # how long answers that were accepted may take after SIGTERM
KEEP_ALIVE_S = 75  # a person who types pauses; a new connection for each word costs more than an idle one


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--host", default="127.0.0.1", help="address to bind (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port; 0 takes a free one (default: 8000)")
    parser.add_argument("--workers", type=int, default=1, help="processes (default: 1)")
    parser.add_argument("--index", type=Path, metavar="DIR", help="index folder instead of the active one")
    parser.add_argument(
        "--without-key",
        action="store_true",
        help="allow an address beyond this machine without HCPCS_API_KEY (behind a gateway that checks)",
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; a damaged index is refused before anything is bound.

    Raises:
        HcpcsError: If the address may not be bound, or the index cannot be read.
    """
    check_exposure(arguments.host, settings.api_key, arguments.without_key)
    if arguments.workers < 1:
        raise SettingsError("--workers must be at least 1")
    folder = resolve_index(arguments.index, settings)
    suggester = open_suggester(folder, settings)
    listening = bind(arguments.host, arguments.port)
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    sys.stderr.write(f"hcpcs: serving on http://{shown}:{port}/\n")
    if suggester.notice:
        sys.stderr.write(f"hcpcs: {suggester.notice}\n")
    sys.stderr.flush()
    if arguments.workers == 1:
        return _serve_here(suggester, settings, listening)
    del suggester  # the workers load their own
    return _serve_in_workers(arguments.workers, folder, listening)


def check_exposure(host: str, api_key: str, without_key: bool) -> None:
    """Refuse to answer callers from elsewhere without a key.

    Raises:
        SettingsError: If the host is not loopback, there is no key and nobody said that this is meant.
    """
    if is_loopback(host) or api_key or without_key:
        return
    raise SettingsError(
        f"{host} can be reached from other machines and HCPCS_API_KEY is not set: set it, "
        "or say --without-key where a gateway in front checks callers"
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address; a name other than localhost is taken not to be."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def bind(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        SettingsError: If the address is taken or not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host.strip("[]"), port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise SettingsError(f"cannot bind {host} port {port}: {_reason(error)}; try another --port") from None
    listening.set_inheritable(True)
    return listening


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()


def _serve_here(suggester: object, settings: Settings, listening: socket.socket) -> int:
    from uvicorn import Config, Server

    from api.app import create_app
    from api.http.logs import LOG_CONFIG

    app = create_app(suggester, settings)  # type: ignore[arg-type]
    config = Config(
        app,
        log_config=LOG_CONFIG,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
    )
    server = Server(config)
    _end_with_zero_on_signals()
    server.run(sockets=[listening])
    return 0 if server.started else 1


def _end_with_zero_on_signals() -> None:
    """A stop that was asked for is no failure: uvicorn raises the signal again after it has shut down."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)


def _serve_in_workers(workers: int, folder: Path, listening: socket.socket) -> int:
    """One process a worker, each with its own copy of the index; they share the socket."""
    from uvicorn import Config
    from uvicorn.supervisors import Multiprocess

    from api.http.logs import LOG_CONFIG

    os.environ["HCPCS_INDEX"] = str(folder)
    with tempfile.TemporaryDirectory(prefix="hcpcs-metrics-") as metrics:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = metrics  # so that /metrics tells of all workers together
        config = Config(
            "api.app:worker_app",
            factory=True,
            workers=workers,
            log_config=LOG_CONFIG,
            access_log=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=GRACE_S,
        )
        Multiprocess(config, sockets=[listening]).run()
    return 0
