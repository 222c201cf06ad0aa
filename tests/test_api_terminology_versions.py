"""Versions of code systems: patterns, and which one is the latest."""

from __future__ import annotations

import pytest

from api.terminology.versions import fits, latest


@pytest.mark.parametrize(
    ("version", "pattern", "fitting"),
    [
        ("1.0.0", "1.0.0", True),
        ("1.0.0", "1.0.x", True),
        ("1.2.0", "1.0.x", False),
        ("1.2.0", "1.x", True),
        ("1.2.0", "1.x.x", True),
        ("1.2.0", "1", False),
        ("1", "1.x", False),
        ("2026-01", "2026-01", True),
    ],
)
def test_a_pattern_names_versions(version: str, pattern: str, fitting: bool) -> None:
    """`x` stands for one part, and at the end for all that follow; without it only the same text fits."""
    assert fits(version, pattern) is fitting


def test_the_latest_is_by_number() -> None:
    """1.10 comes after 1.9; nothing that fits is None."""
    assert latest(["1.9.0", "1.10.0", "1.2"]) == "1.10.0"
    assert latest(["2025-10", "2026-01"]) == "2026-01"
    assert latest(["1.0.0", "1.2.0"], "1.0.x") == "1.0.0"
    assert latest(["1.0.0"], "2.x") is None
