"""How do build, memory, disk and answers grow with the number of codes?"""

from __future__ import annotations

import shutil
from typing import Any

import msgspec

from benchmarks.builder import Built, built
from benchmarks.setting import Setting
from benchmarks.spread import Spread, exponent, spread

METHOD = (
    "Full builds of made-up releases, each in a new process and an empty data folder. The growth of "
    "time and of memory is the exponent e of cost = c * codes^e that fits the three largest sizes best, "
    "where the part that does not grow (lexicon, libraries) weighs least; memory is what the build took "
    "beyond the memory before it. 1 is linear."
)
SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
SMALL = (100, 200, 400)


def run(setting: Setting) -> dict[str, Any]:
    """Cost of a build at each size and the exponents."""
    sizes = SMALL if setting.small else SIZES
    rounds = [[_one(setting, size) for size in sizes] for _ in range(setting.size(2, 1))]
    return {
        "method": METHOD,
        "ratios": {
            "time_exponent": _exponent(sizes, rounds, "build_s"),
            "memory_exponent": _exponent(sizes, rounds, "grown_mb"),
            "disk_exponent": _exponent(sizes, rounds, "disk_mb"),
        },
        "sizes": [{"codes": size, **_row([one[at] for one in rounds])} for at, size in enumerate(sizes)],
    }


def _one(setting: Setting, size: int) -> Built:
    home = setting.work / "growth"
    shutil.rmtree(home, ignore_errors=True)
    try:
        return built("synthetic", home, str(size))
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _cost(one: Built, name: str) -> float:
    return one.peak_mb - one.start_mb if name == "grown_mb" else float(msgspec.structs.asdict(one)[name])


def _exponent(sizes: tuple[int, ...], rounds: list[list[Built]], name: str) -> Spread:
    return spread([exponent(sizes[-3:], [_cost(one, name) for one in found[-3:]]) for found in rounds])


def _row(found: list[Built]) -> dict[str, Any]:
    names = ("build_s", "grown_mb", "peak_mb", "disk_mb", "answer_ms")
    return {name: spread([_cost(one, name) for one in found]) for name in names}
