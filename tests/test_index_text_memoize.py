"""Values are computed once, and the words are not stored."""

from __future__ import annotations

import gc

from index.text.memoize import memoized


def test_a_word_is_worked_out_once() -> None:
    """Also one for which the answer is None."""
    asked: list[str] = []
    lengths = memoized(lambda word: asked.append(word), 10)  # type: ignore[func-returns-value]

    assert [lengths(word) for word in ("walker", "cane", "walker", "cane")] == [None] * 4
    assert asked == ["walker", "cane"]


def test_no_more_than_asked_for_are_kept() -> None:
    """A stream of new words takes no more memory than the limit."""
    asked: list[str] = []

    def length(word: str) -> int:
        asked.append(word)
        return len(word)

    lengths = memoized(length, 2)
    assert [lengths(word) for word in ("a", "bb", "ccc", "a")] == [1, 2, 3, 1]
    assert asked == ["a", "bb", "ccc", "a"]  # the third made room by forgetting all


def test_the_word_itself_is_not_kept() -> None:
    """It may be a patient's."""
    word = "".join(["mr", " ", "example"])
    lengths = memoized(len, 10)
    lengths(word)

    contents = [cell.cell_contents for cell in lengths.__closure__ or ()]  # type: ignore[attr-defined]
    assert word not in gc.get_referents(*contents)
    assert all(word not in map(str, content) for content in contents if isinstance(content, dict))
