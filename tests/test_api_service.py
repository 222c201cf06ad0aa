"""Queries that are asked in different ways are answered by one call of the suggester for each way."""

from __future__ import annotations

from datetime import date

import pytest

from api.service import Query, Service, suggest_each
from index.errors import QueryError
from suggest.answer import Answer, Ask, Filters
from tests.fakes import FakeSuggester
from tests.waiting import wait_until

DAY = date(2026, 1, 15)
ENDED_TOO = Filters(include_terminated=True)


def test_what_the_first_call_would_wait_for_is_made_before() -> None:
    """In a thread of its own; also without it the words are there."""
    service = Service(FakeSuggester())
    service.prepare()

    wait_until(lambda: "completer" in vars(service))
    assert service.completer.complete("wheelch")[0] == "wheelchair"


def test_queries_with_equal_asks_are_answered_together_and_in_order() -> None:
    """One call for each combination of k, date and filters; answers come back in the order of the queries."""
    suggester = FakeSuggester()
    queries = [
        Query("cane", Ask(1, DAY)),
        Query("wheelchair", Ask(2, DAY)),
        Query("walker", Ask(1, DAY)),
        Query("walker", Ask(1, DAY, ENDED_TOO)),
    ]

    outcomes = suggest_each(suggester, queries)

    assert [outcome.text for outcome in outcomes if isinstance(outcome, Answer)] == [
        "cane",
        "wheelchair",
        "walker",
        "walker",
    ]
    assert suggester.together == [2, 1, 1]


def test_a_refusal_concerns_only_the_queries_asked_in_that_way() -> None:
    """The others get their answers."""
    refused, answered = suggest_each(
        FakeSuggester(), [Query("cane", Ask(0, DAY)), Query("cane", Ask(1, DAY))]
    )

    assert isinstance(refused, QueryError)
    assert isinstance(answered, Answer)
    assert answered.suggestions[0].code == "E0100"


def test_no_queries_need_no_call() -> None:
    """An empty list comes back."""
    suggester = FakeSuggester()

    assert suggest_each(suggester, []) == []
    assert suggester.together == []


def test_the_service_raises_the_refusal_of_a_single_text() -> None:
    """As the suggester does."""
    with pytest.raises(QueryError):
        Service(FakeSuggester()).suggest("cane", Ask(k=0))


def test_answers_without_a_good_match_are_counted() -> None:
    """Each one, also of several texts."""
    service = Service(FakeSuggester())
    queries = [Query(text, Ask(k=1)) for text in ("cane", "zebrafish", "zebra crossing")]

    service.suggest_each(queries)

    assert "hcpcs_no_good_match_total 2.0" in service.metrics.render().decode()
