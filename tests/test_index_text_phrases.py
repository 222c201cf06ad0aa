"""Known phrases in a text."""

from __future__ import annotations

from index.text.phrases import longest_phrases


def test_the_longest_known_phrase_is_found_and_uses_up_its_words() -> None:
    """Left to right; the search does not read beyond the end of the text."""
    phrases = {"a b": 1, "a": 2, "b c d": 3, "d": 4}
    lengths = {"a": (2, 1), "b": (3,), "d": (1,)}

    assert longest_phrases(["x", "a", "b", "c", "d"], lengths, phrases) == [(1, 3, "a b"), (4, 5, "d")]
    assert longest_phrases(["a", "a", "b", "c", "d"], lengths, phrases) == [
        (0, 1, "a"),
        (1, 3, "a b"),
        (4, 5, "d"),
    ]
    assert longest_phrases(["c", "b", "c"], lengths, phrases) == []
    assert longest_phrases([], lengths, phrases) == []
