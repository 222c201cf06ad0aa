"""Modifiers found by their characters and by words."""

from __future__ import annotations

import pytest

from index.records import Modifier
from suggest.modifier_search import find_modifiers

MODIFIERS = (
    Modifier("LT", "Left side of the paw"),
    Modifier("LS", "Lodge visited by one side"),
    Modifier("E1", "Upper left lid, paw side"),
    Modifier("KX", "Rules of the kennel are met", "Kennel rules"),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kx", ["KX"]),
        ("left side", ["LT", "E1"]),
        ("LEFT", ["LT", "E1"]),
        ("kenn", ["KX"]),
        ("ke", []),
        ("rules kennel", ["KX"]),
        ("side zebra", []),
        ("", []),
        ("?!", []),
    ],
)
def test_words_find_the_descriptors_that_have_them_all(text: str, expected: list[str]) -> None:
    """Words one behind the other first, then in any order; a word of three letters may be a beginning."""
    assert [one.modifier for one in find_modifiers(MODIFIERS, text)] == expected
