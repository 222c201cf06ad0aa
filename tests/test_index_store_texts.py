"""Which texts of a code can match."""

from __future__ import annotations

from index.records import Record
from index.store.texts import (
    LEXICON,
    LONG,
    MAX_CODES_OF_TERM,
    MAX_EMBEDDED_CHARACTERS,
    SHORT,
    STARTER,
    Text,
    texts_of,
)
from index.text.lexicon import Entry
from index.text.words import normalise

RECORDS = (
    Record("A0001", "Bandage for a dog", "Dog bandage"),
    Record("E0002", "Crutch", "CRUTCH"),
    Record("E0003", "Crutch with a spring"),
)


def test_every_source_gives_its_texts() -> None:
    """Long, short, starter and lay words, grouped by source, each pointing to its row."""
    texts, forms = texts_of(
        RECORDS,
        starter=[Record("E0003", "Springy crutch", "per pair"), Record("Z9999", "Not in this release")],
        lexicon=[Entry("stick", ("crutch",), "lay", ("E0002",))],
    )

    assert texts == [
        Text(0, LONG, "Bandage for a dog"),
        Text(1, LONG, "Crutch"),
        Text(2, LONG, "Crutch with a spring"),
        Text(0, SHORT, "Dog bandage"),
        Text(2, STARTER, "Springy crutch per pair"),
        Text(1, LEXICON, "stick"),
    ]
    assert forms == [normalise(text.text) for text in texts]


def test_a_name_is_no_text_to_come_near_to() -> None:
    """Trade names and abbreviations are known or not: `suggest.expansion` finds them by their letters."""
    entries = [
        Entry("barkaid", ("bandage",), "trade name", ("A0001",)),
        Entry("bndg", ("bandage",), "abbreviation", ("A0001",)),
    ]

    assert texts_of(RECORDS, lexicon=entries) == texts_of(RECORDS)


def test_a_text_that_a_code_has_already_is_not_repeated() -> None:
    """Case and punctuation do not make another text; the first source has it. Other codes may have it too."""
    texts, _ = texts_of(RECORDS[1:], lexicon=[Entry("crutch.", ("crutch",), "lay", ("E0002", "E0003"))])

    assert [(text.row, text.source) for text in texts] == [(0, LONG), (1, LONG), (1, LEXICON)]


def test_a_term_for_very_many_codes_is_no_text_of_each() -> None:
    """It does not distinguish codes."""
    many = [Record(f"E{number:04}", f"Thing {number}") for number in range(MAX_CODES_OF_TERM + 1)]
    broad = Entry("gear", ("gear",), "lay", ("E",))

    assert sum(text.source == LEXICON for text in texts_of(many, lexicon=[broad])[0]) == 0
    assert sum(text.source == LEXICON for text in texts_of(many[1:], lexicon=[broad])[0]) == MAX_CODES_OF_TERM


def test_a_term_that_needs_other_words_is_no_text() -> None:
    """Alone it does not mean the code; one that only excludes words is one."""
    entries = [
        Entry("pt", ("crutch",), "lay", ("E0002",), needs=("eval",)),
        Entry("stick", ("crutch",), "lay", ("E0002",), excludes=("dynamite",)),
    ]
    texts, _ = texts_of([Record("E0002", "Crutch")], lexicon=entries)

    assert [text.text for text in texts] == ["Crutch", "stick"]


def test_of_a_very_long_text_the_beginning_counts() -> None:
    """Its vector and its words are those of the first characters; it is shown in full."""
    (text,), (form,) = texts_of([Record("A0001", "a " * MAX_EMBEDDED_CHARACTERS + "b")])

    assert text.text.endswith("b")
    assert set(form) == {"a", " "}
