"""Checks labelled cases before they are measured: inactive codes, leaks, duplicates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal, get_args

import msgspec
from rapidfuzz import fuzz

from eval.cases.cases import Case
from eval.cases.wording import plain
from index.code_systems import LEVEL_I, system_of_code
from index.store.catalogue import Catalogue

Leak = Literal["", "contains the code", "repeats a descriptor"]
MIN_RATIO = 95.0  # rapidfuzz ratio, 0 to 100, from which two wordings count as the same
Reason = Literal["unknown", "a CPT code and not in this release", "terminated", "not yet active"]
REASONS = get_args(Reason)


class CodeProblem(msgspec.Struct, frozen=True):
    """A labelled code that a coder could not bill on the case's date."""

    case: str
    code: str
    reason: Reason
    successors: tuple[str, ...] = ()

    def __str__(self) -> str:
        successor = f"; its successor is {', '.join(self.successors)}" if self.successors else ""
        return f"case {self.case}: {self.code} is {self.reason}{successor}"


class CaseCheck(msgspec.Struct, frozen=True):
    """What the check of the cases against a release found.

    Attributes:
        problems: Codes that are not active on their case's date.
        without_code: Ids of cases that have no active code.
        leaks: Case id to the reason why its text reveals the answer.
        duplicates: Ids of cases with the text of an earlier case.
        contradictions: Those of them that share no acceptable code with the earlier case.
        none_fits: Number of cases that are labelled as having no code.
        dropped: Whether inactive codes, and cases without an active code, were left out of the run.
    """

    problems: tuple[CodeProblem, ...]
    without_code: tuple[str, ...]
    leaks: dict[str, str]
    duplicates: tuple[str, ...]
    contradictions: tuple[str, ...]
    none_fits: int
    dropped: bool


def check_cases(
    cases: Sequence[Case], book: Catalogue, on: date, drop: bool = False
) -> tuple[list[Case], CaseCheck]:
    """Check every case against the release on its date.

    Args:
        cases: As read.
        book: The release.
        on: Date of service of cases without one.
        drop: Leave codes out that are not active, and cases that have no other. Without it they stay and
            are only reported.

    Returns:
        The cases to measure, and the result of the check.
    """
    problems: list[CodeProblem] = []
    without_code: list[str] = []
    measured: list[Case] = []
    for case in cases:
        problems_of_case = code_problems(case, book, case.date or on)
        problems += problems_of_case
        inactive = {problem.code for problem in problems_of_case}
        active = tuple(code for code in case.codes if code not in inactive)
        if inactive and not active:
            without_code.append(case.id)
        if not drop:
            measured.append(case)
        elif active or not case.codes:
            measured.append(msgspec.structs.replace(case, codes=active))
    duplicates, contradictions = find_duplicates(measured)
    check = CaseCheck(
        problems=tuple(problems),
        without_code=tuple(without_code),
        leaks={case.id: leak for case in measured if (leak := leak_of(case, book))},
        duplicates=duplicates,
        contradictions=contradictions,
        none_fits=sum(not case.codes for case in measured),
        dropped=drop,
    )
    return measured, check


def code_problems(case: Case, book: Catalogue, on: date) -> list[CodeProblem]:
    """List the codes of a case that cannot be billed on a date."""
    problems = []
    for code in case.codes:
        record = book.get(code)
        if record is None:
            level_i = system_of_code(code) is LEVEL_I
            reason: Reason = "a CPT code and not in this release" if level_i else "unknown"
            problems.append(CodeProblem(case.id, code, reason))
        elif record.status(on) == "terminated":
            problems.append(CodeProblem(case.id, code, "terminated", record.successors))
        elif record.status(on) == "future":
            problems.append(CodeProblem(case.id, code, "not yet active"))
    return problems


def leak_of(case: Case, book: Catalogue) -> Leak:
    """Return how a text reveals its answer: it contains the code, or repeats a descriptor of it.

    Wordings are compared in lower case without punctuation; a rapidfuzz ratio of 95 counts as the same.

    Returns:
        The reason, or the empty text where there is no leak.
    """
    text = plain(case.query)
    if not text:
        return ""
    words = set(text.upper().split())
    if any(code in words or code in case.query.upper() for code in case.codes):
        return "contains the code"
    for code in case.codes:
        record = book.get(code)
        if record is None:
            continue
        for descriptor in (record.long_description, record.short_description):
            if descriptor and fuzz.ratio(text, plain(descriptor), score_cutoff=MIN_RATIO):
                return "repeats a descriptor"
    return ""


def find_duplicates(cases: Sequence[Case]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """List ids of cases whose text occurred before, and of those that share no code with the earlier ones."""
    seen: dict[str, set[str]] = {}
    duplicates, contradictions = [], []
    for case in cases:
        key = plain(case.query)
        if not key:
            continue
        if key in seen:
            duplicates.append(case.id)
            if not seen[key] & set(case.codes) and (seen[key] or case.codes):
                contradictions.append(case.id)
        seen.setdefault(key, set(case.codes)).update(case.codes)
    return tuple(duplicates), tuple(contradictions)


def describe(check: CaseCheck, limit: int = 5) -> list[str]:
    """Describe a check in lines for a person.

    Args:
        check: From `check_cases`.
        limit: How many inactive codes are listed; `metrics.json` has all.
    """
    lines = _describe_problems(check, limit) if check.problems else []
    if check.without_code:
        action = "left out" if check.dropped else "kept"
        lines.append(f"{len(check.without_code)} cases have no active code ({action})")
    if check.leaks:
        lines.append(
            f"{len(check.leaks)} texts reveal their answer (they contain the code or repeat a descriptor)"
        )
    if check.duplicates:
        contradicting = (
            f", {len(check.contradictions)} with contradicting codes" if check.contradictions else ""
        )
        lines.append(f"{len(check.duplicates)} texts occur more than once{contradicting}")
    if check.none_fits:
        lines.append(f"{check.none_fits} cases are labelled as having no code; they measure refusal only")
    return lines


def _describe_problems(check: CaseCheck, limit: int) -> list[str]:
    by_reason = {reason: sum(problem.reason == reason for problem in check.problems) for reason in REASONS}
    reasons = ", ".join(f"{n} {reason}" for reason, n in by_reason.items() if n)
    action = "left out" if check.dropped else "kept as acceptable; --release-check drop leaves them out"
    lines = [
        f"{len(check.problems)} labelled codes are not active on their case's date ({reasons}): {action}"
    ]
    lines += [f"  {problem}" for problem in check.problems[:limit]]
    if len(check.problems) > limit:
        lines.append(f"  and {len(check.problems) - limit} more in metrics.json")
    return lines
