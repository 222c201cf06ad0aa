"""`hcpcs` with a suggester that fails as some texts say, run as a process by `test_patient_words`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import api.app
import api.commands.serve
from api.__main__ import main
from suggest.answer import Answer, Filters
from tests.fakes import FakeSuggester

RAISE, CRASH = "raise", "crash"  # first words of texts


class FaultySuggester(FakeSuggester):
    """Raises an error that quotes the text, or crashes."""

    def suggest(
        self,
        texts: Sequence[str],
        k: int = 10,
        date_of_service: date | None = None,
        filters: Filters | None = None,
    ) -> list[Answer]:
        """As the fake, but for the texts that ask for a fault."""
        for text in texts:
            if text.startswith(RAISE):
                raise RuntimeError(f"cannot read {text}")
            if text.startswith(CRASH):
                os.kill(os.getpid(), signal.SIGABRT)
        return super().suggest(texts, k, date_of_service, filters)


def open_faulty(*_: Any) -> FaultySuggester:
    """The suggester that the command serves."""
    return FaultySuggester()


api.commands.serve.open_suggester = open_faulty  # type: ignore[assignment]
api.commands.serve.resolve_index = lambda *_: Path("fake")
api.app.open_suggester = open_faulty  # type: ignore[assignment]

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
