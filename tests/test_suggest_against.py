"""What descriptors say against texts, worked by hand."""

from __future__ import annotations

import pytest

from index.records import Record
from index.store.profiles import Profiles
from index.text.attributes import GROUPS, attributes
from index.text.quantities import quantities
from index.text.words import normalise, words
from suggest.against import Against, phrase_of, written
from suggest.reader import Query

RECORDS = (
    Record("J0001", "Inventol, oral, 5 mg", "Inventol tablet"),
    Record("J0002", "Injection, inventol, 5 mg"),
    Record("A0003", "Invented dressing, pad size 16 sq. in. or less"),
    Record("A0004", "Invented dressing, pad size more than 16 sq. in. but less than or equal to 48 sq. in."),
    Record("A0005", "Invented dressing, pad size more than 48 sq. in."),
    Record("C0006", "Invented scan with contrast"),
    Record("C0007", "Invented thing"),
)
AGAINST = Against(Profiles.from_records(RECORDS), RECORDS)


def against(text: str, added: int = 0) -> dict[str, tuple[str, ...]]:
    """What each code says against a text, if anything."""
    plain = normalise(text)
    typed = words(plain)
    query = Query(plain, plain, tuple(typed), (), tuple(quantities(plain)), attributes(typed) | added, (), ())
    found = AGAINST.phrases(query, range(len(RECORDS)))
    return {record.code: phrases for record, phrases in zip(RECORDS, found, strict=True) if phrases}


def test_another_route_is_against() -> None:
    """Codes of the same route and codes that say nothing are not."""
    assert against("inventol iv") == {"J0001": ("says oral; your text says iv",)}
    assert against("inventol po") == {"J0002": ("says injection; your text says po",)}
    assert against("inventol") == {}


def test_what_a_text_does_not_say_itself_is_not_told() -> None:
    """A known term may stand for a word that states a route."""
    assert against("inventol", attributes(["iv"])) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dressing 6x6", {"A0003": "16 sq in or less", "A0005": "more than 48 sq in"}),
        ("dressing 4x4", {"A0004": "more than 16 to 48 sq in", "A0005": "more than 48 sq in"}),
        ("dressing 7x7", {"A0003": "16 sq in or less", "A0004": "more than 16 to 48 sq in"}),
        ("dressing 5 mg", {}),  # not a size
        ("dressing 4x4 and 7x7", {"A0004": "more than 16 to 48 sq in"}),
    ],
)
def test_a_size_outside_the_range_is_against(text: str, expected: dict[str, str]) -> None:
    """The upper end is part of a range, the lower is not; one size inside is enough."""
    area = {"dressing 6x6": "36", "dressing 4x4": "16", "dressing 7x7": "49", "dressing 4x4 and 7x7": "16"}
    phrases = {code: (f"for {says}; your text says {area[text]} sq in",) for code, says in expected.items()}

    assert against(text) == phrases


def test_contrast_is_written_as_people_do() -> None:
    """`w/o` is two words of the normal form."""
    assert against("scan w/o contrast") == {"C0006": ("says with contrast; your text says w/o contrast",)}
    assert written(["w", "o"]) == "w/o"
    assert written(["two", "words"]) == "two words"


def test_the_shortest_words_that_state_a_value_are_the_phrase() -> None:
    """None for a group of which the text says nothing."""
    route = next(group for group in GROUPS if group & attributes(["oral"]))
    contrast = next(group for group in GROUPS if group & attributes(["with", "contrast"]))

    assert phrase_of(["by", "oral", "route"], route) == "oral"
    assert phrase_of(["scan", "with", "contrast"], contrast) == "with contrast"
    assert phrase_of(["oral"], contrast) == ""
