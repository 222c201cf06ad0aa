"""Lines that a site has coded: from its files to `index.exemplars.ExampleLine`.

Files of evaluation cases; a hospital price file is first brought into that form.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from index.records import Problem

if TYPE_CHECKING:
    from index.exemplars import ExampleLine


def read_examples(
    paths: Sequence[Path], known: Sequence[str]
) -> tuple[list[ExampleLine], tuple[Problem, ...]]:
    """The lines of several files, and the rows that could not be used.

    Args:
        paths: `.jsonl`, `.csv`, `.tsv` or `.xlsx` with `query` and `codes`.
        known: Codes of the release, ascending, for ranges such as `J1-J3`.

    Raises:
        CaseFileError: If a file is missing or of another form.
    """
    if not paths:
        return [], ()
    from eval.cases.cases import read_cases
    from index.exemplars import ExampleLine

    lines: list[ExampleLine] = []
    problems: list[Problem] = []
    for path in paths:
        cases = read_cases(path, known=known)
        lines += [ExampleLine(case.query, case.codes) for case in cases.cases]
        problems += cases.problems
    return lines, tuple(problems)
