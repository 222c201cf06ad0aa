"""What happens at ten times the capacity: who is refused, how fast, and who waits?"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from benchmarks.client import bodies, request
from benchmarks.generator import Load, offer, points
from benchmarks.server import SUGGEST, RunningService
from benchmarks.setting import Setting
from benchmarks.texts import distinct

METHOD = (
    "One worker on one processor, the generator on another. Capacity: 32 clients in a closed loop. Then "
    "arrivals of a Poisson process at multiples of it over 256 connections, with a request to `/health/live` "
    "every 50 ms on a connection of its own. Times are from sending a request to the last byte of its answer."
)
FACTORS = (0.5, 2.0, 10.0)
CLIENTS, CONNECTIONS = 32, 256
TEXTS = 40_000
RECOVERED_MS = 10.0


def run(setting: Setting) -> dict[str, Any]:
    """Measure refusals, waiting times and memory at shares of the capacity, and the time to recover."""
    seconds = setting.size(10, 1)
    sent = [request("POST", SUGGEST, body) for body in bodies(distinct(setting.size(TEXTS, 2_000)))]
    cores = sorted(os.sched_getaffinity(0))
    with RunningService(setting) as service:
        os.sched_setaffinity(service.pid, {cores[0]})
        core = cores[-1]
        offer(service.port, sent, 0, setting.size(3, 1), CLIENTS, core)  # warm-up
        capacity = len(offer(service.port, sent, 0, seconds, CLIENTS, core).accepted) / seconds
        rows = []
        for factor in FACTORS:
            load = offer(service.port, sent, capacity * factor, seconds, CONNECTIONS, core)
            rows.append({"factor": factor, **_row(load), "memory_mb": _memory(service.pid)})
        recovery = _recovery(service.port, sent, core)
    os.sched_setaffinity(0, set(cores))
    return {"method": METHOD, "capacity": round(capacity, 1), "rows": rows, "recovery_ms": recovery}


def _row(load: Load) -> dict[str, Any]:
    answered = len(load.accepted) + len(load.refused)
    return {
        "offered": round(load.offered, 1),
        "sent": round(load.sent / load.seconds, 1),
        "accepted": round(len(load.accepted) / load.seconds, 1),
        "refused_share": round(len(load.refused) / max(1, answered), 4),
        "refusal_ms": points(load.refused),
        "accepted_ms": points(load.accepted),
        "health_ms": points(load.health),
        "broken": load.broken,
    }


def _memory(pid: int) -> float:
    """Resident megabytes."""
    return round(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def _recovery(port: int, sent: list[bytes], core: int) -> float:
    """Milliseconds from the end of the load until an answer takes no longer than usual."""
    start = time.perf_counter()
    while True:
        load = offer(port, sent, 0, 0.02, 1, core)
        if load.accepted and not load.refused and min(load.accepted) < RECOVERED_MS:
            return round((time.perf_counter() - start) * 1000, 1)
