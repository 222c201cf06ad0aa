"""The worker processes of `hcpcs serve --workers N`, and the supervisor that keeps them alive."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import cast

from uvicorn.supervisors import Multiprocess, multiprocess

TAKE_OVER_S = 5  # so long at most the last worker goes on while the others end
PING_S = 1.0  # the supervisor hears no signal while it waits for an answer of a worker
READY_S = 5.0  # so long at most a worker is asked whether it serves, when all are to end
STARTING_S = (
    300.0  # silence after which a worker is replaced that has never answered: it loads the program first
)
SILENT_S = 30.0  # the same for one that has answered


class Worker(multiprocess.Process):
    """A worker that may be silent for a while.

    uvicorn replaces a worker that does not answer within five seconds. On a busy machine one needs longer to
    start; replaced each time, it would never answer.
    """

    def start(self) -> None:
        """Start the process."""
        super().start()
        self._heard, self._may_be_silent_s, self._has_served = time.monotonic(), STARTING_S, False

    def is_alive(self, timeout: float = PING_S) -> bool:
        """Whether the process runs and has not been silent for too long."""
        if not self.process.is_alive():
            return False
        serves = self._healthcheck(min(timeout, PING_S))
        if serves is not None:
            self._heard, self._may_be_silent_s = time.monotonic(), SILENT_S
            self._has_served = self._has_served or serves
        return time.monotonic() - self._heard < self._may_be_silent_s

    def serves(self) -> bool:
        """Whether the worker has said that it serves, or says so now; one that only starts has no clients."""
        if not self._has_served:
            with suppress(OSError, EOFError):
                while self.parent_conn.poll():  # what it said to earlier questions
                    self.parent_conn.recv()
            self._has_served = self.is_ready(READY_S)
        return self._has_served


class Supervisor(Multiprocess):
    """Ends its workers so that a client that comes back on a new connection still finds one.

    A connection that waits to be accepted is lost with the last process that holds the socket. So the
    supervisor stops listening first, and of its workers one that answers is told to end last.
    """

    def run(self) -> None:
        """Keep the workers alive until a signal comes."""
        multiprocess.Process = Worker  # type: ignore[misc]  # by this name uvicorn makes its workers
        super().run()

    def terminate_all(self) -> None:
        """Tell the workers to end, one after the others."""
        for listening in self.sockets:
            listening.close()
        serves = {worker: worker.serves() for worker in cast("list[Worker]", self.processes)}
        *others, last = sorted(serves, key=serves.__getitem__)
        for worker in others:
            worker.terminate()
        until = time.monotonic() + TAKE_OVER_S
        for worker in others:
            worker.process.join(max(0.0, until - time.monotonic()))
            if not serves[worker]:
                worker.kill()  # it may still be starting, and would keep the socket open
        last.terminate()
