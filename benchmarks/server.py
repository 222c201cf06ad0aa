"""`hcpcs serve` with one more route, which answers the same request with an empty JSON object.

Run as a module it is the server; `RunningService` starts it as a process and stops it. The time of the empty
route is the cost of any request: connection, framework, request id, metrics, log line.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from litestar import Request, post
from litestar.response.base import ASGIResponse

import api.app
from benchmarks.client import Client
from benchmarks.setting import ROOT, Setting

EMPTY = "/bench/empty"
SUGGEST = "/v1/suggest"
START_S = 120
STOP_S = 40


class RunningService:
    """The service on a free port of 127.0.0.1, during a `with` block.

    Attributes:
        port: Where it listens.
        pid: Its first process; with several workers, these are its children.
    """

    def __init__(self, setting: Setting, workers: int = 1) -> None:
        self._log = setting.work / "server.log"
        environ = os.environ | {"HCPCS_INDEX": str(setting.index), "HCPCS_HOME": str(setting.work / "home")}
        words = [sys.executable, "-m", "benchmarks.server", "serve", "--port", "0", "--workers", str(workers)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(words, stderr=log, stdout=log, env=environ, cwd=ROOT)
        self.pid = self._process.pid
        try:
            self.port = self._listening()
        except BaseException:
            self._stop()
            raise

    def __enter__(self) -> RunningService:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _listening(self) -> int:
        """Wait until the log names the port and a first request is answered."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and self._process.poll() is None:
            match = re.search(rb"serving on http://127\.0\.0\.1:(\d+)/", self._log.read_bytes())
            if match and _answers(int(match[1])):
                return int(match[1])
            time.sleep(0.05)
        raise RuntimeError(f"the service did not start; see its log {self._log}")

    def _stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _answers(port: int) -> bool:
    try:
        with Client(port, START_S) as client:
            client.post(EMPTY, b"{}")
    except ConnectionRefusedError:  # the log names the port before the app listens
        return False
    return True


def workers_of(pid: int) -> list[int]:
    """Return the process itself, or its children when it only supervises them; Linux only."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    children = [int(child) for child in path.read_text().split()]
    serving = [
        child for child in children if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
    return serving or [pid]


@post(EMPTY, status_code=200)
async def empty(request: Request[Any, Any, Any]) -> ASGIResponse:
    """Read the body as the framework does, and answer with an empty object."""
    await request.body()
    return ASGIResponse(body=b"{}", media_type="application/json")


def add_empty_route() -> None:
    """Make `api.app.create_app` add the empty route to every app of this process."""
    make = api.app.create_app

    def create_app(suggester: Any, settings: Any) -> Any:
        return make(suggester, settings, [empty])

    api.app.create_app = create_app  # type: ignore[assignment]


# Worker processes import this module again, as `__mp_main__`, before they make their app.
if __name__ in ("__main__", "__mp_main__"):
    add_empty_route()

if __name__ == "__main__":
    from api.__main__ import main

    sys.exit(main(sys.argv[1:]))
