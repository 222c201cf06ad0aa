"""Marks of a query's words: what the text denies, what it is about, and what names nothing."""

from __future__ import annotations

from collections.abc import Sequence

from index.store.terms import MAX_MEANING_WORDS
from index.text.attributes import ROUTE_WORDS
from index.text.heads import head_length
from index.text.polarity import DENIED, OPEN, STATED, polarity
from index.text.words import cut

WORD_DENIED = 1
WORD_OPEN = 2
WORD_IN_HEAD = 4
WORD_NAMELESS = 8
"""The word is a number, or states a route or a form: it names no substance."""

WORD_REFUSED = 16
"""The word is the first that is denied: of the second it is less sure, as in "WO JT CUSTOM"."""

_MARK = {STATED: 0, DENIED: WORD_DENIED, OPEN: WORD_OPEN}


def marks_of(words: Sequence[str]) -> list[int]:
    """Marks of the words of a text, in order."""
    marks = [_MARK[mark] for mark in polarity(words)]
    if WORD_DENIED in marks:  # few texts deny anything
        for i, mark in enumerate(marks):
            if mark == WORD_DENIED and not (i and marks[i - 1] & WORD_DENIED):
                marks[i] |= WORD_REFUSED
    for i in range(head_length(words)):
        marks[i] |= WORD_IN_HEAD
    for i, word in enumerate(words):
        if word in ROUTE_WORDS or word[0].isdigit():
            marks[i] |= WORD_NAMELESS
    return marks


def marks_of_meaning(own: Sequence[int], marks: Sequence[int]) -> list[int]:
    """Marks of the words of a term's meaning that take part in matching.

    Args:
        own: Marks of the meaning by itself, see `own_marks`.
        marks: Marks of the words of the term; a denied or open one makes all words of the meaning so.
    """
    shared = 0
    for mark in marks:
        shared |= mark & (WORD_DENIED | WORD_OPEN)
    return [mark | shared for mark in own] if shared else list(own)


def own_marks(means: str) -> tuple[int, ...]:
    """Marks of the words of a meaning that take part in matching, by the meaning alone."""
    return tuple([_MARK[mark] for mark in polarity(cut(means)[:MAX_MEANING_WORDS])])
