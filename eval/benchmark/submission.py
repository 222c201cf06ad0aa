"""Run files of submissions, read strictly: the ranks, scores, codes and ids must be what they say."""

from __future__ import annotations

import math
from collections.abc import Collection
from pathlib import Path

from eval.cases.codes import is_code
from eval.errors import SubmissionError

MAX_BYTES = 64 * 2**20
MAX_CODES = 100  # a case
FIELDS = 6


def read_submission(path: Path, ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Read the run file of a submission, `id Q0 code rank score tag` a line.

    The ranks of a case rise by one from 1 and its scores fall, in the order of the file. A case without a
    line says that no code fits.

    Args:
        path: The run file.
        ids: Of the cases of the benchmark.

    Returns:
        Case id to codes, best first.

    Raises:
        SubmissionError: Names the first line that breaks a rule.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SubmissionError(f"there is no run file {path}") from error
    if len(data) > MAX_BYTES:
        raise SubmissionError(f"{path.name} holds more than {MAX_BYTES // 2**20} MB")
    known = set(ids)
    ranked: dict[str, list[str]] = {}
    last_score: dict[str, float] = {}
    tags: set[str] = set()
    for number, line in enumerate(data.decode("utf-8", errors="replace").split("\n"), 1):
        if line.strip():
            problem = _add_line(line.split(), known, ranked, last_score, tags)
            if problem:
                raise SubmissionError(f"{path.name}, line {number}: {problem}")
    if not ranked:
        raise SubmissionError(f"{path.name} holds no line; a run file has `id Q0 code rank score tag` a line")
    return {case_id: tuple(codes) for case_id, codes in ranked.items()}


def _add_line(
    words: list[str],
    known: set[str],
    ranked: dict[str, list[str]],
    last_score: dict[str, float],
    tags: set[str],
) -> str:
    """Add one line to the rankings; returns what is wrong with it, or the empty text."""
    if len(words) != FIELDS or words[1] != "Q0":
        return "it is not `id Q0 code rank score tag`"
    case_id, _, code, rank, score, tag = words
    if case_id not in known:
        return f"the id {case_id[:40]!r} is no case of the benchmark"
    if not is_code(code):
        return "the third word is not a code in upper case"
    codes = ranked.setdefault(case_id, [])
    if code in codes:
        return f"{code} stands twice for one case"
    if rank != str(len(codes) + 1) or len(codes) >= MAX_CODES:
        return f"the rank must be {len(codes) + 1}, and at most {MAX_CODES}"
    try:
        value = float(score)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value >= last_score.get(case_id, math.inf):
        return "the score must be a number below that of the rank before"
    tags.add(tag)
    if len(tags) > 1:
        return "the tag differs from that of the lines before; a run file is of one system"
    codes.append(code)
    last_score[case_id] = value
    return ""
