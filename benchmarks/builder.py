"""One build in a new process, so that its memory can be measured alone; prints its cost as JSON."""

from __future__ import annotations

import importlib
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Literal
from unittest.mock import patch

import msgspec

from benchmarks.setting import ROOT
from index.records import Release

CHANGED = 200
MEASURED_TEXTS = 60  # the first third of them warms up
Kind = Literal["ours", "update", "dense", "synthetic"]
OURS = ("faiss", "tokenizers", "safetensors.numpy", "index.build", "api.building")
IMPORTED = {"ours": OURS, "update": OURS, "synthetic": OURS, "dense": ("faiss", "sentence_transformers")}
"""Modules that are imported before the clock starts."""


class BuildCost(msgspec.Struct, frozen=True):
    """The cost of one build.

    Attributes:
        read_s: Reading the release file, seconds.
        build_s: From records to a finished folder, imports left out.
        start_mb: Resident memory before the build, 10^6 bytes.
        peak_mb: Peak resident memory of the process, 10^6 bytes.
        disk_mb: Size of the folder, 10^6 bytes.
        answer_ms: Median time of one text on the new index; 0 where this was not measured.
    """

    read_s: float
    build_s: float
    start_mb: float
    peak_mb: float
    disk_mb: float
    answer_ms: float = 0.0


def measure_build(kind: Kind, home: Path, release: str) -> BuildCost:
    """Run one build in a new process.

    Args:
        kind: `ours` is a full build as `hcpcs index build` does it, `update` the same with 200 descriptors
            changed, in the data folder of a full build; `dense` is the obvious design;
            `synthetic` is ours, and measures answers on the new index.
        home: The data folder to build in.
        release: A release file, "starter", or a number of synthetic codes.
    """
    words = [sys.executable, "-m", "benchmarks.builder", kind, str(home), release]
    output = subprocess.run(words, check=True, stdout=subprocess.PIPE, cwd=ROOT).stdout
    return msgspec.json.decode(output.splitlines()[-1], type=BuildCost)


def folder_mb(path: Path) -> float:
    """Size of all files of a folder, in 10^6 bytes."""
    return round(sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) / 1e6, 3)


def memory_mb(field: str, pid: int | str = "self", file: str = "status") -> float:
    """Read a field of `/proc/PID/status` (VmRSS, VmHWM) or `smaps_rollup` (Pss) in 10^6 bytes; Linux only."""
    for line in Path(f"/proc/{pid}/{file}").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{field}:"):
            return round(int(line.split()[1]) * 1024 / 1e6, 1)
    raise RuntimeError(f"this system does not report {field}; Linux does")


def _ours(home: Path, release: Release) -> Path:
    import api.building
    from index.home import Home

    # As the command builds it, with the given release in place of the one that it would read.
    with patch.object(api.building, "_release", return_value=release):
        options = api.building.BuildOptions(release="given")
        return api.building.build_index(Home(home), options, on=date.today())[0]


def _dense(home: Path, release: Release) -> Path:
    from benchmarks.obvious import PlainDense, active

    folder = home / "dense"
    folder.mkdir(parents=True, exist_ok=True)
    PlainDense(active(release.records)).save(folder / "vectors.faiss")
    (folder / "records.jsonl").write_bytes(msgspec.json.Encoder().encode_lines(release.records))
    return folder


def read(kind: Kind, release: str) -> Release:
    """Read or make the release of a kind of build; `release` as for `built`."""
    from benchmarks import synthetic
    from index.release.release import read_release
    from index.starter import read_starter

    if release.isdecimal():
        given = synthetic.release(int(release))
    else:
        given = read_starter() if release == "starter" else read_release(Path(release))
    changed = min(CHANGED, len(given.records))  # a small run has fewer codes
    return synthetic.reworded(given, changed) if kind == "update" else given


def _answer_ms(folder: Path) -> float:
    from benchmarks.texts import distinct
    from suggest.suggester import Suggester

    suggester = Suggester.load(folder)
    times = []
    for text in distinct(MEASURED_TEXTS):
        start = time.perf_counter()
        suggester.suggest([text])
        times.append((time.perf_counter() - start) * 1000)
    warm_up = MEASURED_TEXTS // 3
    measured = sorted(times[warm_up:])
    return measured[len(measured) // 2]


def main(kind: Kind, home: str, release: str) -> int:
    """Build once and print the `BuildCost`."""
    for module in IMPORTED[kind]:
        importlib.import_module(module)
    start = time.perf_counter()
    given = read(kind, release)
    read_s = time.perf_counter() - start
    start_mb = memory_mb("VmRSS")
    start = time.perf_counter()
    folder = _dense(Path(home), given) if kind == "dense" else _ours(Path(home), given)
    build_s, peak_mb = time.perf_counter() - start, memory_mb("VmHWM")
    answer_ms = _answer_ms(folder) if kind == "synthetic" else 0.0
    cost = BuildCost(
        round(read_s, 3), round(build_s, 3), start_mb, peak_mb, folder_mb(folder), round(answer_ms, 3)
    )
    print(msgspec.json.encode(cost).decode())
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))  # type: ignore[arg-type]
