"""Which words of a text it denies."""

from __future__ import annotations

import pytest

from index.text.polarity import DENIED, OPEN, STATED, polarity
from index.text.words import normalise, words

SIGN = {STATED: "", DENIED: "-", OPEN: "?"}


def read(text: str) -> str:
    """The words of a text, the denied ones with a minus, the open ones with a question mark before them."""
    own = words(normalise(text))
    return " ".join(SIGN[mark] + word for word, mark in zip(own, polarity(own), strict=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bipap without backup rate", "bipap without -backup -rate"),
        ("bipap with backup rate", "bipap with backup rate"),
        ("without back up rate feature", "without -back -up ?rate feature"),
        ("CT w/o contrast", "ct w o -contrast"),
        ("CT wo contrast", "ct wo -contrast"),
        ("CT w/out contrast", "ct w out -contrast"),
        ("non-sterile gauze pad", "non -sterile gauze pad"),
        ("pad, no border 4x4", "pad no -border 4x4"),
        ("not sterile or latex", "not -sterile or latex"),
        ("latex free glove", "-latex free glove"),
        ("free standing", "free standing"),
        ("bed with rails, pt owns mattress", "bed with rails pt owns -mattress"),
        ("total electric bed, has own mattress", "total electric bed has own -mattress"),
        ("bed, pt declines rails, with mattress", "bed pt declines -rails with mattress"),
        ("refuses side rails, w/ mattress", "refuses -side -rails w mattress"),
        ("his own home", "his own home"),
        ("for free", "for free"),
        ("medication other than oral and/or injectable", "medication other than -oral and or -injectable"),
        ("substitute for an IV anti-emetic drug", "substitute for an -iv -anti ?emetic drug"),
        ("in place of the IV", "in place of the -iv"),
        ("with no contrast", "with no -contrast"),
        ("with or without contrast", "with or ?without ?contrast"),
        ("with/without contrast", "with ?without ?contrast"),
        ("bag, and without tube", "bag and without -tube"),
        ("w/o & w/ contrast", "w o w contrast"),
        ("without contrast followed by with contrast", "without -contrast followed by with contrast"),
        ("without 4 wheels", "without 4 wheels"),
        ("without", "without"),
        ("patient denies pain", "patient denies -pain"),
        ("rails, mattress not incl", "rails -mattress not incl"),
        ("recline only, tilt is not needed", "recline only -tilt is not needed"),
        ("the two tests were not included", "the two -tests were not included"),
        ("not included", "not included"),
        ("", ""),
    ],
)
def test_words_beside_a_word_that_denies_are_denied(text: str, expected: str) -> None:
    """Two of them, one behind "no", "non" and "not"; "with or without" leaves it open.

    "Not included" and "not needed" deny the word before them.
    """
    assert read(text) == expected
