"""How much memory does a worker use, and how much do two workers share?"""

from __future__ import annotations

from typing import Any

from benchmarks.builder import memory_mb
from benchmarks.client import Client, bodies
from benchmarks.contender import DENSE, Contender
from benchmarks.server import SUGGEST, RunningService, workers_of
from benchmarks.setting import Setting
from benchmarks.spread import spread
from benchmarks.texts import distinct

METHOD = (
    "Resident memory (VmRSS) of the process that answers: after start, and after enough new texts to fill "
    "the cache of answers. With two workers also the proportional set size (PSS), which counts a page that "
    "both share as half."
)


def run(setting: Setting) -> dict[str, Any]:
    """Measure megabytes (10^6 bytes) of one worker, of two, and of the process of the obvious design."""
    sent = bodies(distinct(setting.size(4_000, 50)))
    with RunningService(setting) as service:
        started = memory_mb("VmRSS", service.pid)
        _send(service.port, sent)
        after = memory_mb("VmRSS", service.pid)
        peak = memory_mb("VmHWM", service.pid)
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
    with RunningService(setting, workers=2) as service:
        for _ in range(4):  # several connections, so that both workers are used
            _send(service.port, sent[: len(sent) // 4])
        pids = workers_of(service.pid)
        return [
            {"resident": memory_mb("VmRSS", pid), "proportional": memory_mb("Pss", pid, "smaps_rollup")}
            for pid in pids
        ]


def _send(port: int, sent: list[bytes]) -> None:
    with Client(port) as client:
        for body in sent:
            client.post(SUGGEST, body)
