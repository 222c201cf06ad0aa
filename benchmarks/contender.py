"""One design in its own process, which answers the texts given on stdin and measures the time.

Each design has its own process because libraries in one process share its threads: those of PyTorch wait in a
loop for some time after each answer, and would slow the design that answers next. Each input line is a JSON
list of texts; each output line is the number of nanoseconds in which all of them were answered.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.setting import ROOT, Setting

OURS, DENSE, FTS5 = "ours", "minilm_faiss", "fts5"
BATCH = "ours_in_processes"
CHUNK = 64  # texts that a process of a batch answers at a time
READY = "ready"
Answer = Callable[[list[str]], Any]
MAX_SMALL_DENSE = 12  # descriptions that the dense design embeds in a small run; it returns ten


class Contender:
    """A design in its own process.

    Args:
        name: `OURS`, `BATCH` (as `hcpcs batch` divides a long file), `DENSE` or `FTS5`.
        setting: Where the index is.
    """

    def __init__(self, name: str, setting: Setting) -> None:
        small = ["--small"] if setting.small else []
        words = [
            sys.executable,
            "-m",
            "benchmarks.contender",
            name,
            str(setting.index),
            str(setting.work),
            *small,
        ]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
        self.pid = self._process.pid
        self._read(READY)

    def ask(self, texts: Sequence[str]) -> float:
        """Answer texts, and return the milliseconds that this took inside the process."""
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(list(texts)) + b"\n")
        self._process.stdin.flush()
        return int(self._read()) / 1e6

    def __enter__(self) -> Contender:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def _read(self, expected: str = "") -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().decode().strip()
        if not line or (expected and line != expected):
            raise RuntimeError(f"a contender ended with exit code {self._process.wait()}")
        return line


def _open_design(
    name: str, index: Path, work: Path, small: bool, stack: ExitStack
) -> Callable[[list[str]], Any]:
    from index.store.catalogue import read_catalogue

    if name == OURS:
        from api.loading import open_suggester
        from api.settings import load_settings

        return open_suggester(index, load_settings({})).suggest  # as every command opens it
    if name == BATCH:
        return _batch(index, stack)
    from benchmarks.obvious import FullText, active, plain_dense

    records = active(read_catalogue(index).records)
    if name == DENSE:
        return plain_dense(records[:MAX_SMALL_DENSE] if small else records, work).suggest
    return FullText(records).suggest


def _batch(index: Path, stack: ExitStack) -> Answer:
    from functools import partial

    from api.batch.encoders import JsonEncoder, QueryAnswerer
    from api.batch.workers import WorkerPool, default_processes
    from api.service import Query
    from suggest.answer import Ask

    make = partial(QueryAnswerer, encoder=JsonEncoder())
    pool = stack.enter_context(WorkerPool(index, make, default_processes()))

    def answer(texts: list[str]) -> Any:
        rows = [Query(text, Ask(10)) for text in texts]
        return list(pool.answer(rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)))

    return answer


def main(name: str, index: str, work: str, small: str = "") -> int:
    """Answer until stdin ends."""
    out = sys.stdout
    with ExitStack() as stack:
        suggest = _open_design(name, Path(index), Path(work), bool(small), stack)
        out.write(f"{READY}\n")
        out.flush()
        for line in sys.stdin.buffer:
            texts = msgspec.json.decode(line, type=list[str])
            start = time.perf_counter_ns()
            suggest(texts)
            out.write(f"{time.perf_counter_ns() - start}\n")
            out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
