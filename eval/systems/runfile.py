"""The TREC run file of another system as a measured system."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

from eval.case_results import SystemAnswer
from eval.cases.cases import Case
from eval.cases.trec import read_run


class RunFile:
    """Answers from a file, by case id; a case that is not in the file is unanswered."""

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self.identity: dict[str, Any] = {
            "run_file": path.name,
            "run_file_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        self._ranked = read_run(path)

    def rank(self, case: Case, k: int, on: date) -> SystemAnswer:
        """Return the first k codes that the file has for the id of the case."""
        codes = dict.fromkeys(code for code, _ in self._ranked.get("_".join(case.id.split()), ()))
        return SystemAnswer(tuple(codes)[:k])
