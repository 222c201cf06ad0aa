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
    "k = 10, on lists of 1,000, every text new; each list to the designs in turn. `ours_in_processes` is "
    "what `hcpcs batch` does with a long file: as many processes as there are processors, until the last "
    "line of JSON is back; `ours` is `suggest` with the list, in one. The obvious design encodes 64 texts "
    "at a time, on as many threads as PyTorch takes."
)
PAUSE_S = 0.05


def run(setting: Setting) -> dict[str, Any]:
    """Lines a second of each design and ratios of ours to the others."""
    rounds, size = setting.size(8, 2), setting.size(1000, 40)
    asked = distinct(rounds * size)
    names = (BATCH, OURS, DENSE, FTS5) if setting.obvious else (BATCH, OURS, FTS5)
    with ExitStack() as stack:
        contenders = {name: stack.enter_context(Contender(name, setting)) for name in names}
        rates: dict[str, list[float]] = {name: [] for name in contenders}
        for contender in contenders.values():
            contender.ask(distinct(20, seed=1))
        for start in range(0, len(asked), size):
            for name, contender in contenders.items():
                time.sleep(PAUSE_S)
                rates[name].append(size / contender.ask(asked[start : start + size]) * 1000)
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
