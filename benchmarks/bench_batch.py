"""How many lines a second, when there are many?"""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import Any

from benchmarks.contender import BATCH, DENSE, FTS5, OURS, Contender
from benchmarks.setting import Setting
from benchmarks.spread import ratios, spread
from benchmarks.texts import distinct

METHOD = (
    "k = 10, every text new. `ours_in_processes` is what `hcpcs batch` does with a long file: as many "
    "processes as there are processors, 4,000 lines until the last line of JSON is back. Then the first 500 "
    "of them go to the others in turn: `ours` is `suggest` with the list, in one process; the obvious "
    "design encodes 64 texts at a time, on as many threads as PyTorch takes."
)
PAUSE_S = 0.05


def run(setting: Setting) -> dict[str, Any]:
    """Lines a second of each design and ratios of ours to the others."""
    rounds, long, short = setting.size(10, 2), setting.size(4000, 80), setting.size(500, 40)
    asked = distinct(rounds * long)
    names = (BATCH, OURS, DENSE, FTS5) if setting.obvious else (BATCH, OURS, FTS5)
    with ExitStack() as stack:
        contenders = {name: stack.enter_context(Contender(name, setting)) for name in names}
        rates: dict[str, list[float]] = {name: [] for name in contenders}
        for contender in contenders.values():
            contender.ask(distinct(20, seed=1))
        for start in range(0, len(asked), long):
            for name, contender in contenders.items():
                lines = asked[start : start + (long if name == BATCH else short)]
                time.sleep(PAUSE_S)
                rates[name].append(len(lines) / contender.ask(lines) * 1000)
    return {
        "method": METHOD,
        "ratios": {
            f"{own}_to_{name}": ratios(rates[own], rates[name])
            for own in (BATCH, OURS)
            for name in rates
            if name not in (BATCH, OURS)
        },
        "lines_per_second": {name: spread(values) for name, values in rates.items()},
        "texts": len(asked),
    }
