"""The TREC run file of another system as a measured system."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from eval.case_results import SystemAnswer
from eval.cases.cases import Case
from eval.cases.trec import read_run, word_of_id
from eval.errors import MeasuredSystemError


class RunFile:
    """Answers from a file, by case id; a case that is not in the file is unanswered.

    `check_ids` must have accepted the cases of the run: an id of the file that no case has is an error.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self.identity: dict[str, Any] = {
            "run_file": path.name,
            "run_file_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        self._ranked = read_run(path)

    def rank(self, case: Case, k: int, on: date) -> SystemAnswer:
        """Return the first k codes that the file has for the id of the case."""
        codes = dict.fromkeys(code for code, _ in self._ranked.get(word_of_id(case.id), ()))
        return SystemAnswer(tuple(codes)[:k])

    def check_ids(self, ids: Sequence[str]) -> None:
        """Check that every id of the file is that of a case.

        Raises:
            MeasuredSystemError: If the file answers cases that are not in this run.
        """
        unknown = sorted(self._ranked.keys() - {word_of_id(case_id) for case_id in ids})
        if unknown:
            raise MeasuredSystemError(
                f"{self.identity['run_file']} answers {len(unknown)} ids that are no case of this run, of"
                f" {len(self._ranked)}, such as {unknown[0]}; name the column of the ids with --id-column, or"
                " take them from cases.jsonl of a run over the same files"
            )
