"""How long does one text take: our whole answer, the obvious design, full text, an empty route?"""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import Any

from benchmarks.client import Client, bodies, request
from benchmarks.contender import DENSE, FTS5, OURS, Contender
from benchmarks.server import EMPTY, Served
from benchmarks.setting import Setting
from benchmarks.spread import percentiles, ratios
from benchmarks.texts import distinct

METHOD = (
    "One text at a time, k = 10, every text new; for each text the four in turn, each in a process of "
    "its own, 2 ms apart. A ratio is made for each text, then summarised over the texts."
)
PAUSE_S = 0.002  # for the threads that PyTorch leaves waiting in a loop to go to sleep
EMPTY_ROUTE = "empty_route"


def run(setting: Setting) -> dict[str, Any]:
    """Times in ms of the four, and ratios of ours to the others."""
    warm, rounds = setting.size(50, 3), setting.size(1_000, 20)
    asked = distinct(warm + rounds)
    with ExitStack() as stack:
        contenders = [stack.enter_context(Contender(name, setting)) for name in (OURS, DENSE, FTS5)]
        served = stack.enter_context(Served(setting))
        client = stack.enter_context(Client(served.port))
        times: dict[str, list[float]] = {name: [] for name in (OURS, DENSE, FTS5, EMPTY_ROUTE)}
        for text, body in zip(asked, bodies(asked), strict=True):
            for name, contender in zip(times, contenders, strict=False):
                time.sleep(PAUSE_S)
                times[name].append(contender.ask([text]))
            time.sleep(PAUSE_S)
            times[EMPTY_ROUTE].append(client.timed(request("POST", EMPTY, body)))
    timed = {name: values[warm:] for name, values in times.items()}
    return {
        "method": METHOD,
        "ratios": {f"ours_to_{other}": ratios(timed[OURS], timed[other]) for other in timed if other != OURS},
        "milliseconds": {name: percentiles(values) for name, values in timed.items()},
        "texts": rounds,
    }
