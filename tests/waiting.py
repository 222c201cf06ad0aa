"""Waiting for a condition: the only place where tests sleep."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

POLL_S = 0.01


def wait_until(condition: Callable[[], bool], timeout_s: float = 30.0, what: str = "the condition") -> None:
    """Return as soon as the condition holds.

    Args:
        condition: Checked repeatedly.
        timeout_s: Seconds after which waiting fails; long, since it only matters when a test fails.
        what: Names the condition in the error.

    Raises:
        TimeoutError: If the condition did not hold in time.
    """
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come true within {timeout_s:g} seconds")
        time.sleep(POLL_S)


async def comes_true(condition: Callable[[], bool]) -> None:
    """Return as soon as the condition holds, without holding up the event loop."""
    while not condition():
        await asyncio.sleep(POLL_S)
