"""The words that differ between two wordings."""

from __future__ import annotations

from index.word_diff import word_diff


def test_words_of_one_wording_only_are_marked() -> None:
    """Pieces keep their order and join to the whole wording; case and punctuation do not count."""
    old, new = word_diff("Crutch, wooden, each", "CRUTCH of wood, padded, each (pair)")

    assert old == (("Crutch,", False), ("wooden,", True), ("each", False))
    assert new == (("CRUTCH", False), ("of wood, padded,", True), ("each", False), ("(pair)", True))


def test_equal_and_empty_wordings_have_no_marks() -> None:
    """An empty wording has no pieces."""
    assert word_diff("Crutch each", "crutch, each") == (
        (("Crutch each", False),),
        (("crutch, each", False),),
    )
    assert word_diff("", "Crutch") == ((), (("Crutch", True),))
