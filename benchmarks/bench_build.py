"""How long does it take to build an index from a release, and to update it for a new release?"""

from __future__ import annotations

import shutil
from typing import Any

from benchmarks.builder import CHANGED, BuildCost, measure_build
from benchmarks.setting import Setting
from benchmarks.spread import ratios, spread

SMALL_RELEASE = "12"  # synthetic codes in a small run; MiniLM embeds them in well under a second
METHOD = (
    "Each build runs in a new process and, except for the update, in an empty data folder; the time of "
    "imports is not counted. One after the other: our full build; ours again with 200 descriptors changed, "
    "in the same data folder; the obvious design. Reading the release file counts in the comparison of "
    "designs. The update is compared without reading, and once more with reading counted in both."
)


def run(setting: Setting) -> dict[str, Any]:
    """Measure seconds and memory of the three builds, and their ratios."""
    release = SMALL_RELEASE if setting.small else str(setting.release or "starter")
    costs: dict[str, list[BuildCost]] = {"ours": [], "update": [], "dense": []}
    for _ in range(setting.size(3, 1)):
        home = setting.work / "build"
        shutil.rmtree(home, ignore_errors=True)
        for kind, builds in costs.items():
            builds.append(measure_build(kind, home, release))  # type: ignore[arg-type]
        shutil.rmtree(home)
    return {
        "method": METHOD,
        "ratios": {
            "ours_to_minilm_faiss": ratios(*(_with_reading(costs[kind]) for kind in ("ours", "dense"))),
            "update_to_full": ratios(
                *([build.build_s for build in costs[kind]] for kind in ("update", "ours"))
            ),
            "update_to_full_with_reading": ratios(
                *(_with_reading(costs[kind]) for kind in ("update", "ours"))
            ),
        },
        "changed_descriptors": CHANGED,
        "read_s": spread([build.read_s for build in costs["ours"]]),
        "build_s": {kind: spread([build.build_s for build in builds]) for kind, builds in costs.items()},
        "peak_mb": {kind: spread([build.peak_mb for build in builds]) for kind, builds in costs.items()},
        "disk_mb": {kind: builds[0].disk_mb for kind, builds in costs.items()},
    }


def _with_reading(builds: list[BuildCost]) -> list[float]:
    return [build.read_s + build.build_s for build in builds]
