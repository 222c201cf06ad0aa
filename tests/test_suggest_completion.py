"""Words that are not finished."""

from __future__ import annotations

from suggest.completion import Completer

COMPLETER = Completer(
    ["Walker of wood", "Walker of tin", "Walker, walk-in tub", "Walking boot", "Walking stick", "Walrus"]
)


def test_words_of_most_codes_come_first() -> None:
    """A word of one code is too rare to be offered, and so is what is too short to tell."""
    assert COMPLETER.complete("walk") == ("walker", "walking")
    assert COMPLETER.complete("walki") == ("walking",)
    assert COMPLETER.complete("walr") == ()
    assert COMPLETER.complete("wa") == ()
    assert COMPLETER.complete("zebra") == ()
