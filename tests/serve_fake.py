"""`hcpcs` with the fake suggester in place of an index, run as a process by the tests of `serve`.

To import it changes the commands, so nothing in the tests' own process does.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import api.app
import api.commands.serve
import api.loading
from api.__main__ import main
from tests.fakes import HOLD_FOLDER, START_FOLDER, FakeSuggester, HoldingSuggester
from tests.waiting import wait_until


def open_fake(*_: Any) -> FakeSuggester:
    """The suggester that the command serves."""
    folder = os.environ.get(HOLD_FOLDER)
    return HoldingSuggester(Path(folder)) if folder else FakeSuggester()


GRACE = "FAKE_GRACE_S"  # environment variable: seconds that requests have after SIGTERM

if GRACE in os.environ:
    api.commands.serve.GRACE_S = int(os.environ[GRACE])
api.commands.serve.open_suggester = open_fake  # type: ignore[assignment]
api.commands.serve.resolve_index = lambda *_: Path("fake")
api.app.open_suggester = open_fake  # type: ignore[assignment]
api.loading.open_suggester = open_fake  # type: ignore[assignment]


REAL_WORKER_APP = api.app.worker_app


def worker_app() -> Any:
    """The app of a worker process; the second to come waits until the test lets it start."""
    if START_FOLDER in os.environ:
        _wait_if_second(Path(os.environ[START_FOLDER]))
    return REAL_WORKER_APP()


def _wait_if_second(folder: Path) -> None:
    try:
        (folder / "first").touch(exist_ok=False)
    except FileExistsError:
        told = signal.getsignal(signal.SIGTERM)
        assert callable(told)

        def tell(number: int, frame: FrameType | None) -> None:
            (folder / "told").touch()
            told(number, frame)

        signal.signal(signal.SIGTERM, tell)
        (folder / "starting").touch()
        wait_until((folder / "started").exists, what="the start of the second worker")


api.app.worker_app = worker_app


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
