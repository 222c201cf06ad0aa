"""`python -m benchmarks [--small] [--only NAME] [--out DIR]`: run benchmarks, write one JSON file each."""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.machine import machine
from benchmarks.setting import ROOT, Setting, prepare
from benchmarks.texts import texts
from index.store.manifest import read_manifest

NAMES = (
    "answer",
    "http",
    "load",
    "overload",
    "workers",
    "batch",
    "build",
    "growth",
    "cold",
    "memory",
    "size",
    "profile",
)
RESULTS = Path(__file__).parent / "results"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmarks one after the other; returns 0 when all ran."""
    arguments = _arguments(argv)
    work = arguments.work or ROOT / "build" / ("benchmarks-small" if arguments.small else "benchmarks")
    out = arguments.out or (work / "results" if arguments.small else RESULTS)
    setting = prepare(arguments.small, work.absolute(), out, arguments.index)
    for name in arguments.only or NAMES:
        _run(name, setting)
    return 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Run the benchmarks.")
    parser.add_argument("--small", action="store_true", help="a short run, to see that nothing is broken")
    parser.add_argument("--only", action="append", choices=NAMES, metavar="NAME", help=", ".join(NAMES))
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help=f"folder of the results (default: benchmarks/{RESULTS.name}/)"
    )
    parser.add_argument(
        "--work", type=Path, metavar="DIR", help="folder of indexes and caches (default: build/benchmarks)"
    )
    parser.add_argument(
        "--index", type=Path, metavar="DIR", help="index folder to answer from (default: a new one is built)"
    )
    return parser.parse_args(argv)


def _run(name: str, setting: Setting) -> None:
    module = importlib.import_module(f"benchmarks.bench_{name}")
    sys.stderr.write(f"benchmarks: {name}: {(module.__doc__ or '').splitlines()[0]}\n")
    measured_on, start = machine(), time.perf_counter()
    measurements = module.run(setting)
    result = {
        "benchmark": name,
        "question": (module.__doc__ or "").splitlines()[0],
        "small": setting.small,
        "release": read_manifest(setting.index).release,
        "lines": len(texts()),
        "machine": measured_on,
        "took_s": round(time.perf_counter() - start, 1),
        **measurements,
    }
    encoded = msgspec.json.format(msgspec.json.encode(result), indent=1)
    (setting.out / f"{name}.json").write_bytes(encoded + b"\n")
    sys.stderr.write(f"benchmarks: {name}: {result['took_s']} s\n")


if __name__ == "__main__":
    sys.exit(main())
