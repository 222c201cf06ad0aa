"""The HL7 terminology ecosystem's tests, as they stand: how many of each suite pass."""

from __future__ import annotations

import pytest

from tests.tx_suite import SUITE, counts, run_all

ALL_PASS = frozenset(
    {
        "metadata",
        "simple-cases",
        "parameters",
        "validation",
        "search",
        "errors",
        "inactive",
        "notSelectable",
        "case",
        "deprecated",
        "batch",
        "translate",
        "other",
    }
)


@pytest.mark.skipif(not SUITE.is_dir(), reason=f"the ecosystem's suite is not at {SUITE}")
def test_whole_suites_pass() -> None:
    """Every general test of these suites passes."""
    outcomes = run_all(ALL_PASS)

    assert [f"{one.suite}/{one.name}: {one.failure}" for one in outcomes if one.failure] == []
    assert {suite: passed for suite, (passed, _) in counts(outcomes).items()} == {
        "metadata": 2,
        "simple-cases": 15,
        "parameters": 35,
        "validation": 54,
        "other": 3,
        "errors": 7,
        "deprecated": 11,
        "notSelectable": 50,
        "inactive": 12,
        "case": 6,
        "translate": 2,
        "search": 6,
        "batch": 2,
    }
