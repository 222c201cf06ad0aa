"""What is wrong with labelled cases before anything is measured: dead codes, leaks, duplicates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

import msgspec
from rapidfuzz import fuzz

from eval.cases.cases import Case
from eval.cases.codebook import CodeBook
from eval.cases.wording import plain

Leak = Literal["", "contains the code", "repeats a descriptor"]
ALIKE = 95.0  # rapidfuzz ratio, 0 to 100, from which two wordings are one


class CodeProblem(msgspec.Struct, frozen=True):
    """A labelled code that a coder could not bill on the case's date."""

    case: str
    code: str
    reason: Literal["unknown", "terminated", "not yet active"]
    successors: tuple[str, ...] = ()

    def __str__(self) -> str:
        then = f"; its successor is {', '.join(self.successors)}" if self.successors else ""
        return f"case {self.case}: {self.code} is {self.reason}{then}"


class CaseCheck(msgspec.Struct, frozen=True):
    """The state of the cases against a release.

    Attributes:
        problems: Codes that are not active on their case's date.
        without_code: Ids of cases of which no code is left once those are taken away.
        leaks: Case id to why its text gives the answer away.
        duplicates: Cases whose text stands in an earlier case too.
        contradictions: Those of them whose acceptable codes share nothing with the earlier case's.
        none_fits: Cases labelled as having no code.
        dropped: Whether problems were taken out of what is measured, and so `without_code` with them.
    """

    problems: tuple[CodeProblem, ...]
    without_code: tuple[str, ...]
    leaks: dict[str, str]
    duplicates: tuple[str, ...]
    contradictions: tuple[str, ...]
    none_fits: int
    dropped: bool


def check_cases(
    cases: Sequence[Case], book: CodeBook, on: date, drop: bool = False
) -> tuple[list[Case], CaseCheck]:
    """Check every case against the release on its date.

    Args:
        cases: As read.
        book: The release.
        on: Date of service of cases without one.
        drop: Take codes that are not active out of the acceptable ones, and cases left with none out of the
            run. Without it they stay and are only reported.

    Returns:
        The cases to measure and what was found.
    """
    problems: list[CodeProblem] = []
    without: list[str] = []
    kept: list[Case] = []
    for case in cases:
        found = code_problems(case, book, case.date or on)
        problems += found
        bad = {problem.code for problem in found}
        good = tuple(code for code in case.codes if code not in bad)
        if bad and not good:
            without.append(case.id)
        if not drop:
            kept.append(case)
        elif good or not case.codes:
            kept.append(msgspec.structs.replace(case, codes=good))
    leaks: dict[str, str] = {case.id: leak for case in kept if (leak := leak_of(case, book))}
    duplicates, contradictions = find_duplicates(kept)
    none_fits = sum(not case.codes for case in kept)
    check = CaseCheck(tuple(problems), tuple(without), leaks, duplicates, contradictions, none_fits, drop)
    return kept, check


def code_problems(case: Case, book: CodeBook, on: date) -> list[CodeProblem]:
    """The codes of a case that cannot be billed on a date."""
    found = []
    for code in case.codes:
        record = book.get(code)
        if record is None:
            found.append(CodeProblem(case.id, code, "unknown"))
        elif record.status(on) == "terminated":
            found.append(CodeProblem(case.id, code, "terminated", record.successors))
        elif record.status(on) == "future":
            found.append(CodeProblem(case.id, code, "not yet active"))
    return found


def leak_of(case: Case, book: CodeBook) -> Leak:
    """Whether a text gives its answer away: it holds the code, or is a descriptor of an acceptable code.

    Wordings are compared in lower case without punctuation; 95 % alike counts as the same.
    """
    text = plain(case.query)
    if not text:
        return ""
    held = set(text.upper().split())
    if any(code in held or code in case.query.upper() for code in case.codes):
        return "contains the code"
    for code in case.codes:
        record = book.get(code)
        if record is None:
            continue
        for descriptor in (record.long_description, record.short_description):
            if descriptor and fuzz.ratio(text, plain(descriptor), score_cutoff=ALIKE):
                return "repeats a descriptor"
    return ""


def find_duplicates(cases: Sequence[Case]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids of cases whose text occurred before, and of those whose codes contradict the earlier ones."""
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
    """Sentences for a person; the first few of each list by name, the rest in `metrics.json`."""
    lines = []
    if check.problems:
        reasons = {reason: sum(p.reason == reason for p in check.problems) for reason in REASONS}
        told = ", ".join(f"{count} {reason}" for reason, count in reasons.items() if count)
        what = "left out" if check.dropped else "kept as acceptable; --release-check drop leaves them out"
        lines.append(
            f"{len(check.problems)} labelled codes are not active on their case's date ({told}): {what}"
        )
        lines += [f"  {problem}" for problem in check.problems[:limit]]
        if len(check.problems) > limit:
            lines.append(f"  and {len(check.problems) - limit} more in metrics.json")
    if check.without_code:
        what = "left out" if check.dropped else "kept"
        lines.append(f"{len(check.without_code)} cases have no active code ({what})")
    if check.leaks:
        lines.append(f"{len(check.leaks)} texts give their answer away (they hold the code or a descriptor)")
    if check.duplicates:
        told = f", {len(check.contradictions)} with contradicting codes" if check.contradictions else ""
        lines.append(f"{len(check.duplicates)} texts occur more than once{told}")
    if check.none_fits:
        lines.append(f"{check.none_fits} cases are labelled as having no code; they measure refusal only")
    return lines


REASONS = ("unknown", "terminated", "not yet active")
