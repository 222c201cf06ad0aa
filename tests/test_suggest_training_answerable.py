import random

import pytest

from suggest.training.answerable import (
    KINDS,
    answerable_variants,
    cased,
    kind_of_code,
    plural,
    prefixed,
    reordered,
)

TEXTS = ["rituximab", "hinged knee brace lt", "methotrexate 2.5 mg tab", "annual wellness visit"]
CODES = ["J9312", "L1833", "J8610", "G0438"]


def variants(text: str, code: str, count: int = 400) -> list[str]:
    """Variants of one text."""
    return answerable_variants([text] * count, 5, [kind_of_code(code)] * count)


def test_there_is_one_variant_for_each_text_the_same_for_a_seed():
    """The order is kept, so that labels stay beside their texts."""
    kinds = [kind_of_code(code) for code in CODES]
    assert answerable_variants(TEXTS, 3, kinds) == answerable_variants(TEXTS, 3, kinds)
    assert answerable_variants(TEXTS, 3, kinds) != answerable_variants(TEXTS, 4, kinds)
    assert len(answerable_variants(TEXTS, 3)) == 4
    with pytest.raises(ValueError, match="argument"):
        answerable_variants(TEXTS, 3, kinds[:2])


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("J9312", "injection"),
        ("J8610", "oral"),
        ("J7613", "drug"),
        ("Q0162", "oral"),
        ("Q5103", "injection"),
        ("Q4101", "supply"),
        ("Q0111", "service"),
        ("Q5001", "service"),
        ("C1776", "supply"),
        ("C9257", "drug"),
        ("C7500", "service"),
        ("E0601", "supply"),
        ("G0438", "service"),
    ],
)
def test_the_kind_of_a_code(code, kind):
    """The letter, and for J, Q and C the number, say which words suit."""
    assert kind_of_code(code) == kind
    assert kind in KINDS


def test_a_route_is_added_only_where_the_text_has_none():
    """An injected drug gets "IV" and the like; one whose text says "tab" does not."""
    routes = {"iv", "sc", "im", "subq", "ivpb"}
    assert any(routes & set(text.lower().split()) for text in variants("rituximab", "J9312"))
    assert not any(routes & set(text.lower().split()) for text in variants("ondansetron 4 mg tab", "J2405"))


def test_a_side_is_added_only_where_the_text_has_none():
    """A brace for the left knee does not become one for the right."""
    assert any("right" in text.split() for text in variants("hinged knee brace", "L1833"))
    assert not any("right" in text.split() for text in variants("hinged knee brace lt", "L1833"))


def test_the_words_of_the_text_stay_within_a_sentence():
    """Most variants hold all letters of the name; slips, plurals and order change the others."""
    whole = [text for text in variants("rituximab", "J9312") if "rituximab" in text.lower()]
    assert len(whole) > 340


def test_plural_and_order():
    """A plural s comes or goes; words change places, never around a number."""
    rng = random.Random(1)
    assert plural("gauze pads", rng) == "gauze pad"
    assert plural("WALKER", rng) == "WALKERS"
    assert plural("abs", rng) == "abs"
    assert {reordered("knee brace", random.Random(seed)) for seed in range(20)} == {
        "brace, knee",
        "brace knee",
    }
    assert reordered("gauze 4 x 4", rng) == "gauze 4 x 4"
    assert reordered("gauze", rng) == "gauze"


def test_case_and_prefix():
    """Letters only change their case, and a prefix stands before the text."""
    assert cased("Knee Brace", random.Random(2)).lower() == "knee brace"
    assert prefixed("knee brace", random.Random(2)).lower().endswith(" knee brace")
