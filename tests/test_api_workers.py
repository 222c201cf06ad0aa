"""A worker that is silent is given time, longer while it starts, and then replaced."""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
from collections.abc import Iterator

import pytest
from uvicorn import Config
from uvicorn.supervisors import multiprocess

import api.workers
from api.workers import SILENT_S, STARTING_S, Supervisor, Worker


class Process:
    """A process that runs or has ended."""

    runs = True

    def is_alive(self) -> bool:
        return self.runs


class Silent(Worker):
    """A worker that has just been started, and answers when the test says so."""

    def __init__(self) -> None:
        self.process = Process()  # type: ignore[assignment]
        self.answers = False
        self._heard, self._may_be_silent_s, self._has_served = 0.0, STARTING_S, False

    def _healthcheck(self, timeout: float) -> bool | None:
        assert timeout <= api.workers.PING_S
        return True if self.answers else None


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The time, which only the test moves."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    yield now


def test_a_worker_that_starts_has_time(clock: list[float]) -> None:
    """It is not replaced while it loads the program, however busy the machine is; after minutes it is."""
    starting = Silent()
    clock[0] = STARTING_S - 1
    assert starting.is_alive(5)
    clock[0] = STARTING_S
    assert not starting.is_alive(5)


def test_a_worker_that_has_answered_may_be_silent_for_less(clock: list[float]) -> None:
    """Each answer gives it the time anew."""
    heard = Silent()
    for moment in (10.0, 20.0):
        clock[0], heard.answers = moment, True
        assert heard.is_alive()
    heard.answers = False
    clock[0] = 20.0 + SILENT_S - 1
    assert heard.is_alive()
    clock[0] = 20.0 + SILENT_S
    assert not heard.is_alive()


def test_a_worker_that_ended_is_replaced_at_once(clock: list[float]) -> None:
    """Whether it had answered or not."""
    ended = Silent()
    ended.process.runs = False  # type: ignore[attr-defined]
    assert not ended.is_alive()


class Asked(Worker):
    """A started worker at the other end of a pipe."""

    def __init__(self) -> None:
        self.process = Process()  # type: ignore[assignment]
        self.parent_conn, self.child_conn = multiprocessing.Pipe()
        self._heard, self._may_be_silent_s, self._has_served = time.monotonic(), STARTING_S, False


def test_what_a_worker_said_while_it_started_is_no_answer() -> None:
    """Whether it serves is what it says now; answers to earlier questions may still be on their way."""
    worker = Asked()
    worker.child_conn.send(False)
    answering = threading.Thread(target=lambda: (worker.child_conn.recv(), worker.child_conn.send(True)))
    answering.start()

    assert worker.serves()
    answering.join()


def test_a_worker_that_has_served_need_not_be_asked() -> None:
    """On a busy machine it may be too slow to say so in time."""
    worker = Asked()
    worker.child_conn.send(True)

    assert worker.is_alive()
    assert worker.serves()


def test_the_supervisor_makes_these_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the name that uvicorn uses."""
    made: list[type] = []
    monkeypatch.setattr(Worker, "start", lambda self: made.append(type(self)))
    monkeypatch.setattr(multiprocess, "Process", multiprocess.Process)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    supervisor = Supervisor(Config("api.app:worker_app", workers=2), sockets=[])
    monkeypatch.setattr(supervisor, "terminate_all", lambda: None)
    monkeypatch.setattr(supervisor, "join_all", lambda: None)
    supervisor.should_exit.set()
    supervisor.run()

    assert made == [Worker, Worker]
