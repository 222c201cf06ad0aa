"""How many lines a second does a batch of many lines reach?"""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import Any

from benchmarks.contender import BATCH, DENSE, FTS5, OURS, Contender
from benchmarks.setting import Setting
from benchmarks.spread import ratios, spread
from benchmarks.texts import distinct

METHOD = (
    "k = 10, every text new. `ours_in_processes` is what `hcpcs batch` does with a long file: one process "
    "for each processor, 4,000 lines, until the last line of JSON is back. Then the first 500 of these lines "
    "go to the other designs one after the other: `ours` is one call of `suggest` in one process; the "
    "obvious design encodes 64 texts at a time, with the number of threads that PyTorch chooses."
)
PAUSE_S = 0.05


def run(setting: Setting) -> dict[str, Any]:
    """Measure lines a second of each design, and ratios of ours to the others."""
    rounds, long_batch, short_batch = setting.size(10, 2), setting.size(4000, 80), setting.size(500, 40)
    texts = distinct(rounds * long_batch)
    names = (BATCH, OURS, DENSE, FTS5) if setting.obvious else (BATCH, OURS, FTS5)
    with ExitStack() as stack:
        contenders = {name: stack.enter_context(Contender(name, setting)) for name in names}
        rates: dict[str, list[float]] = {name: [] for name in contenders}
        for contender in contenders.values():
            contender.ask(distinct(20, seed=1))
        for start in range(0, len(texts), long_batch):
            for name, contender in contenders.items():
                lines = texts[start : start + (long_batch if name == BATCH else short_batch)]
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
        "texts": len(texts),
    }
