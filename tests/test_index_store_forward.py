"""The words of texts, numbered."""

from __future__ import annotations

from pathlib import Path

from index.store.forward import ForwardIndex

FORMS = ("crutch wooden 250 mg crutch", "-", "wooden leg")


def test_words_are_cut_as_everywhere(tmp_path: Path) -> None:
    """In order, repeated ones too; the same when it was saved."""
    made = ForwardIndex.from_forms(FORMS)
    made.save(tmp_path)

    for one in (made, ForwardIndex.load(tmp_path)):
        cut = [
            [one.vocabulary[number] for number in one.numbers[start:stop]]
            for start, stop in zip(one.indptr, one.indptr[1:], strict=False)
        ]
        assert cut == [["crutch", "wooden", "250", "mg", "crutch"], [], ["wooden", "leg"]]
        assert one.shared([2, 0], frozenset(["crutch", "wooden", "dog"])) == [
            ("wooden",),
            ("crutch", "wooden"),
        ]


def test_no_texts_have_no_words() -> None:
    """An index of nothing can be made."""
    assert ForwardIndex.from_forms([]).vocabulary == []
