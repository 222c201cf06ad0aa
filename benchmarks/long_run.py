"""Minutes of mixed load with swaps, killed workers and bad clients: do memory, files and times stay flat?

`python -m benchmarks.long_run [--minutes 30] [--out DIR]` writes `long_run.json` and `long_run.svg`. The
starter catalogue is served from a folder of its own, so nothing but Linux is needed.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from api.trail.key import read_key
from api.trail.verify import verify
from benchmarks.machine import machine
from benchmarks.texts import OWN

CLIENTS = 6
PAUSE_S = 0.02  # between two requests of a client: the load is real, not the most that is possible
WINDOW_S, SWAP_S, KILL_S = 5.0, 20.0, 45.0
FLAT = ("memory_mb", "files", "p50_ms", "p99_ms")
JSON_TYPE = {"Content-Type": "application/json"}
FHIR = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"


def requests(drawn: random.Random) -> tuple[str, str, bytes]:
    """Method, address and body of one request, mixed as a hospital's programs mix them."""
    text = drawn.choice(OWN)
    new = f"{text} {drawn.randrange(10**6)}"
    order = {"resourceType": "DeviceRequest", "id": "1", "codeCodeableConcept": {"text": text}}
    context = {"userId": "P/1", "patientId": "1", "selections": ["DeviceRequest/1"]}
    context["draftOrders"] = {"resourceType": "Bundle", "entry": [{"resource": order}]}
    hook = {
        "hook": "order-select",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": context,
    }
    return drawn.choice(
        [
            ("POST", "/v1/suggest", json.dumps({"text": new}).encode()),
            ("POST", "/v1/suggest", json.dumps({"text": text, "k": 3}).encode()),
            ("POST", "/v1/suggest/batch", json.dumps({"items": [{"text": t} for t in OWN[:20]]}).encode()),
            ("GET", "/v1/codes/E0601", b""),
            ("GET", f"/api/hcpcs/v3/search?terms={quote(text[:20])}", b""),
            ("GET", f"/fhir/ValueSet/$expand?url={FHIR}?fhir_vs&count=5&filter={quote(text[:20])}", b""),
            ("POST", "/cds-services/hcpcs-suggest", json.dumps(hook).encode()),
        ]
    )


HEAD = b"POST /v1/suggest HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
BAD = (
    b"GET /health/live HTTP/1.1\r\nHost: localh",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"x" * 40_000,
    HEAD + b"90\r\n\r\n{",
    HEAD + b"2\r\n\r\n{{",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
    b"GET /api/hcpcs/v3/search?terms=a&q=NOT%20*q0*%20NOT%20*q1* HTTP/1.1\r\nHost: localhost\r\n\r\n" * 8,
)


class Load:
    """Clients in threads, and what they saw since the last look."""

    def __init__(self, address: str) -> None:
        self._address = address
        self.stop = threading.Event()
        self.seconds: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.lost = self.bad = 0
        self._threads = [threading.Thread(target=self._ask, args=(seed,)) for seed in range(CLIENTS)]
        self._threads.append(threading.Thread(target=self._annoy))
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Stop and wait."""
        self.stop.set()
        for thread in self._threads:
            thread.join(60)

    def _ask(self, seed: int) -> None:
        drawn = random.Random(seed)
        connection = http.client.HTTPConnection(self._address, timeout=30)
        while not self.stop.wait(PAUSE_S):
            method, path, body = requests(drawn)
            began = time.perf_counter()
            try:
                connection.request(method, path, body or None, JSON_TYPE)
                response = connection.getresponse()
                response.read()
                self.statuses[response.status] += 1
                self.seconds.append(time.perf_counter() - began)
            except (OSError, http.client.HTTPException):
                self.lost += 1
                connection.close()
        connection.close()

    def _annoy(self) -> None:
        drawn = random.Random(-1)
        host, _, port = self._address.rpartition(":")
        silent: list[socket.socket] = []
        while not self.stop.wait(0.1):
            with contextlib.suppress(OSError):
                client = socket.create_connection((host, int(port)), timeout=5)
                client.sendall(drawn.choice(BAD))
                self.bad += 1
                silent.append(client)
            while len(silent) > 50:
                silent.pop(0).close()
        for client in silent:
            client.close()


def processes(pid: int) -> list[int]:
    """A supervisor and its workers."""
    found = [pid]
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with contextlib.suppress(OSError):  # it has just ended
            if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes():
                found.append(int(child))
    return found


def used(pids: Sequence[int]) -> tuple[float, int]:
    """Proportional memory in MB, and the number of open files, of these processes."""
    kilobytes = files = 0
    for pid in pids:
        with contextlib.suppress(OSError):  # it was killed meanwhile
            found = re.search(r"^Pss: +(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
            kilobytes += int(found[1]) if found else 0
            files += sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    return kilobytes / 1000, files


def run(minutes: float, home: Path) -> dict[str, Any]:
    """The whole run; returns what was seen in each window, and in all."""
    environ = {**os.environ, "HCPCS_HOME": str(home), "HCPCS_TRAIL": "1", "HCPCS_ACCESS_LOG": "0"}
    command = [sys.executable, "-m", "api"]
    for name in ("one", "two"):
        out = str(home / "indexes" / name)
        subprocess.run(
            [*command, "index", "build", "--out", out], env=environ, check=True, capture_output=True
        )
    activate = [*command, "index", "activate"]
    subprocess.run([*activate, "one"], env=environ, check=True, capture_output=True)
    log = home / "stderr"
    with log.open("wb") as err:
        service = subprocess.Popen(
            [*command, "serve", "--port", "0", "--workers", "2"], env=environ, stderr=err
        )
    address = _until(lambda: (found := re.search(r"http://([^/\s]+)", log.read_text())) and found[1])
    _until(lambda: _ready(address))
    load, windows, totals = Load(address), [], Counter[str]()
    began = swapped = killed = time.monotonic()
    while time.monotonic() - began < minutes * 60:
        time.sleep(WINDOW_S)
        now = time.monotonic()
        if now - swapped > SWAP_S:
            subprocess.run(
                [*activate, ("two", "one")[totals["swaps"] % 2]], env=environ, check=True, capture_output=True
            )
            swapped, totals["swaps"] = now, totals["swaps"] + 1
        if now - killed > KILL_S:
            os.kill(processes(service.pid)[-1], signal.SIGKILL)
            killed, totals["kills"] = now, totals["kills"] + 1
        seconds, load.seconds = sorted(load.seconds), []
        megabytes, files = used(processes(service.pid))
        windows.append(
            {
                "at_s": round(now - began, 1),
                "answered": len(seconds),
                "p50_ms": round(seconds[len(seconds) // 2] * 1000, 2) if seconds else None,
                "p99_ms": round(seconds[int(len(seconds) * 0.99)] * 1000, 2) if seconds else None,
                "memory_mb": round(megabytes, 1),
                "files": files,
            }
        )
    load.join()
    service.terminate()
    code = service.wait(60)
    checked = verify(home / "trail", read_key(home / "trail.key"))
    return {
        "windows": windows,
        "minutes": minutes,
        "statuses": dict(sorted(load.statuses.items())),
        "lost": load.lost,
        "bad_clients": load.bad,
        **totals,
        "exit_code": code,
        "trail_records": checked.records,
        "trail_findings": len(checked.findings),
        "tracebacks_logged": log.read_text().count("Traceback"),
        "machine": machine(),
    }


def _until(condition: Callable[[], Any], seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError("the service did not start")
        time.sleep(0.1)
    return found


def _ready(address: str) -> bool:
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection(address, timeout=5)
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    return False


def thirds(windows: Sequence[dict[str, Any]], name: str) -> list[float]:
    """Medians of a value in the first, second and last third of the run: alike if it is flat."""
    values = [window[name] for window in windows if window[name] is not None]
    size = len(values) // 3
    return [statistics.median(values[at * size : (at + 1) * size]) for at in range(3)] if size else []


def plot(result: dict[str, Any], path: Path) -> None:
    """Draw memory, open files and times over the run; times on a scale of powers of ten."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    minutes = [window["at_s"] / 60 for window in result["windows"]]
    rows = ((("memory_mb",), "memory, MB"), (("files",), "open files"), (("p50_ms", "p99_ms"), "answer, ms"))
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "hcpcs", "font.size": 10}):
        figure = Figure(figsize=(8, 6), layout="constrained")
        for axes, (names, label) in zip(figure.subplots(3, 1, sharex=True), rows, strict=True):
            for name in names:
                axes.plot(minutes, [window[name] for window in result["windows"]], label=name)
            axes.set_ylabel(label)
            axes.set_ylim(bottom=0)
        axes.set_ylim(bottom=1)
        axes.set_yscale("log")
        axes.legend()
        axes.set_xlabel("minutes")
        figure.savefig(path, metadata={"Date": None})


def main(argv: Sequence[str] | None = None) -> int:
    """Run, write, and print what was seen; 1 if the trail does not hold or the service did not end well."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.long_run", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--out", type=Path, default=Path("runs/long_run"))
    arguments = parser.parse_args(argv)
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        result = run(arguments.minutes, Path(home))
    (arguments.out / "long_run.json").write_text(json.dumps(result, indent=1), encoding="utf-8")
    plot(result, arguments.out / "long_run.svg")
    windows = result.pop("windows")
    for window in windows[:: max(1, len(windows) // 12)]:
        print(window)
    for name in FLAT:
        print(f"{name}: medians of the thirds {thirds(windows, name)}")
    print({name: value for name, value in result.items() if name != "machine"})
    return 1 if result["exit_code"] or result["trail_findings"] else 0


if __name__ == "__main__":
    sys.exit(main())
