"""The codes in a typed text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest.reading.codes import CodeReader

CODES = ["A4253", "A1000", "E0143", "E0601", "E0602", "J1050", "J1885", "J1890", "L3908"]
MODIFIERS = ["AP", "AS", "CP", "E1", "JZ", "KX", "NU", "RR", "RT", "X2"]
READER = CodeReader(CODES, MODIFIERS, {"b12", "cpap", "e14"}.__contains__)


@pytest.mark.parametrize(
    ("text", "codes", "modifiers", "rest"),
    [
        ("L3908RT", ["L3908"], ["RT"], ""),
        ("E0601-RR", ["E0601"], ["RR"], ""),
        ("J1885 JZ", ["J1885"], ["JZ"], ""),
        ("j1885 jz", ["J1885"], ["JZ"], ""),
        ("e 0601", ["E0601"], [], ""),
        ("E-0601", ["E0601"], [], ""),
        ("A4253 NU KX", ["A4253"], ["NU", "KX"], ""),
        ("A4253-NU-KX", ["A4253"], ["NU", "KX"], ""),
        ("L3908RTKX", ["L3908"], ["RT", "KX"], ""),
        ("J1885 x2", ["J1885"], [], ""),
        ("J1885-59", ["J1885"], [], ""),
        ("E06O1", ["E0601"], [], ""),
        ("JI885", ["J1885"], [], ""),
        ("j1o50 depo", ["J1050"], [], " depo"),
        ("hcpcs code j1885", ["J1885"], [], ""),
        ("E0601 RR cpap", ["E0601"], ["RR"], " cpap"),
        ("cpap E0601 nu", ["E0601"], ["NU"], "cpap "),
        ("E 0601 cpap with mask", ["E0601"], [], " cpap with mask"),
        ("E0601 as needed", ["E0601"], [], " as needed"),
        ("E0601 AS NEEDED", ["E0601"], [], " AS NEEDED"),
        ("E0601-cpap", ["E0601"], [], " -cpap"),
        ("splint modifier RT", [], ["RT"], "splint "),
        ("modifier RT", [], ["RT"], ""),
        ("mod kx", [], ["KX"], ""),
        ("RT", [], ["RT"], "RT"),
        ("b 1000 mg", [], [], "b 1000 mg"),
        ("a 1000 mg", [], [], "a 1000 mg"),
        ("E0601XY", [], [], "E0601XY"),
        ("pillow moderate review", [], [], "pillow moderate review"),
    ],
)
def test_codes_and_their_modifiers_are_read(
    text: str, codes: list[str], modifiers: list[str], rest: str
) -> None:
    """As coders type them: joined, spaced, in small letters, with letters for digits, beside words."""
    typed = READER.read(text)

    assert (list(typed.codes), list(typed.modifiers), typed.rest.split()) == (
        codes,
        modifiers,
        rest.split(),
    )
    assert typed.other_codes == typed.prefixes == ()


@pytest.mark.parametrize(
    ("text", "prefixes"),
    [
        ("J18", ["J18"]),
        ("e06", ["E06"]),
        ("L39*", ["L39"]),
        ("J18xx", ["J18"]),
        ("E06 L39", ["E06", "L39"]),
        ("E", []),
        ("B12", []),
        ("E14", []),
        ("V57", []),
        ("J18 something", []),
    ],
)
def test_a_begun_code_is_one_where_the_text_is_nothing_else(text: str, prefixes: list[str]) -> None:
    """And where codes begin so, and the text is no known term."""
    assert list(READER.read(text).prefixes) == prefixes


def test_begun_codes_stand_beside_whole_ones() -> None:
    """A list may hold both; two characters may be a modifier or the beginning of codes."""
    typed = READER.read("J1885, J18")
    both = READER.read("E1")

    assert (typed.codes, typed.prefixes) == (("J1885",), ("J18",))
    assert (both.modifiers, both.prefixes) == (("E1",), ())
    assert CodeReader(["E1000"], ["E1"], set[str]().__contains__).read("E1").prefixes == ("E1",)


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("99213", [("cpt", "99213")]),
        ("99213-25", [("cpt", "99213")]),
        ("99213 99214", [("cpt", "99213"), ("cpt", "99214")]),
        ("J1885 and 96372", [("cpt", "96372")]),
        ("CPT 99213 office visit", [("cpt", "99213")]),
        ("0042T", [("cpt", "0042T")]),
        ("model 12345 stent", []),
        ("D0120", [("cdt", "D0120")]),
        ("D0120 periodic exam", [("cdt", "D0120")]),
        ("scale d1000", []),
        ("E11.9", [("icd", "E11.9")]),
        ("J45.909 asthma", [("icd", "J45.909")]),
        ("J45909", [("icd", "J45909")]),
        ("Z79", [("icd", "Z79")]),
        ("dx E11 shoes", [("icd", "E11")]),
        ("B12", []),
        ("NDC 00904-7761-61", [("ndc", "00904-7761-61")]),
        ("ndc 0641-6080", [("ndc", "0641-6080")]),
        ("ketorolac 0641-6080-25 vial", [("ndc", "0641-6080-25")]),
        ("37205091178", [("ndc", "37205091178")]),
        ("call 555-1234", []),
        ("rev code 0636", [("revenue", "0636")]),
        ("450 revenue", [("revenue", "0450")]),
        ("rev 0113 private room", [("revenue", "0113")]),
        ("0450 walker", []),
    ],
)
def test_codes_of_other_systems_are_named(text: str, others: list[tuple[str, str]]) -> None:
    """Only where the text is a code or says which system it is of: five digits may be a model number."""
    assert list(READER.read(text).other_codes) == others


def test_a_code_that_the_index_holds_is_of_no_other_system() -> None:
    """A licence holder's index has CPT codes."""
    typed = CodeReader(["99213"], (), set[str]().__contains__).read("99213")

    assert (typed.codes, typed.other_codes) == (("99213",), ())


def test_codes_of_other_systems_are_no_words() -> None:
    """What is left are the words beside them."""
    assert READER.read("CPT 99213 office visit").rest.split() == ["office", "visit"]
    assert READER.read("99213").rest == ""


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="EJL018596OIl RTKXcpt-.,*", max_size=24) | st.text(max_size=40))
def test_any_text_is_read(text: str) -> None:
    """Codes and modifiers are upper case and known in form; the rest is made of the text's characters."""
    typed = READER.read(text)

    assert all(modifier in MODIFIERS for modifier in typed.modifiers)
    assert set(typed.rest) <= set(text) | {" "}
