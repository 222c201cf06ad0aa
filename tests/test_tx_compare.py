"""The comparison rules of the terminology ecosystem's tests."""

from __future__ import annotations

import pytest

from tests.tx_compare import difference


@pytest.mark.parametrize(
    ("expected", "actual", "same"),
    [
        ([1, 2], [2, 1], True),
        ([1, 2], [1], False),
        ([1], [1, 2], False),
        ([{"$optional$": True, "a": 1}, {"b": 2}], [{"b": 2}], True),
        ([{"$optional$": "!tx.fhir.org", "a": 1}], [], True),
        ([{"$optional$": "version:5", "a": 1}], [], False),
        ([{"a": "$$"}, {"a": "x"}], [{"a": "x"}, {"a": "y"}], True),
        ({"$optional-properties$": ["id"], "id": "$id$", "a": 1}, {"a": 1}, True),
        ({"$count-arrays$": ["a"], "a": [1, 2]}, {"a": [3, 4]}, True),
        ({"a": "$external:1:walker|E0143$"}, {"a": "e0143 is a Walker"}, True),
        ({"a": "$choice:x|y$"}, {"a": "z"}, False),
        ({"a": True}, {"a": 1}, False),
        ({"a": 1}, {"a": 1, "b": 2}, False),
    ],
)
def test_the_comparison_has_the_suites_rules(expected: object, actual: object, same: bool) -> None:
    """Order never counts; optional parts may be absent; nothing else may be."""
    assert (difference(expected, actual) == "") is same


def test_a_pattern_allows_more() -> None:
    """As for capability statements."""
    assert difference({"a": [1]}, {"a": [2, 1], "b": 3}, pattern=True) == ""
