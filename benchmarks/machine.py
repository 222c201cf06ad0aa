"""The machine and the versions that results were measured on."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = (
    "faiss-cpu", "httptools", "litestar", "msgspec", "numpy", "sentence-transformers", "tokenizers",
    "torch", "transformers", "uvicorn", "uvloop",
)  # fmt: skip
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENBLAS_CORETYPE")


def machine() -> dict[str, Any]:
    """Describe processor, memory, system, versions, current load and revision."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": f"{platform.system()} {'.'.join(platform.release().split('.')[:2])} {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": _sqlite(),
        "packages": {name: installed for name in PACKAGES if (installed := _version(name))},
        "environment": {name: os.environ[name] for name in THREADS if name in os.environ},
        "load_before": [round(value, 2) for value in os.getloadavg()],
        "revision": revision(),
        "at": datetime.now(UTC).replace(microsecond=0).isoformat(),
    }


def revision() -> str:
    """Return the commit of the project, with a + when files differ from it; empty outside a clone."""
    try:
        finished = subprocess.run(
            ["git", "describe", "--always", "--dirty=+", "--exclude=*"],
            capture_output=True, text=True, check=True, cwd=Path(__file__).parent,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return ""
    return finished.stdout.strip()


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _sqlite() -> str:
    import sqlite3

    return sqlite3.sqlite_version
