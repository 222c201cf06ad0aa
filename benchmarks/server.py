"""`hcpcs serve` with one more route, which answers the same request with an empty JSON object.

Run as a module it is the server; `Served` starts it as a process and stops it. What the empty route costs is
what carrying a request costs: connection, framework, request id, counts, log line.
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


class Served:
    """The service on a free port of 127.0.0.1, for the length of a `with` block.

    Attributes:
        port: Where it listens.
        pid: Its first process; the workers, when there are several, are its children.
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

    def __enter__(self) -> Served:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _listening(self) -> int:
        """Wait until the port is told and the first answer has come."""
        end = time.monotonic() + START_S
        while time.monotonic() < end and self._process.poll() is None:
            told = re.search(rb"serving on http://127\.0\.0\.1:(\d+)/", self._log.read_bytes())
            if told and _answers(int(told[1])):
                return int(told[1])
            time.sleep(0.05)
        raise RuntimeError(f"the service did not start; its last words are in {self._log}")

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
    except ConnectionRefusedError:  # the port is told before the app is ready to listen
        return False
    return True


def workers_of(pid: int) -> list[int]:
    """The process itself, or its children when it only minds them; Linux only."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    children = [int(child) for child in path.read_text().split()]
    serving = [
        child for child in children if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
    return serving or [pid]


@post(EMPTY, status_code=200)
async def empty(request: Request[Any, Any, Any]) -> ASGIResponse:
    """Read a body as the framework does, and answer nothing."""
    await request.body()
    return ASGIResponse(body=b"{}", media_type="application/json")


def add_empty_route() -> None:
    """Make every app of this process, however it is made, with the empty route."""
    make = api.app.create_app

    def create_app(suggester: Any, settings: Any) -> Any:
        return make(suggester, settings, [empty])

    api.app.create_app = create_app  # type: ignore[assignment]


# Worker processes import this module again, under the second name, before they make their app.
if __name__ in ("__main__", "__mp_main__"):
    add_empty_route()

if __name__ == "__main__":
    from api.__main__ import main

    sys.exit(main(sys.argv[1:]))
