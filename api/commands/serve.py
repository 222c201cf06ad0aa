"""`hcpcs serve`: the HTTP service and the web page."""

from __future__ import annotations

import argparse
import ipaddress
import os
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from api.arguments import port_number
from api.callers.file import read_callers
from api.callers.table import NAME, make_table
from api.loading import open_suggester, resolve_index
from api.memory import close_memory
from api.reloading import SERVED, Supply, SupplyError, Watch, active_file, follow, on_hangup
from api.settings import Settings, SettingsError

if TYPE_CHECKING:
    from litestar import Litestar

    from api.service import SuggesterLike

HELP = "Serve the HTTP interfaces and the web page on the active index."
EXAMPLE = "hcpcs serve --port 8000"

ALLOWED_HOSTS = "HCPCS_ALLOWED_HOSTS"
GRACE_S = 30  # after SIGTERM, requests in progress have this long to finish
BACKLOG = 1024  # connections that wait to be accepted
OPEN_FILES = 4096  # as many connections as the limits allow, in a process, and some more


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument(
        "--port", type=port_number, default=8000, help="port; 0 takes a free one (default: 8000)"
    )
    parser.add_argument("--workers", type=int, default=1, help="processes (default: 1)")
    parser.add_argument("--index", type=Path, metavar="DIR", help="index folder instead of the active one")
    parser.add_argument(
        "--without-key",
        action="store_true",
        help="allow other machines to connect without HCPCS_API_KEY (behind a gateway that checks callers)",
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT. The index is loaded before the address is bound.

    Raises:
        HcpcsError: If the address is not allowed or not free, or the index cannot be read.
    """
    close_memory()
    check_exposure(arguments.host, settings.checks_callers, arguments.without_key)
    if settings.callers:
        read_callers(settings.callers)  # a wrong file is told before the index is loaded
    if not settings.checks_callers and not is_loopback(arguments.host) and not os.environ.get(ALLOWED_HOSTS):
        # A gateway or a probe calls by address; names must be listed, since a page could rebind its own.
        os.environ[ALLOWED_HOSTS] = "address"  # for the workers
        settings = msgspec.structs.replace(settings, allowed_hosts=("address",))
    if arguments.workers < 1:
        raise SettingsError("--workers must be at least 1")
    suggester = open_suggester(resolve_index(arguments.index, settings), settings)
    _allow_open_files()
    listening = bind(arguments.host, arguments.port)
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    sys.stderr.write(f"hcpcs: serving on http://{shown}:{port}/\n")
    if suggester.notice:
        sys.stderr.write(f"hcpcs: {suggester.notice}\n")
    sys.stderr.flush()
    if arguments.workers == 1:
        return _serve_in_process(suggester, arguments.index, settings, listening)
    del suggester  # each worker loads its own
    return _serve_in_workers(arguments.workers, arguments.index, settings, listening)


def check_exposure(host: str, checks_callers: bool, without_key: bool) -> None:
    """Refuse to serve other machines without a key.

    Raises:
        SettingsError: If the host is not loopback, no caller is checked, and `without_key` is false.
    """
    if is_loopback(host) or checks_callers or without_key:
        return
    raise SettingsError(
        f"{host} can be reached from other machines and HCPCS_API_KEY is not set: set it or HCPCS_CALLERS, "
        "or give --without-key if a gateway in front checks callers"
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address; of names, only localhost counts."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def bind(host: str, port: int) -> socket.socket:
    """A socket bound to the address; port 0 takes a free port.

    Raises:
        SettingsError: If the port is taken or the address is not one of this machine.
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


def _server_options() -> dict[str, Any]:
    """Options of uvicorn that do not depend on the number of workers."""
    from api.http.logs import LOG_CONFIG
    from api.http.protocol import BoundedProtocol

    return {
        "log_config": LOG_CONFIG,
        "access_log": False,
        "server_header": False,
        "http": BoundedProtocol,
        "ws": "none",
        "proxy_headers": False,  # a caller could choose its own address
        "backlog": BACKLOG,
        "timeout_graceful_shutdown": GRACE_S,
    }


def _serve_in_process(
    suggester: SuggesterLike, given: Path | None, settings: Settings, listening: socket.socket
) -> int:
    from uvicorn import Config, Server

    from api.app import create_app, next_app
    from api.live import LiveApp

    live = LiveApp(create_app(suggester, settings))
    live.app.state.service.prepare()
    server = Server(Config(live, **_server_options()))

    def make() -> Litestar:
        return next_app(live.app, open_suggester(given, settings), settings)

    on_hangup(follow(live, active_file(given, settings), make))
    _exit_with_zero_on_signals()
    server.run(sockets=[listening])
    return 0 if server.started else 1


def _exit_with_zero_on_signals() -> None:
    """Ignore the signal that uvicorn raises again after its shutdown, so that the exit code is 0."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)


def _serve_in_workers(workers: int, given: Path | None, settings: Settings, listening: socket.socket) -> int:
    """Serve in worker processes that share the socket; each loads the supervisor's copy of the index."""
    from uvicorn import Config

    from api.workers import Supervisor

    with (
        tempfile.TemporaryDirectory(prefix="hcpcs-metrics-") as metrics,
        tempfile.TemporaryDirectory(prefix="hcpcs-index-") as copies,
    ):
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = metrics  # /metrics then adds up all workers
        watch = _supplied(Path(copies), given, settings)
        _share_table(Path(metrics))
        config = Config("api.app:worker_app", factory=True, workers=workers, **_server_options())
        supervisor = Supervisor(config, sockets=[listening])
        on_hangup(watch)
        if watch is not None:
            watch.start()
        supervisor.run()
        if watch is not None:
            watch.end()
    return 0


def _supplied(copies: Path, given: Path | None, settings: Settings) -> Watch | None:
    """Copy the index for the workers, which are told of its copy; watches for another index to serve.

    Without room for the copy the workers answer from the index folder itself, and None is returned.
    """
    supply = Supply(copies, given, settings)
    try:
        supply.publish()
    except (SupplyError, OSError) as error:
        os.environ["HCPCS_INDEX"] = str(resolve_index(given, settings))
        sys.stderr.write(
            f"hcpcs: {error}; until then the workers answer from the index folder itself, and another index "
            "is served after a restart only\n"
        )
        return None
    os.environ[SERVED] = str(supply.file)
    return Watch(active_file(given, settings), supply.publish)


def _share_table(folder: Path) -> None:
    """Make the table in which the workers count callers; without room each counts alone, and says so."""
    try:
        make_table(folder / NAME)
    except OSError:
        (folder / NAME).unlink(missing_ok=True)
        sys.stderr.write(
            "hcpcs: the temporary folder has no room: each worker counts its callers' requests alone\n"
        )


def _allow_open_files() -> None:
    """Raise the number of open files to what the connections need, where the system allows it."""
    try:
        import resource
    except ImportError:  # Windows
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
