"""`hcpcs` with a suggester that fails as some texts say, run as a process by `test_patient_words`.

To import it changes the commands, so nothing in the tests' own process does.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import api.app
import api.commands.serve
from api.__main__ import main
from tests.fakes import FaultySuggester


def open_faulty(*_: Any) -> FaultySuggester:
    """The suggester that the command serves."""
    return FaultySuggester()


api.commands.serve.open_suggester = open_faulty  # type: ignore[assignment]
api.commands.serve.resolve_index = lambda *_: Path("fake")
api.app.open_suggester = open_faulty  # type: ignore[assignment]

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
