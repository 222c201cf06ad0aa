"""`hcpcs` with the fake suggester in place of an index, run as a process by the tests of `serve`.

To import it changes the commands, so nothing in the tests' own process does.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import api.app
import api.commands.serve
import api.loading
from api.__main__ import main
from tests.fakes import HOLD_FOLDER, FakeSuggester, HoldingSuggester


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


def worker_app() -> Any:
    """For worker processes, which import this module and so get the fake too."""
    return api.app.worker_app()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
