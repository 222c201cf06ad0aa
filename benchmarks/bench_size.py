"""How large is what is installed, shipped and built?"""

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
    "Bytes of the files that each distribution says it installed, over everything that the serving "
    "install needs, as the metadata of the installed distributions say, with the bytecode of their "
    "modules. In 10^6 bytes."
)
PROJECT = "hcpcs-suggest"


def run(setting: Setting) -> dict[str, Any]:
    """Megabytes of the serving set, of what building with MiniLM adds, of the weights, of the index."""
    serving = _closure(PROJECT)
    building = _closure(PROJECT, "encoders")
    sizes = {name: _size_mb(found) for name, found in building.items()}
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
    """What an install of the project brings, by name, the project itself left out."""
    found: dict[str, Distribution] = {}
    waiting = [(name, extra)]
    seen = set(waiting)
    while waiting:
        name, extra = waiting.pop()
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue  # not needed on this system, or its marker said so after all
        for line in found[name].requires or ():
            needed = Requirement(line)
            if needed.marker and not any(needed.marker.evaluate({"extra": one}) for one in {"", extra}):
                continue
            for wanted in [("" if not needed.extras else one) for one in (needed.extras or {""})] + [""]:
                key = (needed.name.lower().replace("_", "-"), wanted)
                if key not in seen:
                    seen.add(key)
                    waiting.append(key)
    found.pop(PROJECT, None)
    return found


def _size_mb(found: Distribution) -> float:
    paths = {Path(str(found.locate_file(file))) for file in found.files or ()}
    paths |= {Path(cache_from_source(path)) for path in paths if path.suffix == ".py"}
    return round(sum(path.stat().st_size for path in paths if path.is_file()) / 1e6, 2)


def _project_mb() -> float:
    """The four packages as they would be installed."""
    files = (file for name in ("index", "suggest", "eval", "api") for file in (ROOT / name).rglob("*"))
    return round(sum(file.stat().st_size for file in files if file.is_file()) / 1e6, 2)


def _weights() -> list[Path]:
    return sorted(path for name in ("index", "suggest") for path in (ROOT / name).glob("weights/*"))
