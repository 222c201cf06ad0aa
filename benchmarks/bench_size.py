"""How large are the installed packages, the shipped weights and the index?"""

from __future__ import annotations

from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from benchmarks.builder import folder_mb
from benchmarks.setting import ROOT, Setting
from benchmarks.spread import spread

METHOD = (
    "Size of the files that each distribution lists as installed, with the bytecode of its modules, summed "
    "over all distributions that the serving install requires according to their metadata. In 10^6 bytes."
)
PROJECT = "hcpcs-suggest"


def run(setting: Setting) -> dict[str, Any]:
    """Measure megabytes of the serving install, of the `encoders` extra, of the weights, of the index."""
    serving = _closure(PROJECT)
    building = _closure(PROJECT, "encoders")
    sizes = {name: _size_mb(installed) for name, installed in building.items()}
    total = sum(sizes[name] for name in serving) + _project_mb()
    return {
        "method": METHOD,
        "ratios": {"serving_install_mb": spread([total])},
        "serving_mb": dict(sorted(((name, sizes[name]) for name in serving), key=lambda row: -row[1])),
        "project_mb": _project_mb(),
        "encoders_extra_mb": round(sum(size for name, size in sizes.items() if name not in serving), 1),
        "weights_mb": {path.name: folder_mb(path) for path in _weights()},
        "index_mb": folder_mb(setting.index),
        "index_files_mb": {
            path.relative_to(setting.index).as_posix(): round(path.stat().st_size / 1e6, 3)
            for path in sorted(setting.index.rglob("*"))
            if path.is_file()
        },
    }


def _closure(name: str, extra: str = "") -> dict[str, Distribution]:
    """Distributions that an install of the project requires, by name, without the project itself."""
    required: dict[str, Distribution] = {}
    waiting = [(name, extra)]
    seen = set(waiting)
    while waiting:
        name, extra = waiting.pop()
        try:
            required[name] = distribution(name)
        except PackageNotFoundError:
            continue  # not installed, because this system does not need it
        for line in required[name].requires or ():
            needed = Requirement(line)
            if needed.marker and not any(
                needed.marker.evaluate({"extra": name_of_extra}) for name_of_extra in {"", extra}
            ):
                continue
            for wanted in [*needed.extras, ""]:
                key = (needed.name.lower().replace("_", "-"), wanted)
                if key not in seen:
                    seen.add(key)
                    waiting.append(key)
    required.pop(PROJECT, None)
    return required


def _applies(requirement: Requirement, extra: str) -> bool:
    """Whether this system requires it, for an install with the extra."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": name}) for name in ("", extra))


def _size_mb(installed: Distribution) -> float:
    paths = {Path(str(installed.locate_file(file))) for file in installed.files or ()}
    paths |= {Path(cache_from_source(path)) for path in paths if path.suffix == ".py"}
    return round(sum(path.stat().st_size for path in paths if path.is_file()) / 1e6, 2)


def _project_mb() -> float:
    """Size of the project's four packages."""
    files = (file for name in ("index", "suggest", "eval", "api") for file in (ROOT / name).rglob("*"))
    return round(sum(file.stat().st_size for file in files if file.is_file()) / 1e6, 2)


def _weights() -> list[Path]:
    return sorted(path for name in ("index", "suggest") for path in (ROOT / name).glob("weights/*"))
