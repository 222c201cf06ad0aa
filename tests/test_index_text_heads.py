"""The words that say what a thing is."""

from __future__ import annotations

import pytest

from index.text.heads import head_length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("battery for wheelchair", 1),
        ("wheelchair battery", 2),
        ("tubing with integrated heating element", 1),
        ("full face mask used with airway device each", 3),
        ("for use with pump", 1),
        ("pump", 1),
        ("", 0),
    ],
)
def test_the_head_ends_at_what_the_thing_is_for(text: str, length: int) -> None:
    """Or comes with; the first word always belongs to it."""
    assert head_length(text.split()) == length
