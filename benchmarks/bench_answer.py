"""How long does one text take: our complete answer, the obvious design, full-text search, an empty route?"""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import Any

from benchmarks.client import Client, bodies, request
from benchmarks.contender import DENSE, FTS5, OURS, Contender
from benchmarks.server import EMPTY, RunningService
from benchmarks.setting import Setting
from benchmarks.spread import percentiles, ratios
from benchmarks.texts import distinct

METHOD = (
    "One text at a time, k = 10, every text new. For each text the four designs are asked one after the "
    "other, each in its own process, 2 ms apart. A ratio is taken for each text, then summarised over texts."
)
PAUSE_S = 0.002  # after which the threads of PyTorch have left their waiting loop
EMPTY_ROUTE = "empty_route"


def run(setting: Setting) -> dict[str, Any]:
    """Measure milliseconds of the four designs, and ratios of ours to the others."""
    warm_up, rounds = setting.size(50, 3), setting.size(1_000, 20)
    texts = distinct(warm_up + rounds)
    with ExitStack() as stack:
        contenders = [stack.enter_context(Contender(name, setting)) for name in (OURS, DENSE, FTS5)]
        service = stack.enter_context(RunningService(setting))
        client = stack.enter_context(Client(service.port))
        times: dict[str, list[float]] = {name: [] for name in (OURS, DENSE, FTS5, EMPTY_ROUTE)}
        for text, body in zip(texts, bodies(texts), strict=True):
            for name, contender in zip(times, contenders, strict=False):
                time.sleep(PAUSE_S)
                times[name].append(contender.ask([text]))
            time.sleep(PAUSE_S)
            times[EMPTY_ROUTE].append(client.timed(request("POST", EMPTY, body)))
    timed = {name: values[warm_up:] for name, values in times.items()}
    return {
        "method": METHOD,
        "ratios": {f"ours_to_{other}": ratios(timed[OURS], timed[other]) for other in timed if other != OURS},
        "milliseconds": {name: percentiles(values) for name, values in timed.items()},
        "texts": rounds,
    }
