"""Which codes the filters of a query allow."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from index.records import Record
from index.store.catalogue import Catalogue
from suggest.answer import Ask, Filters
from suggest.scope import Scopes

NO_MEASURE = np.zeros(4, bool)
RECORDS = (
    Record("0001F", "Invented service of Level I"),
    Record("A0001", "Invented bandage", effective_from=date(2020, 1, 1)),
    Record("K0004", "Invented kennel", effective_to=date(2024, 12, 31)),
    Record("L0005", "Invented splint", effective_from=date(2999, 1, 1)),
)


@pytest.mark.parametrize(
    ("on", "filters", "allowed"),
    [
        (date(2026, 1, 15), Filters(), [True, True, False, False]),
        (date(2026, 1, 15), Filters(include_terminated=True), [True, True, True, False]),
        (date(2026, 1, 15), Filters(level=2), [False, True, False, False]),
        (date(2026, 1, 15), Filters(level=1), [True, False, False, False]),
        (date(2024, 12, 31), Filters(sections=("K", "L")), [False, False, True, False]),
        (date(2019, 12, 31), Filters(min_confidence=0.9), [True, False, True, False]),
    ],
)
def test_date_and_filters_decide_together(on: date, filters: Filters, allowed: list[bool]) -> None:
    """A code must pass level and section, and be valid on the date of service."""
    scope = Scopes(Catalogue(RECORDS), NO_MEASURE).of(Ask(3, on, filters))

    assert (scope.k, scope.on, scope.filters) == (3, on, filters)
    assert scope.allowed.tolist() == allowed
    assert scope.n_allowed == sum(allowed)


def test_without_a_date_it_is_today() -> None:
    """The scope names the date, so that an answer can say for which date it holds."""
    before = date.today()
    on = Scopes(Catalogue(RECORDS), NO_MEASURE).of(Ask()).on

    assert before <= on <= date.today()


def test_asks_that_differ_in_k_share_one_mask() -> None:
    """The mask is computed once for a date and filters."""
    scopes = Scopes(Catalogue(RECORDS), NO_MEASURE)
    on = date(2026, 1, 15)

    assert scopes.of(Ask(1, on)).allowed is scopes.of(Ask(2, on)).allowed


def test_codes_of_measures_are_left_out_of_a_second_mask() -> None:
    """They count among the allowed codes all the same."""
    measure = np.array([False, True, False, False])
    scope = Scopes(Catalogue(RECORDS), measure).of(Ask(3, date(2026, 1, 15)))

    assert scope.allowed.tolist() == [True, True, False, False]
    assert scope.without_measures.tolist() == [True, False, False, False]
    assert scope.n_allowed == 2
