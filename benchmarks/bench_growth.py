"""How do build time, memory, disk space and answer time grow with the number of codes?"""

from __future__ import annotations

import shutil
from typing import Any

import msgspec

from benchmarks.builder import BuildCost, measure_build
from benchmarks.setting import Setting
from benchmarks.spread import Spread, exponent, spread

METHOD = (
    "Full builds of synthetic releases, each in a new process and an empty data folder. The growth of time "
    "and of memory is the exponent e of cost = c * codes^e, fitted to the three largest sizes, where the "
    "constant part (lexicon, libraries) matters least. Memory is the peak less the memory before the "
    "build. 1 is linear."
)
SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
SMALL_SIZES = (100, 200, 400)
FITTED_SIZES = 3


def run(setting: Setting) -> dict[str, Any]:
    """Measure the cost of a build at each size, and the exponents of growth."""
    sizes = SMALL_SIZES if setting.small else SIZES
    rounds = [[_build(setting, size) for size in sizes] for _ in range(setting.size(2, 1))]
    return {
        "method": METHOD,
        "ratios": {
            "time_exponent": _exponent(sizes, rounds, "build_s"),
            "memory_exponent": _exponent(sizes, rounds, "grown_mb"),
            "disk_exponent": _exponent(sizes, rounds, "disk_mb"),
        },
        "sizes": [
            {"codes": size, **_costs([builds[at] for builds in rounds])} for at, size in enumerate(sizes)
        ],
    }


def _build(setting: Setting, size: int) -> BuildCost:
    home = setting.work / "growth"
    shutil.rmtree(home, ignore_errors=True)
    try:
        return measure_build("synthetic", home, str(size))
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _cost(build: BuildCost, name: str) -> float:
    if name == "grown_mb":
        return build.peak_mb - build.start_mb
    return float(msgspec.structs.asdict(build)[name])


def _exponent(sizes: tuple[int, ...], rounds: list[list[BuildCost]], name: str) -> Spread:
    largest = slice(-FITTED_SIZES, None)
    costs = [[_cost(build, name) for build in builds[largest]] for builds in rounds]
    return spread([exponent(sizes[largest], costs_of_round) for costs_of_round in costs])


def _costs(builds: list[BuildCost]) -> dict[str, Any]:
    names = ("build_s", "grown_mb", "peak_mb", "disk_mb", "answer_ms")
    return {name: spread([_cost(build, name) for build in builds]) for name in names}
