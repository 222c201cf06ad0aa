"""The reason for a suggestion, worked by hand: the text or term that matched, the words, the changes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from index.store.forward import ForwardIndex
from index.store.texts import LONG, SHORT, Text
from index.text.words import normalise
from suggest.answer import Correction, Why
from suggest.expansion import Hit, Meaning
from suggest.reader import Query
from suggest.reasons import Reasons, why_code

TEXTS = (
    Text(0, LONG, "Invented bandage for a dog"),
    Text(1, SHORT, "Spring crutch"),
    Text(2, LONG, "x" * 90),
    Text(3, LONG, "y" * 91),
)
ARTIFACT: Any = SimpleNamespace(
    texts=TEXTS, words=ForwardIndex.from_forms([normalise(text.text) for text in TEXTS])
)


def meaning(term: str, *means: str, rows: tuple[int, ...] = (), kind: str = "lay") -> Meaning:
    """What a term stands for."""
    return Meaning(term, means, (), rows, (kind,))


def reasons(
    plain: str, expanded: str = "", hits: tuple[Hit, ...] = (), corrections: tuple[Correction, ...] = ()
) -> Reasons:
    """Reasons for a query that was read."""
    words = tuple(plain.split())
    return Reasons(Query(plain, expanded or plain, words, hits, (), 0, (), corrections), ARTIFACT)


def test_a_code_in_the_text_is_its_own_reason() -> None:
    """The code is also the word that the text shares with it."""
    assert why_code("E0601") == Why("the text names E0601", "code", "E0601", ("E0601",))


def test_the_closest_text_is_named_with_the_words_that_the_query_shares() -> None:
    """In the order of the text; words that a known term stands for count too."""
    (why,) = reasons("dog bndg", "dog bndg bandage").whys([0], [0])

    assert why == Why(
        "long description: Invented bandage for a dog",
        LONG,
        "Invented bandage for a dog",
        ("bandage", "dog"),
    )


def test_each_candidate_has_its_own_text_and_one_without_a_text_has_none() -> None:
    """Position 0 is a text, -1 is none."""
    first, second, third = reasons("dog crutch").whys([0, 1, 2], [0, 1, -1])

    assert (first.term, first.words) == ("Invented bandage for a dog", ("dog",))
    assert (second.source, second.term, second.words) == (SHORT, "Spring crutch", ("crutch",))
    assert (third.summary, third.words) == ("long description: ", ())


def test_a_long_text_is_shortened_in_the_summary_only() -> None:
    """90 characters are shown whole; of 91 the first 87 and three dots."""
    whole, shortened = reasons("dog").whys([2, 3], [2, 3])

    assert whole.summary == "long description: " + "x" * 90
    assert shortened.summary == "long description: " + "y" * 87 + "..."
    assert shortened.term == "y" * 91


def test_corrections_and_the_first_three_expansions_are_in_the_summary() -> None:
    """`Why.expansions` has all of them."""
    hits = tuple(Hit(i, i + 1, meaning(f"t{i}", f"meaning {i}")) for i in range(4))
    (why,) = reasons("t0 t1 t2 t3", hits=hits, corrections=(Correction("dgo", "dog"),)).whys([0], [0])

    assert why.corrections == ("dgo -> dog",)
    assert why.expansions == ("t0 -> meaning 0", "t1 -> meaning 1", "t2 -> meaning 2", "t3 -> meaning 3")
    assert why.summary == (
        "long description: Invented bandage for a dog; read dgo as dog; read t0 as meaning 0; "
        "read t1 as meaning 1; read t2 as meaning 2"
    )


@pytest.mark.parametrize(
    ("means", "expected"),
    [
        (("Big dog",), ()),  # as typed
        (("big dog", "hound"), ("big dog -> hound",)),  # the first one that is not as typed
        (("hound", "big dog"), ("big dog -> hound",)),
        (("",), ()),  # noise stands for nothing
        ((), ()),
    ],
)
def test_what_a_term_stands_for_is_told_unless_it_was_typed(
    means: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    """A term that was typed as the descriptor has it was not read as anything else."""
    (why,) = reasons("big dog", hits=(Hit(0, 2, meaning("big dog", *means)),)).whys([0], [0])

    assert why.expansions == expected


def test_a_term_that_is_the_whole_text_is_the_reason() -> None:
    """Its kind is the source, and its words are the shared ones, each once."""
    hit = Hit(0, 2, meaning("Dog, dog wrap", rows=(1, 0), kind="product"))
    (why,) = reasons("dog wrap", hits=(hit,)).whys([0], [0])

    assert (why.source, why.term, why.words) == ("product", "Dog, dog wrap", ("dog", "wrap"))
    assert why.summary == "product: Dog, dog wrap"


def test_a_term_that_is_a_part_of_the_text_is_told_beside_the_closest_text() -> None:
    """It points to the code; the descriptor that matched stays the reason."""
    hit = Hit(0, 1, meaning("wrap", rows=(0,)))
    pointed, other = reasons("wrap dog", hits=(hit,)).whys([0, 1], [0, 1])

    assert (pointed.source, pointed.words) == (LONG, ("dog",))
    assert pointed.summary == (
        "long description: Invented bandage for a dog; wrap is listed for this code (lay)"
    )
    assert other.summary == "short description: Spring crutch"


def test_the_longest_term_that_points_to_a_code_is_told_and_of_equal_ones_the_first() -> None:
    """Others that point to it are not."""
    hits = (
        Hit(0, 1, meaning("one", rows=(0, 1, 2))),
        Hit(1, 3, meaning("two words", rows=(0, 2))),
        Hit(3, 5, meaning("also two", rows=(0,))),
        Hit(5, 6, meaning("six", rows=(1,))),
    )
    whys = reasons("one two words also two six", hits=hits).whys([0, 1, 2], [0, 1, 2])

    assert ["two words is listed" in why.summary for why in whys] == [True, False, True]
    assert ["one is listed" in why.summary for why in whys] == [False, True, False]
    assert not any("also two is listed" in why.summary or "six is listed" in why.summary for why in whys)
