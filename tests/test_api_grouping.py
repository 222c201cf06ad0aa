"""Texts asked in different ways are answered by one call for each way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from api.grouping import Asked, suggest_each
from index.errors import QueryError
from suggest.answer import Answer, Filters
from tests.fakes import FakeSuggester

DAY = date(2026, 1, 15)


def test_texts_asked_alike_are_answered_together_and_in_order() -> None:
    """One call for each combination of k, date and filters; answers come back in the order of the texts."""
    suggester = FakeSuggester()
    asked = [
        Asked("cane", 1, DAY, None),
        Asked("wheelchair", 2, DAY, None),
        Asked("walker", 1, DAY, None),
        Asked("walker", 1, DAY, Filters(include_terminated=True)),
    ]

    outcomes = suggest_each(suggester.suggest, asked)

    assert [outcome.text for outcome in outcomes if isinstance(outcome, Answer)] == [
        "cane",
        "wheelchair",
        "walker",
        "walker",
    ]
    assert suggester.together == [2, 1, 1]


def test_a_refusal_concerns_only_the_texts_asked_in_that_way() -> None:
    """The others get their answers."""
    refused, answered = suggest_each(
        FakeSuggester().suggest, [Asked("cane", 0, DAY, None), Asked("cane", 1, DAY, None)]
    )

    assert isinstance(refused, QueryError)
    assert isinstance(answered, Answer)
    assert answered.suggestions[0].code == "E0100"


def test_no_texts_need_no_call() -> None:
    """An empty list comes back."""

    def never(texts: Sequence[str], k: int, on: date | None, filters: Filters | None, /) -> list[Answer]:
        raise AssertionError

    assert suggest_each(never, []) == []
