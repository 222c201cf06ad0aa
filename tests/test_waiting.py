"""Tests wait for conditions, never for a fixed time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.waiting import wait_until

TESTS = Path(__file__).parent


def test_waiting_ends_when_the_condition_holds() -> None:
    """The condition is checked until it is true, and no more often."""
    answers = iter([False, False, True])

    wait_until(lambda: next(answers))

    assert list(answers) == []


def test_waiting_is_given_up_with_the_name_of_the_condition() -> None:
    """So that a failing test names the condition."""
    with pytest.raises(TimeoutError, match="the event did not come true within 0 seconds"):
        wait_until(lambda: False, timeout_s=0, what="the event")


def test_no_other_test_sleeps() -> None:
    """Only `tests/waiting.py` sleeps; `asyncio.sleep(0)` is allowed: it only lets other tasks run."""
    sleeping = [
        path.name
        for path in sorted(TESTS.glob("*.py"))
        if re.search(r"\bsleep\((?!0\))", path.read_text(encoding="utf-8"))
    ]

    assert sleeping == ["waiting.py"]


def test_the_browser_tests_pause_in_one_place() -> None:
    """Between two looks at a condition."""
    source = "".join(path.read_text(encoding="utf-8") for path in sorted(TESTS.glob("*page*.py")))

    assert source.count("wait_for_timeout(") == 1
