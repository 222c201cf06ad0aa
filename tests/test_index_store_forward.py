"""The words of texts, numbered."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from index.store.forward import ForwardIndex
from tests.index_fakes import contents_of

FORMS = ("crutch wooden 250 mg crutch", "-", "wooden leg")


def test_words_are_cut_as_everywhere(tmp_path: Path) -> None:
    """In order, repeated ones too; the same when it was saved."""
    index = ForwardIndex.from_forms(FORMS)
    index.save(tmp_path)

    for loaded in (index, ForwardIndex.load(contents_of(tmp_path))):
        cut = [
            [loaded.vocabulary[number] for number in loaded.numbers[start:stop]]
            for start, stop in zip(loaded.indptr, loaded.indptr[1:], strict=False)
        ]
        assert cut == [["crutch", "wooden", "250", "mg", "crutch"], [], ["wooden", "leg"]]
        assert loaded.shared([2, 0], frozenset(["crutch", "wooden", "dog"])) == [
            ("wooden",),
            ("crutch", "wooden"),
        ]


def test_no_texts_have_no_words() -> None:
    """An index of no texts is possible."""
    assert ForwardIndex.from_forms([]).vocabulary == []


def test_words_are_numbered_as_they_sort() -> None:
    """One list of words, where each text starts, and the numbers of its words."""
    index = ForwardIndex.from_forms(["walker 2 wheels", "", "walker"])

    assert index.vocabulary == ["2", "walker", "wheels"]
    assert index.indptr.tolist() == [0, 3, 3, 4]
    assert index.numbers.tolist() == [1, 0, 2, 1]
    assert (index.indptr.dtype, index.numbers.dtype) == (np.int64, np.int32)


def test_shared_words_come_once_in_the_order_of_the_text() -> None:
    """Whatever their order in the query; position -1 has none."""
    index = ForwardIndex(["a", "b", "c"], np.array([0, 4, 4, 6]), np.array([2, 0, 2, 1, 1, 1], np.int32))

    assert index.shared([0, 1, 2, 0], frozenset(["c", "b", "unknown"])) == [
        ("c", "b"),
        (),
        ("b",),
        ("c", "b"),
    ]
    assert index.shared([0], frozenset()) == [()]
    assert index.shared([-1, 2], frozenset(["b"])) == [(), ("b",)]
