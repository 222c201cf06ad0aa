"""Chunks answered in order: the first in this process, those of a long file by several worker processes."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from api.batch.chunks import chunked
from api.batch.readers import BatchError
from api.opening import load_suggester

if TYPE_CHECKING:
    from suggest.suggester import Suggester

# One process answers this many chunks in less time than a worker process takes to load the index.
CHUNKS_BEFORE_WORKERS = 4
MAX_DEFAULT_PROCESSES = 4  # each process holds a copy of the index in memory
QUEUED_PER_PROCESS = 2  # chunks that wait for each process
MAX_AHEAD = 16  # chunks that this process may answer while an earlier one is still in work


T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Answerer(Protocol[T_co]):
    """What answers chunks of rows, in this process or, made again there, in a worker process."""

    def answer(self, rows: Sequence[Any]) -> T_co:
        """Answer the rows, or what else a chunk consists of."""

    def maker(self) -> Callable[[Suggester], Answerer[T_co]]:
        """A function that can be sent to a process and makes the same answerer with its suggester."""


def default_processes() -> int:
    """Number of processes when the user does not say: one for each usable processor, up to a limit."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, MAX_DEFAULT_PROCESSES)


def answer_chunks(
    answerer: Answerer[T], rows: Iterable[Any], index_folder: Callable[[], Path], processes: int
) -> Generator[T, None, None]:
    """Answer rows chunk by chunk, in order; closing the generator stops the worker processes.

    Args:
        answerer: Answers the first chunks; all of them if `processes` is 1.
        rows: Read only as far as needed.
        index_folder: Gives the folder that worker processes load; called only if they are started.
        processes: Maximum number of processes, this one included.

    Raises:
        BatchError: If a worker process ends early.
    """
    yield from map_chunks(answerer, chunked(iter(rows)), index_folder, processes)


def map_chunks(
    answerer: Answerer[T], given: Iterable[Sequence[Any]], index_folder: Callable[[], Path], processes: int
) -> Generator[T, None, None]:
    """Answer chunks that are made already, in order; otherwise as `answer_chunks`."""
    chunks = iter(given)
    yield from map(answerer.answer, islice(chunks, CHUNKS_BEFORE_WORKERS if processes > 1 else None))
    next_chunk = next(chunks, None)
    if next_chunk is not None:
        with WorkerPool(index_folder(), answerer.maker(), processes - 1, answerer) as pool:
            yield from pool.answer(chain([next_chunk], chunks))


class WorkerPool(Generic[T]):
    """Worker processes that answer chunks, each with the index in memory.

    Args:
        index_folder: Loaded by each process.
        make: Makes the answerer of each process from its suggester.
        processes: Number of processes.
        here: Answers in this process too, which else would wait with its index in memory; None: nothing.
    """

    def __init__(
        self,
        index_folder: Path,
        make: Callable[[Suggester], Answerer[T]],
        processes: int,
        here: Answerer[T] | None = None,
    ) -> None:
        # Spawned rather than forked: the libraries below run threads, which a fork would lose.
        self._executor = ProcessPoolExecutor(
            processes, get_context("spawn"), _start_worker, (index_folder, make)
        )
        self._max_queued = processes * QUEUED_PER_PROCESS
        self._here = here

    def __enter__(self) -> WorkerPool[T]:
        return self

    def __exit__(self, *_: object) -> None:
        self._executor.shutdown(cancel_futures=True)

    def answer(self, chunks: Iterable[Sequence[Any]]) -> Iterator[T]:
        """Answer chunks, in order.

        Raises:
            BatchError: If a worker process ends early.
        """
        waiting = iter(chunks)
        taken: deque[Future[T]] = deque()
        try:
            while self._submit(waiting, taken):
                while taken and taken[0].done():
                    yield taken.popleft().result()
                mine = self._next_here(waiting, taken)
                if mine is not None:
                    taken.append(mine)
                elif taken:
                    yield taken.popleft().result()
        except BrokenProcessPool:
            raise BatchError(
                "a worker process ended early, perhaps for lack of memory; the rows written so far are kept: "
                "run the same command again with --processes 1"
            ) from None

    def _submit(self, waiting: Iterator[Sequence[Any]], taken: deque[Future[T]]) -> bool:
        """Give the workers as many chunks as may wait for them; returns whether any chunk is in work."""
        for _ in range(self._max_queued - sum(not future.done() for future in taken)):
            chunk = next(waiting, None)
            if chunk is None:
                break
            taken.append(self._executor.submit(_answer_in_worker, chunk))
        return bool(taken)

    def _next_here(self, waiting: Iterator[Sequence[Any]], taken: deque[Future[T]]) -> Future[T] | None:
        """The next chunk, answered in this process; None if there is none, or too many wait to be written."""
        if self._here is None or len(taken) >= MAX_AHEAD:
            return None
        chunk = next(waiting, None)
        if chunk is None:
            return None
        answered: Future[T] = Future()
        answered.set_result(self._here.answer(chunk))
        return answered


_worker_answerer: Answerer[Any]  # set in each worker process when it starts


def _start_worker(index_folder: Path, make: Callable[[Suggester], Answerer[Any]]) -> None:
    """Load the index in a worker process; Ctrl-C is left to the parent, which stops its workers."""
    global _worker_answerer
    Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker_answerer = make(load_suggester(index_folder))


def _end_with_parent() -> None:
    """End this process when its parent has ended, also if it was killed and could not say so."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _answer_in_worker(rows: Sequence[Any]) -> Any:
    return _worker_answerer.answer(rows)
