"""Which functions take the time of an answer?"""

from __future__ import annotations

import cProfile
import pstats
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.setting import ROOT, Setting
from benchmarks.texts import distinct

METHOD = (
    "cProfile over texts one at a time. The time of library calls is added to the project's function that "
    "made them. Profiling slows small Python functions more than large library calls, so the shares only "
    "show where to look."
)
PACKAGES = tuple(f"{ROOT / name}/" for name in ("index", "suggest", "eval", "api"))
MAX_SHOWN = 20
Function = tuple[str, int, str]


def run(setting: Setting) -> dict[str, Any]:
    """Measure the shares of functions and modules, largest first."""
    from suggest.suggester import Suggester

    suggester = Suggester.load(setting.index)
    texts = distinct(setting.size(1_000, 20))
    suggester.suggest(distinct(setting.size(3_000, 20), seed=1))  # warm-up
    profile = cProfile.Profile()
    profile.enable()
    for text in texts:
        suggester.suggest([text])
    profile.disable()
    return {"method": METHOD, "ratios": {}, "texts": len(texts), **_shares(profile)}


def _shares(profile: cProfile.Profile) -> dict[str, Any]:
    own = {function: value for function, value in _own(profile).items() if value > 0}
    total = sum(own.values())
    modules: dict[str, float] = defaultdict(float)
    for function, value in own.items():
        modules[_module(function)] += value / total
    functions = {f"{_module(function)}:{function[2]}": value / total for function, value in own.items()}
    return {"modules": _largest(modules), "functions": _largest(functions)}


def _own(profile: cProfile.Profile) -> dict[Function, float]:
    """Seconds of each of the project's functions, without those of the project's functions it calls."""
    stats: dict[Function, Any] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    ours = {function for function in stats if function[0].startswith(PACKAGES)}
    own = {function: stats[function][3] for function in ours}
    for function in ours:
        for caller, (_, _, _, cumulative) in stats[function][4].items():
            if caller in own and caller != function:
                own[caller] -= cumulative
    return own


def _module(function: Function) -> str:
    return Path(function[0]).relative_to(ROOT).as_posix()


def _largest(shares: dict[str, float]) -> dict[str, float]:
    ordered = sorted(shares.items(), key=lambda row: -row[1])
    return {name: round(share, 4) for name, share in ordered[:MAX_SHOWN]}
