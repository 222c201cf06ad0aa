"""Rows of a batch answered piece by piece, in this process and, when there are many, in several at once."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import msgspec

from api.batch.queries import Questions, answered
from api.batch.readers import BatchError, Row
from api.batch.writers import CsvOutput, JsonOutput
from api.loading import open_suggester
from api.service import SuggesterLike
from api.settings import load_settings

CHUNK = 256  # rows answered and written together
HERE = 4  # chunks that one process answers in less time than another takes to load the index
MOST = 4  # processes unless more are asked for; each holds the index
AHEAD = 2  # chunks that wait for each process

Output = CsvOutput | JsonOutput


class Piece(msgspec.Struct, frozen=True):
    """Some rows, answered.

    Attributes:
        data: Their lines of the output.
        rows: How many there are.
        errors: How many have no answer.
        no_good_match: How many answers say that no code is likely.
        neutralised: Cells that would have run as formulas.
    """

    data: bytes
    rows: int
    errors: int
    no_good_match: int
    neutralised: int


class Answering(NamedTuple):
    """Makes pieces of rows: what answers, what is asked, and how it is written."""

    suggester: SuggesterLike
    questions: Questions
    output: Output

    def piece(self, rows: Sequence[Row]) -> Piece:
        """Answer some rows."""
        results = answered(self.suggester, rows, self.questions)
        before = self.output.neutralised
        data = self.output.rows(results)
        unmatched = [one for one in results if one.answer and not one.error and one.answer.no_good_match]
        errors = sum(one.error is not None for one in results)
        return Piece(data, len(results), errors, len(unmatched), self.output.neutralised - before)


def processors() -> int:
    """How many processes a batch takes by itself."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, MOST)


def pieces(
    answering: Answering, rows: Iterable[Row], folder: Callable[[], Path], processes: int
) -> Iterator[Piece]:
    """Answer rows in order.

    Args:
        answering: Answers the first chunks, and all when one process is enough.
        rows: Read as they are needed.
        folder: Names the index folder, which further processes load.
        processes: How many may work at once.

    Raises:
        BatchError: If a process ends early.
    """
    chunks = _chunks(iter(rows))
    yield from map(answering.piece, islice(chunks, HERE if processes > 1 else None))
    more = next(chunks, None)
    if more is not None:  # other processes are worth their start
        with WorkerPool(folder(), answering.questions, answering.output, processes) as others:
            yield from others.pieces(chain([more], chunks))


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


class WorkerPool:
    """Further processes that answer rows, each with the index in memory."""

    def __init__(self, folder: Path, questions: Questions, output: Output, processes: int) -> None:
        # Begun afresh rather than forked: the libraries below hold threads, which a fork would lose.
        self._pool = ProcessPoolExecutor(processes, get_context("spawn"), _load, (folder, questions, output))
        self._most = processes * AHEAD

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def pieces(self, chunks: Iterable[Sequence[Row]]) -> Iterator[Piece]:
        """Answer chunks of rows, in order.

        Raises:
            BatchError: If a process ends early.
        """
        waiting: deque[Future[Piece]] = deque()
        try:
            for chunk in chunks:
                waiting.append(self._pool.submit(_piece, chunk))
                if len(waiting) > self._most:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool:
            raise BatchError(
                "one of the processes ended early, perhaps for lack of memory; what is written stays: "
                "run the same command again with --processes 1"
            ) from None


_piece_of: Callable[[Sequence[Row]], Piece]


def _load(folder: Path, questions: Questions, output: Output) -> None:
    """Make this process ready to answer; whoever began it tells it when to stop."""
    global _piece_of
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    suggester = open_suggester(folder, load_settings(os.environ))
    _piece_of = Answering(suggester, questions, output).piece


def _piece(rows: Sequence[Row]) -> Piece:
    return _piece_of(rows)
