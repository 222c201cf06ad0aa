"""The words of texts, numbered."""

from __future__ import annotations

from pathlib import Path

from index.texts import LEXICON, LONG, LONGEST, Text
from index.textwords import TextWords

TEXTS = (
    Text(0, LONG, "Crutch, wooden, 250MG crutch"),
    Text(1, LONG, "(...)"),
    Text(1, LEXICON, "wooden leg"),
)


def test_words_are_cut_as_everywhere(tmp_path: Path) -> None:
    """In order, repeated ones too; the same when it was saved."""
    made = TextWords.from_texts(TEXTS)
    made.save(tmp_path)

    for one in (made, TextWords.load(tmp_path)):
        cut = [
            [one.vocabulary[number] for number in one.numbers[start:stop]]
            for start, stop in zip(one.indptr, one.indptr[1:], strict=False)
        ]
        assert cut == [["crutch", "wooden", "250", "mg", "crutch"], [], ["wooden", "leg"]]
        assert one.shared([2, 0], frozenset(["crutch", "wooden", "dog"])) == [
            ("wooden",),
            ("crutch", "wooden"),
        ]


def test_of_a_very_long_text_the_beginning_counts() -> None:
    """As for its vector."""
    (shared,) = TextWords.from_texts([Text(0, LONG, "a " * LONGEST + "b")]).shared([0], frozenset("ab"))

    assert shared == ("a",)


def test_no_texts_have_no_words() -> None:
    """An index of nothing can be made."""
    assert TextWords.from_texts([]).vocabulary == []
