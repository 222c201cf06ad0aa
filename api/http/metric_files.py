"""The files in which the workers keep their metrics, made so that no full disk can end a worker.

prometheus_client maps a file into memory for each worker and kind of metric, and lets it grow without blocks
behind it: when the disk is full, the next count ends the process (SIGBUS). Here each file has all its blocks
before it is used.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

from prometheus_client import values

from api.http.metrics import MULTIPROCESS

log = logging.getLogger("hcpcs.metrics")

# Bytes for each kind: every route, status and bucket; counters also for each code that feedback may name.
SIZES = {"counter": 2 << 20, "histogram": 512 << 10}


def reserve_metric_files() -> bool:
    """Make this process's metric files with their blocks; without room, keep its metrics in its memory alone.

    Call it before the first metric is made. prometheus_client names its files by kind and process id.

    Returns:
        Whether all workers' metrics are added up, or there is one process only.
    """
    folder = os.environ.get(MULTIPROCESS)
    if not folder:
        return True
    paths = {kind: Path(folder) / f"{kind}_{os.getpid()}.db" for kind in SIZES}
    try:
        for kind, path in paths.items():
            _reserve(path, SIZES[kind])
    except OSError as error:
        for path in paths.values():
            path.unlink(missing_ok=True)
        # prometheus_client decides when it is imported; this is its own class for a single process.
        values.ValueClass = values.MutexValue
        reason = (error.strerror or "error").lower()
        log.error("no room for metrics in %s (%s): this worker's are added to no other's", folder, reason)
        return False
    return True


def _reserve(path: Path, size: int) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, size)
    finally:
        os.close(descriptor)
