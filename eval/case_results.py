"""One case and what a system answered: the line of `cases.jsonl`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from eval.cases.cases import Case


class SystemAnswer(msgspec.Struct, frozen=True):
    """What a system says of one text.

    Attributes:
        codes: Ranked codes, best first, each once.
        confidence: That the first code is right, 0 to 1; None where the system states none.
        no_good_match: Whether the system says that nothing fits; None where it cannot say so.
        error: Why there is no answer; counts as wrong.
    """

    codes: tuple[str, ...] = ()
    confidence: float | None = None
    no_good_match: bool | None = None
    error: str | None = None


class CaseResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A case with its ranking.

    `rank` is the 1-based rank of the first acceptable code, None when it is not among `ranked`. `ms` is the
    time of this one answer in milliseconds.
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
        """The first code answered."""
        return self.ranked[0] if self.ranked else None

    @property
    def case(self) -> Case:
        """The case alone."""
        return Case(self.id, self.set, self.query, self.codes, self.source, self.kind, self.date)


def first_rank(ranked: Sequence[str], acceptable: Sequence[str]) -> int | None:
    """The 1-based rank of the first acceptable code."""
    wanted = set(acceptable)
    return next((rank for rank, code in enumerate(ranked, 1) if code in wanted), None)


def make_case_result(case: Case, ranking: SystemAnswer, ms: float) -> CaseResult:
    """Join a case and its answer."""
    return CaseResult(
        id=case.id,
        set=case.set,
        query=case.query,
        codes=case.codes,
        source=case.source,
        kind=case.kind,
        date=case.date,
        ranked=ranking.codes,
        rank=first_rank(ranking.codes, case.codes),
        confidence=ranking.confidence,
        no_good_match=ranking.no_good_match,
        ms=round(ms, 3),
        error=ranking.error,
    )
