"""Another system's TREC run file as a system under measurement."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

from eval.case_results import SystemAnswer
from eval.cases.cases import Case
from eval.cases.trec import read_run


class RunFile:
    """Answers by case id out of a file; a case that the file does not hold is unanswered."""

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self.identity: dict[str, Any] = {
            "run_file": path.name,
            "run_file_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        self._ranked = read_run(path)

    def rank(self, case: Case, k: int, on: date) -> SystemAnswer:
        """The first k codes of the file for this id."""
        codes = dict.fromkeys(code for code, _ in self._ranked.get("_".join(case.id.split()), ()))
        return SystemAnswer(tuple(codes)[:k])
