"""Marks of a query's words."""

from __future__ import annotations

from suggest.word_marks import (
    WORD_DENIED,
    WORD_IN_HEAD,
    WORD_NAMELESS,
    WORD_OPEN,
    WORD_REFUSED,
    marks_of,
    marks_of_meaning,
    own_marks,
)


def test_typed_words_are_marked() -> None:
    """Head, polarity, and what names no substance, each for itself."""
    assert marks_of(["fogvax", "4", "mg", "iv", "with", "no", "mask"]) == [
        WORD_IN_HEAD,
        WORD_IN_HEAD | WORD_NAMELESS,
        WORD_IN_HEAD | WORD_NAMELESS,
        WORD_IN_HEAD | WORD_NAMELESS,
        0,
        0,
        WORD_DENIED | WORD_REFUSED,
    ]
    assert marks_of(["pad", "without", "mask", "cord"])[2:] == [WORD_DENIED | WORD_REFUSED, WORD_DENIED]
    assert marks_of(["pump", "with", "or", "without", "mask"]) == [WORD_IN_HEAD, 0, 0, WORD_OPEN, WORD_OPEN]
    assert marks_of([]) == []


def test_a_meaning_has_its_own_marks_and_the_terms() -> None:
    """What a denied term stands for is denied; what the meaning denies by itself stays so."""
    assert marks_of_meaning(own_marks("without fog mask"), [WORD_IN_HEAD]) == [0, WORD_DENIED, WORD_DENIED]
    assert marks_of_meaning(own_marks("fog mask"), [0, WORD_DENIED]) == [WORD_DENIED, WORD_DENIED]
    assert marks_of_meaning(own_marks("fog mask"), [WORD_OPEN]) == [WORD_OPEN, WORD_OPEN]
    assert marks_of_meaning(own_marks("a b c d e f g h i j"), [0]) == [0] * 8
