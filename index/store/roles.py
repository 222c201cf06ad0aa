"""How a code's texts use each of their words: stated, denied, or naming the thing itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from index.store.forward import ForwardIndex
from index.store.texts import LEXICON, LONG, SHORT, Text
from index.text import polarity
from index.text.heads import head_length
from index.text.words import normalise, words

STATED = 1
DENIED = 2
HEAD = 4
"""The word stands in the head of the long or the short description: it says what the thing is."""

ROLE_BITS = 3  # bits that the roles take

_ROLE = {polarity.STATED: STATED, polarity.DENIED: DENIED, polarity.OPEN: 0}
_CLAUSE = re.compile(r"[;:()]|,(?!\d)")


def roles_of(texts: Sequence[Text], held: ForwardIndex) -> npt.NDArray[np.int64]:
    """Roles of each word of each text, int64, in the order of `held.numbers`; lexicon terms have none."""
    roles = np.zeros(len(held.numbers), np.int64)
    written = [held.vocabulary[number] for number in held.numbers.tolist()]
    for i, text in enumerate(texts):
        start, stop = int(held.indptr[i]), int(held.indptr[i + 1])
        if text.source == LEXICON or start == stop:
            continue
        own = written[start:stop]
        roles[start:stop] = [_ROLE[mark] for mark in _polarity(text.text, own)]
        if text.source in (LONG, SHORT):
            head = slice(start, start + head_length(own))
            roles[head] |= np.where(roles[head] & STATED, HEAD, 0)
    return roles


def _polarity(text: str, own: list[str]) -> list[int]:
    """Polarity of a text's words; what is denied ends with the clause."""
    whole = polarity.polarity(own)
    if not any(whole):
        return whole
    marks: list[int] = []
    for clause in _CLAUSE.split(text):
        marks += polarity.polarity(words(normalise(clause)))
    return marks[: len(own)] if len(marks) >= len(own) else whole
