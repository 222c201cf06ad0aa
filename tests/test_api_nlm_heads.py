"""Type-ahead: what is called as typed comes before what only mentions it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from api.loading import open_suggester
from api.nlm.heads import ELSEWHERE, FIRST, HEAD, PHRASE, Heads, first_phrase
from api.nlm.request import read_request
from api.nlm.search import NlmSearch
from api.service import Service
from api.settings import Settings
from index.records import Record
from tests.real_index import RealIndex


@pytest.mark.parametrize(
    ("description", "words", "head"),
    [
        ("Walker, stiff", "walker", "walker"),
        ("Plain wheelchair", "plain wheelchair", "wheelchair"),
        ("Grip for a cane", "grip", "grip"),
        ("Oxygen machine (portable), rented", "oxygen machine", "machine"),
        ("Injection, insulin, five units", "insulin", "insulin"),
        ("Infusion, penicillin g 10 mg", "penicillin", "penicillin"),
        ("Ondansetron 4 mg", "ondansetron", "ondansetron"),
        ("Services of a nurse", "services", "services"),
        ("(nothing else)", "", ""),
    ],
)
def test_the_first_phrase_says_what_a_code_is(description: str, words: str, head: str) -> None:
    """It ends before "for", "of" and amounts; its last word is the head, of an injection its first."""
    phrase = first_phrase(description)

    assert phrase.words == tuple(words.split())
    assert phrase.head == head


def test_places_are_from_the_head_to_elsewhere() -> None:
    """The last word decides, if the others are in the phrase; rare completions and measures are no heads."""
    descriptions = [
        ("E0001", "Stiff walker"),
        ("E0002", "Walker basket"),
        ("E0003", "Large walker basket"),
        ("E0004", "Grip for a walker"),
        ("E0005", "Walkway"),
        ("E0006", "A walker"),
        ("E0007", "Two walkers, walker"),
        ("G8401", "Walker"),
    ]
    heads = Heads([Record(code, words) for code, words in descriptions])

    first_five, last_three = [HEAD, FIRST, PHRASE, ELSEWHERE, FIRST], [HEAD, PHRASE, ELSEWHERE]
    assert heads.places(["walk"]).tolist() == first_five + last_three
    assert heads.places(["stiff", "wa"]).tolist() == [HEAD] + [ELSEWHERE] * 7


@pytest.mark.parametrize(
    ("typed", "beginnings"),
    [
        ("walk", ("E01",)),
        ("wheelch", ("E1", "K00")),
        ("crutc", ("E011",)),
        ("neb", ("E05", "A70")),
        ("insul", ("J18", "S55")),
        ("hospital b", ("E02",)),
        ("hear aid", ("V5",)),
        ("ambul", ("A0",)),
        ("oxy", ("E0", "E1", "A46", "J2590")),  # oxygen, and oxytocin
        ("ceftr", ("J06",)),
    ],
)
def test_type_ahead_brings_what_is_meant(
    real_index: RealIndex, shared: Path, typed: str, beginnings: tuple[str, ...]
) -> None:
    """The seven rows that a form shows are things of that name, none of them ended."""
    search = NlmSearch(Service(open_suggester(real_index.folder, Settings(home=real_index.folder))))
    answer: Any = msgspec.json.decode(search.answer(read_request({"terms": typed, "q": "obsolete:false"})))

    assert answer[1]
    assert [code for code in answer[1] if not code.startswith(beginnings)] == []


@pytest.mark.parametrize(
    ("typed", "code"),
    [("ambulance mileage", "A0425"), ("eyeglass frames", "V2020"), ("EYEGLASS FRAMES", "V2020")],
)
def test_a_sure_suggestion_comes_first(real_index: RealIndex, shared: Path, typed: str, code: str) -> None:
    """Where the whole text is understood, no head noun is preferred to what it means; in any letters."""
    search = NlmSearch(Service(open_suggester(real_index.folder, Settings(home=real_index.folder))))
    answer: Any = msgspec.json.decode(search.answer(read_request({"terms": typed})))

    assert answer[1][0] == code
