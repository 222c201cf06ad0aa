"""How long does a release take to become an index, and an index to follow a release?"""

from __future__ import annotations

import shutil
from typing import Any

from benchmarks.builder import CHANGED, Built, built
from benchmarks.setting import Setting
from benchmarks.spread import ratios, spread

SMALL_RELEASE = "12"  # synthetic codes in a small run; MiniLM embeds them in well under a second
METHOD = (
    "Each build in a new process and, but for the update, an empty data folder; imports are left out of "
    "the clock. In turn: ours in full; ours again with 200 descriptors changed, in the same data "
    "folder; the obvious design. Reading the release file counts in the comparison of designs; the "
    "update is compared build with build, and once more with reading counted in both."
)


def run(setting: Setting) -> dict[str, Any]:
    """Seconds and memory of the three builds, and their ratios."""
    release = SMALL_RELEASE if setting.small else str(setting.release or "starter")
    costs: dict[str, list[Built]] = {"ours": [], "update": [], "dense": []}
    for _ in range(setting.size(3, 1)):
        home = setting.work / "build"
        shutil.rmtree(home, ignore_errors=True)
        for kind, found in costs.items():
            found.append(built(kind, home, release))  # type: ignore[arg-type]
        shutil.rmtree(home)
    return {
        "method": METHOD,
        "ratios": {
            "ours_to_minilm_faiss": ratios(*(_with_reading(costs[kind]) for kind in ("ours", "dense"))),
            "update_to_full": ratios(*([one.build_s for one in costs[kind]] for kind in ("update", "ours"))),
            "update_to_full_with_reading": ratios(
                *(_with_reading(costs[kind]) for kind in ("update", "ours"))
            ),
        },
        "changed_descriptors": CHANGED,
        "read_s": spread([one.read_s for one in costs["ours"]]),
        "build_s": {kind: spread([one.build_s for one in found]) for kind, found in costs.items()},
        "peak_mb": {kind: spread([one.peak_mb for one in found]) for kind, found in costs.items()},
        "disk_mb": {kind: found[0].disk_mb for kind, found in costs.items()},
    }


def _with_reading(found: list[Built]) -> list[float]:
    return [one.read_s + one.build_s for one in found]
