"""How a code's texts use their words."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from index.store.forward import ForwardIndex
from index.store.roles import DENIED, HEAD, STATED, roles_of
from index.store.terms import TermIndex
from index.store.texts import LEXICON, LONG, SHORT, STARTER, Text
from index.text.words import normalise
from tests.index_fakes import contents_of

TEXTS = (
    Text(0, LONG, "Fog device, without back-up rate, mask, used with pump"),
    Text(0, SHORT, "Fog no mask w/ pump"),
    Text(0, STARTER, "machine for fog"),
    Text(0, LEXICON, "fogger"),
    Text(1, LONG, "Pump with or without mask"),
)
WORDS = ForwardIndex.from_forms([normalise(text.text) for text in TEXTS])


def test_each_word_of_each_text_has_its_roles() -> None:
    """What is denied ends with the clause; only the descriptions have a head, terms have no role at all."""
    roles = roles_of(TEXTS, WORDS).tolist()
    written = [WORDS.vocabulary[number] for number in WORDS.numbers.tolist()]
    first, last = WORDS.indptr[:-1].tolist(), WORDS.indptr[1:].tolist()
    held = [
        list(zip(written[start:stop], roles[start:stop], strict=True))
        for start, stop in zip(first, last, strict=True)
    ]

    both = STATED | HEAD
    assert held[0] == [
        *(
            ("fog", both),
            ("device", both),
            ("without", STATED),
            ("back", DENIED),
            ("up", DENIED),
            ("rate", 0),
        ),
        *(("mask", STATED), ("used", STATED), ("with", STATED), ("pump", STATED)),
    ]
    assert held[1] == [("fog", both), ("no", both), ("mask", DENIED), ("w", STATED), ("pump", STATED)]
    assert held[2] == [("machine", STATED), ("for", STATED), ("fog", STATED)]
    assert held[3] == [("fogger", 0)]
    assert held[4] == [("pump", both), ("with", STATED), ("or", STATED), ("without", 0), ("mask", 0)]


def test_a_code_holds_the_roles_of_all_its_texts(tmp_path: Path) -> None:
    """Together, and they are kept."""
    table = TermIndex.from_texts(TEXTS, WORDS, 2)
    table.save(tmp_path)
    loaded = TermIndex.load(contents_of(tmp_path))

    assert loaded.roles.dtype == np.uint8
    assert loaded.roles.tolist() == table.roles.tolist()
    own = slice(table.indptr[0], table.indptr[1])
    held = {
        table.vocabulary[token]: role for token, role in zip(table.tokens[own], table.roles[own], strict=True)
    }
    assert held["fog"] == STATED | HEAD
    assert held["mask"] == STATED | DENIED
    assert held["back"] == DENIED
    assert held["rate"] == 0
