"""The number of random inputs of a test: few in `make test`, many in `make test-long`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

tried: Counter[str] = Counter()
"""What was tried in this run, and how often; the run prints it at its end."""

_share: float | None = None  # of the inputs of a whole long run; None in `make test`


def set_share(share: float | None) -> None:
    """Set the share of a full long run; called before any test module is imported."""
    global _share
    _share = share


def inputs(few: int, many: int) -> int:
    """The number of inputs of a test: `few` in `make test`, otherwise the run's share of `many`."""
    return few if _share is None else max(few, round(many * _share))


def examples(few: int, many: int) -> settings:
    """Settings of a hypothesis test with that many inputs."""
    return settings(
        max_examples=inputs(few, many),
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )


def seeds(few: int, many: int, what: str) -> Callable[[Callable[..., None]], Any]:
    """A test that takes a `seed` and is tried with so many of them; `what` names one trial in the count."""

    def decorated(test: Callable[..., None]) -> Any:
        @wraps(test)
        def counted(*args: Any, **kwargs: Any) -> None:
            tried[what] += 1
            test(*args, **kwargs)

        return pytest.mark.random(pytest.mark.parametrize("seed", range(inputs(few, many)))(counted))

    return decorated
