"""The load generator: wrk, a small C program with Lua scripts (Debian: `apt-get install wrk`)."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.setting import SEED

SCRIPT = Path(__file__).with_name("wrk.lua")
OPEN_CONNECTIONS = 256
EXTRA_TIMEOUT_S = 60


class WrkResult(msgspec.Struct, frozen=True):
    """What wrk counted in one run; `rate` is answers a second.

    `late_*`: in an open loop, how long after their arrival time requests were sent, because every connection
    was waiting for an answer.
    """

    requests: int
    seconds: float
    p50_ms: float
    p90_ms: float
    p99_ms: float
    failed: int
    sent: int
    late_mean_ms: float
    late_worst_ms: float
    rate: float = 0.0


def installed() -> bool:
    """Return whether wrk is installed; without it the benchmarks under load are skipped and say so."""
    return shutil.which("wrk") is not None


SKIPPED = {"skipped": "wrk is not installed (Debian and Ubuntu: apt-get install wrk)"}


class Wrk:
    """Runs of wrk against one port, over bodies in a file.

    Each run starts in the file where the last one stopped, so that no text is sent again before all others.
    """

    def __init__(self, port: int, bodies: Sequence[bytes], file: Path) -> None:
        file.write_bytes(b"\n".join(bodies) + b"\n")
        self._port = port
        self._file = file
        self._bodies = len(bodies)
        self._next = 0

    def closed(self, path: str, clients: int, seconds: float) -> WrkResult:
        """Run a closed loop: each client sends its next request when it has its answer."""
        return self._run(path, clients, seconds, 0.0)

    def open(self, path: str, rate: float, seconds: float) -> WrkResult:
        """Run an open loop: requests arrive as a Poisson process of a rate a second, whatever the answers."""
        return self._run(path, OPEN_CONNECTIONS, seconds, rate)

    def _run(self, path: str, connections: int, seconds: float, rate: float) -> WrkResult:
        command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "-s", str(SCRIPT)]
        address = f"http://127.0.0.1:{self._port}{path}"
        script = ["--", str(self._file), str(self._next), f"{rate:.3f}", str(SEED)]
        output = subprocess.run(
            [*command, address, *script],
            capture_output=True,
            text=True,
            check=True,
            timeout=seconds + EXTRA_TIMEOUT_S,
        ).stdout
        result = msgspec.json.decode(output.partition("RESULT ")[2], type=WrkResult)
        self._next = (self._next + result.sent) % self._bodies
        return msgspec.structs.replace(result, rate=result.requests / result.seconds)
