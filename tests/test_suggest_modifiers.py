"""Modifiers that the words of a text call for, and what keeps them away."""

from __future__ import annotations

import pytest

from index.records import Modifier
from index.store.modifiers import Modifiers
from suggest.modifiers import _cues

RELEASE = Modifiers(
    [
        Modifier("KR", "Rental item, billing for partial month"),
        Modifier("KX", "Requirements met"),
        Modifier("LT", "Left side (of the body)"),
        Modifier("RR", "Rental (use when rented)"),
    ]
)


@pytest.mark.parametrize(
    ("text", "first"), [("kx", "KX"), ("left side", "LT"), ("rental", "RR"), ("rntl", "RR")]
)
def test_modifiers_are_found_by_name_and_by_words(text: str, first: str) -> None:
    """The name itself, or the one whose description begins with the words and little else."""
    assert RELEASE.find(text)[0].modifier == first


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("wrist splint left", ["left"]),
        ("knee brace bilat", ["both"]),
        ("left heart catheter", []),
        ("nail femoral left", []),
        ("hospital bed rental", ["rental"]),
        ("rental or purchase of bed", []),
        ("walker used", ["used"]),
        ("walker when used", []),
        ("knee replacement brace", []),
        ("collar with replacement pads", []),
        ("prof comp of smear", ["professional"]),
        ("counseling by telephone", ["audio"]),
    ],
)
def test_words_call_for_what_they_mean(text: str, kinds: list[str]) -> None:
    """Clipped words too; not what contradicts itself or belongs to another name."""
    assert [cue.kind for cue in _cues(text.split())] == kinds


@pytest.mark.parametrize(
    "text", ["left side", "the rental", "rental", "partial month rental", "rental walker", ""]
)
def test_a_description_of_a_modifier_is_found_by_all_of_its_words(text: str) -> None:
    """Equal to the first of the ranking that has each word; the ranking itself looks at every modifier."""
    ranked = [modifier for share, modifier in RELEASE.ranked(text) if share == 1.0]

    assert RELEASE.described(text) == (ranked[0] if ranked else None)
