"""One case with the answer of a system: a line of `cases.jsonl`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from eval.cases.cases import Case


class SystemAnswer(msgspec.Struct, frozen=True):
    """The answer of a system to one text.

    Attributes:
        codes: Ranked codes, best first, each once.
        confidence: Stated probability that the first code is right, 0 to 1; None where none is stated.
        no_good_match: Whether the system says that no code fits; None where it cannot say so.
        error: Why there is no answer; such a case counts as wrong.
    """

    codes: tuple[str, ...] = ()
    confidence: float | None = None
    no_good_match: bool | None = None
    error: str | None = None


class CaseResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A case with the ranking that a system gave for it.

    Attributes:
        ranked: The ranked codes, best first.
        rank: Rank of the first acceptable code, from 1; None when none is among `ranked`.
        ms: Time of this answer in milliseconds.
    """

    id: str
    set: str
    query: str
    codes: tuple[str, ...]
    source: str
    kind: str
    date: date | None
    ranked: tuple[str, ...]
    rank: int | None
    confidence: float | None
    no_good_match: bool | None
    ms: float
    error: str | None = None

    @property
    def first(self) -> str | None:
        """The first code of the answer."""
        return self.ranked[0] if self.ranked else None

    @property
    def case(self) -> Case:
        """The case without the answer."""
        return Case(self.id, self.set, self.query, self.codes, self.source, self.kind, self.date)


def first_rank(ranked: Sequence[str], acceptable: Sequence[str]) -> int | None:
    """Rank of the first acceptable code, from 1; None when none is in the answer."""
    accepted = set(acceptable)
    return next((rank for rank, code in enumerate(ranked, 1) if code in accepted), None)


def make_case_result(case: Case, answer: SystemAnswer, ms: float) -> CaseResult:
    """Join a case and its answer, given in `ms` milliseconds."""
    return CaseResult(
        id=case.id,
        set=case.set,
        query=case.query,
        codes=case.codes,
        source=case.source,
        kind=case.kind,
        date=case.date,
        ranked=answer.codes,
        rank=first_rank(answer.codes, case.codes),
        confidence=answer.confidence,
        no_good_match=answer.no_good_match,
        ms=round(ms, 3),
        error=answer.error,
    )
