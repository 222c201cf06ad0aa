"""How much memory does a worker hold, and how much do two workers share?"""

from __future__ import annotations

from typing import Any

from benchmarks.builder import memory_mb
from benchmarks.client import Client, bodies
from benchmarks.contender import DENSE, Contender
from benchmarks.server import SUGGEST, Served, workers_of
from benchmarks.setting import Setting
from benchmarks.spread import spread
from benchmarks.texts import distinct

METHOD = (
    "Resident memory (VmRSS) of the process that answers: after start, and after enough new texts to "
    "fill the cache of answers. With two workers also the proportional share (PSS), which counts a page "
    "held by both as half."
)


def run(setting: Setting) -> dict[str, Any]:
    """Megabytes (10^6) of one worker, of two, and of the obvious design's process."""
    sent = bodies(distinct(setting.size(4_000, 50)))
    with Served(setting) as served:
        started = memory_mb("VmRSS", served.pid)
        _ask(served.port, sent)
        after = memory_mb("VmRSS", served.pid)
        peak = memory_mb("VmHWM", served.pid)
    return {
        "method": METHOD,
        "ratios": {"worker_mb": spread([after])},
        "worker_mb": {"after_start": started, "after_texts": after, "peak": peak, "texts": len(sent)},
        "two_workers_mb": _two(setting, sent),
        "minilm_faiss_mb": _dense_mb(setting) if setting.obvious else None,
    }


def _dense_mb(setting: Setting) -> float:
    with Contender(DENSE, setting) as dense:
        dense.ask(distinct(20))
        return memory_mb("VmRSS", dense.pid)


def _two(setting: Setting, sent: list[bytes]) -> list[dict[str, float]]:
    with Served(setting, workers=2) as served:
        for _ in range(4):  # several connections, so that both workers get some
            _ask(served.port, sent[: len(sent) // 4])
        pids = workers_of(served.pid)
        return [
            {"resident": memory_mb("VmRSS", pid), "proportional": memory_mb("Pss", pid, "smaps_rollup")}
            for pid in pids
        ]


def _ask(port: int, sent: list[bytes]) -> None:
    with Client(port) as client:
        for body in sent:
            client.post(SUGGEST, body)
