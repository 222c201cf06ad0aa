"""The reason for a suggestion, worked by hand: the text or term that matched, the words, the changes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from index.records import Record
from index.store.forward import ForwardIndex
from index.store.profiles import Profiles
from index.store.texts import LEXICON, LONG, SHORT, STARTER, Text
from index.text.attributes import attributes
from index.text.words import normalise
from suggest.answer import Correction, Why
from suggest.expansion import Hit, Meaning
from suggest.reader import Query
from suggest.reasons import Reasons, why_code

RECORDS = (
    Record("A0001", "Invented bandage for a dog", "Dog bandage"),
    Record("A0002", "Steel crutch", "Spring crutch"),
    Record("A0003", "x" * 90),
    Record("A0004", "y" * 91),
    Record("0001F", "Invented service"),
)
TEXTS = (
    *(Text(row, LONG, record.long_description) for row, record in enumerate(RECORDS)),
    Text(1, SHORT, "Spring crutch"),
    Text(0, LEXICON, "hound cloth"),
    Text(0, STARTER, "Cloth that is wound around a dog"),
)
SHORT_TEXT, TERM_TEXT, STARTER_TEXT = len(RECORDS), len(RECORDS) + 1, len(RECORDS) + 2


def artifact(notice: str = "") -> Any:
    """The parts of an index that reasons are read from."""
    return SimpleNamespace(
        texts=TEXTS,
        words=ForwardIndex.from_forms([normalise(text.text) for text in TEXTS]),
        catalogue=SimpleNamespace(records=RECORDS),
        manifest=SimpleNamespace(notice=notice),
        profiles=Profiles.from_records(RECORDS),
    )


REASONS = Reasons(artifact())


def meaning(term: str, *means: str, rows: tuple[int, ...] = (), kinds: tuple[str, ...] = ("lay",)) -> Meaning:
    """What a term stands for."""
    words = tuple(dict.fromkeys(word for wording in means for word in normalise(wording).split()))
    return Meaning(term, means, words, rows, kinds)


def whys(
    plain: str,
    rows: list[int],
    closest: list[int] | None = None,
    hits: tuple[Hit, ...] = (),
    corrections: tuple[Correction, ...] = (),
) -> list[Why]:
    """Reasons for candidates of a text that was read."""
    words = plain.split()
    added = [word for hit in hits for word in hit.meaning.words if word not in words]
    expanded = " ".join([plain, *added])
    query = Query(plain, expanded, tuple(words), hits, (), attributes(words), (), corrections)
    return REASONS.whys(query, rows, rows if closest is None else closest)


def test_a_code_in_the_text_is_its_own_reason() -> None:
    """The code is also the word that the text shares with it."""
    assert why_code("E0601") == Why("the text names E0601", "code", "E0601", ("E0601",))


def test_the_closest_text_is_named_with_the_words_that_the_text_has() -> None:
    """In the order of the descriptor."""
    (why,) = whys("dog bndg bandage", [0])

    assert why == Why(
        "CMS descriptor: Invented bandage for a dog", LONG, "Invented bandage for a dog", ("bandage", "dog")
    )


@pytest.mark.parametrize(
    ("row", "closest", "label"),
    [
        (0, 0, "CMS descriptor: Invented bandage for a dog"),
        (1, SHORT_TEXT, "CMS short descriptor: Spring crutch"),
        (0, STARTER_TEXT, "plain wording: Cloth that is wound around a dog"),
        (4, 4, "CPT descriptor: Invented service"),
        (0, TERM_TEXT, "CMS descriptor: Invented bandage for a dog"),  # a term is told by its own phrase
    ],
)
def test_the_source_is_named_in_a_coders_words(row: int, closest: int, label: str) -> None:
    """CMS's wording, a licence holder's, or the project's own."""
    (why,) = whys("dog crutch invented", [row], [closest])

    assert why.summary == label


def test_the_starter_catalogue_is_not_said_to_be_by_cms() -> None:
    """Its descriptions are the project's own."""
    starter = Reasons(artifact("starter catalogue"))
    query = Query("dog", "dog", ("dog",), (), (), 0, (), ())

    assert starter.whys(query, [0], [0])[0].summary == "descriptor: Invented bandage for a dog"


def test_a_text_without_a_common_word_is_said_to_be_the_nearest() -> None:
    """Also for a code without a text."""
    first, second = whys("walker", [0, 1], [0, -1])

    assert first.summary == "nearest CMS descriptor, without a common word: Invented bandage for a dog"
    assert (second.summary, second.term, second.words) == (
        "nearest CMS descriptor, without a common word: ",
        "",
        (),
    )


def test_a_long_text_is_shortened_in_the_summary_only() -> None:
    """90 characters are shown whole; of 91 the first 87 and three dots."""
    whole, shortened = whys(f"{'x' * 90} {'y' * 91}", [2, 3])

    assert whole.summary == "CMS descriptor: " + "x" * 90
    assert shortened.summary == "CMS descriptor: " + "y" * 87 + "..."
    assert shortened.term == "y" * 91


def test_only_words_that_the_code_has_are_said_to_be_read() -> None:
    """At most three terms in the summary, the longest first, without small words at their ends."""
    hits = (
        Hit(0, 1, meaning("t0", "bandage of wool")),
        Hit(1, 2, meaning("t1", "crutch")),
        Hit(2, 4, meaning("t2 t3", "invented")),
        Hit(4, 5, meaning("t4", "a dog")),
        Hit(5, 6, meaning("t5", "for a dog")),
    )
    (why,) = whys("t0 t1 t2 t3 t4 t5", [0], hits=hits, corrections=(Correction("tt", "t0"),))

    assert why.corrections == ("tt -> t0",)
    assert why.expansions == ("t2 t3 -> invented", "t0 -> bandage", "t4 -> dog", "t5 -> dog")
    assert why.words == ()
    assert why.summary == (
        "CMS descriptor: Invented bandage for a dog; read t2 t3 as invented; read t0 as bandage; "
        "read t4 as dog; read tt as t0"
    )


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("lay", "wrap is a plain-language name of bandage for a dog"),
        ("trade name", "wrap is a trade name of bandage for a dog"),
        ("abbreviation", "wrap is short for bandage for a dog"),
        ("synonym", "wrap is another name of bandage for a dog"),
        ("product", "wrap is a product name of bandage for a dog"),
        ("Invented list", "wrap is listed for this code in Invented list"),
    ],
)
def test_a_term_that_is_a_part_of_the_text_is_told_beside_the_descriptor(kind: str, named: str) -> None:
    """What it is a name of, in words that the code's texts all have."""
    hit = Hit(0, 1, meaning("wrap", "bandage of wool", "bandage for a dog", rows=(0,), kinds=(kind,)))
    pointed, other = whys("wrap dog", [0, 1], hits=(hit,))

    assert pointed.source == LONG
    assert pointed.summary.startswith(f"CMS descriptor: Invented bandage for a dog; {named}")
    assert "wrap" not in other.summary


def test_a_name_whose_meaning_the_code_lacks_is_only_said_to_be_listed() -> None:
    """The lexicon may list a code whose descriptor has other words; so it may under several kinds."""
    hits = (
        Hit(0, 1, meaning("wrap", "cast", rows=(0,))),
        Hit(1, 2, meaning("bw", "bandage", rows=(1,), kinds=("lay", "product"))),
    )
    first, second = whys("wrap bw", [0, 1], hits=hits)

    assert first.summary.endswith("; wrap is listed for this code; read bw as bandage")
    assert second.summary.endswith("; bw is listed for this code")


def test_a_term_that_is_the_whole_text_is_the_reason() -> None:
    """Its kind is the source, and its words are the shared ones, each once."""
    hit = Hit(0, 2, meaning("Dog, dog wrap", "bandage", rows=(1, 0), kinds=("synonym",)))
    (why,) = whys("dog wrap", [0], hits=(hit,))

    assert (why.source, why.term, why.words) == ("other name", "Dog, dog wrap", ("dog", "wrap"))
    assert why.summary == "dog wrap is another name of bandage"
    assert why.expansions == ("dog wrap -> bandage",)


def test_the_longest_term_that_points_to_a_code_is_told_and_of_equal_ones_the_first() -> None:
    """Others that point to it are not."""
    hits = (
        Hit(0, 1, meaning("one", rows=(0, 1, 2))),
        Hit(1, 3, meaning("two words", rows=(0, 2))),
        Hit(3, 5, meaning("also two", rows=(0,))),
        Hit(5, 6, meaning("six", rows=(1,))),
    )
    found = whys("one two words also two six", [0, 1, 2], hits=hits)

    assert ["two words is listed" in why.summary for why in found] == [True, False, True]
    assert ["one is listed" in why.summary for why in found] == [False, True, False]
    assert not any("also two is listed" in why.summary or "six is listed" in why.summary for why in found)


def test_a_term_that_denies_is_not_read_as_what_it_denies() -> None:
    """The descriptor has "dog" and not "without"."""
    (why,) = whys("bandage wod", [0], hits=(Hit(1, 2, meaning("wod", "without dog")),))

    assert why.expansions == ()
    assert "wod" not in why.summary
