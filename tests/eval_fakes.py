"""A ten-line release, cases and rows for the tests of `eval`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from eval.case_results import CaseResult, SystemAnswer, make_case_result
from eval.cases.cases import Case
from index.records import Record
from index.store.catalogue import Catalogue
from tests.fakes import RECORDS

DAY = date(2026, 1, 15)
DRUGS = (
    Record("J0100", "Injection, examplamycin, up to 20 mg", "Inj examplamycin"),
    Record("J0101", "Injection, examplamycin, 1 mg", "Examplamycin 1 mg"),
    Record("J0102", "Injection, examplamycin depot, 1 mg", "Examplamycin depot"),
    Record("J0500", "Injection, otherol, 10 mg", "Inj otherol"),
)
BOOK = Catalogue(sorted([*RECORDS, *DRUGS], key=lambda record: record.code), release="2026-01")


def case(case_id: str, codes: Sequence[str], query: str = "walker", **fields: Any) -> Case:
    """A case of the set `made`."""
    return Case(case_id, fields.pop("set", "made"), query, tuple(codes), **fields)


def result(
    case_id: str,
    codes: Sequence[str],
    ranked: Sequence[str],
    confidence: float | None = None,
    no_good_match: bool | None = None,
    ms: float = 1.0,
    **fields: Any,
) -> CaseResult:
    """A case and its answer."""
    return make_case_result(
        case(case_id, codes, **fields), SystemAnswer(tuple(ranked), confidence, no_good_match), ms
    )


class FixedSystem:
    """Looks answers up in a dict by case id; counts the questions."""

    def __init__(
        self, answers: dict[str, SystemAnswer], name: str = "fixed", stop_after: int | None = None
    ) -> None:
        self.name = name
        self.identity: dict[str, Any] = {"made": "by hand"}
        self.answers = answers
        self.asked: list[str] = []
        self.stop_after = stop_after

    def rank(self, case: Case, k: int, on: date) -> SystemAnswer:
        """The answer for this id; raises Ctrl-C after `stop_after` questions."""
        if self.stop_after is not None and len(self.asked) >= self.stop_after:
            raise KeyboardInterrupt
        self.asked.append(case.id)
        return self.answers.get(case.id, SystemAnswer())
