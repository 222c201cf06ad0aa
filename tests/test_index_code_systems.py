"""The two levels of HCPCS: forms of codes and addresses."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.code_systems import (
    CODE_SYSTEMS,
    DENTAL,
    LEVEL_I,
    LEVEL_II,
    section_of_code,
    system_at,
    system_of_code,
)


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("E0143", [2]),
        ("V5364", [2]),
        ("99213", [1]),
        ("0001F", [1]),
        ("0001M", [1]),
        ("0001X", []),
        ("e0143", []),
        ("E01433", []),
        ("I0001", []),
        ("N0001", []),
        ("O0001", []),
        ("W0001", []),
        ("D0120", []),
        ("", []),
    ],
)
def test_a_code_has_the_form_of_one_level_at_most(text: str, levels: list[int]) -> None:
    """Upper case and complete; dental codes, and letters that HCPCS does not use, have no level."""
    assert [system.level for system in CODE_SYSTEMS if system.matches(text)] == levels


def test_dental_codes_have_a_form_of_their_own() -> None:
    """So that they can be counted when they are refused."""
    assert DENTAL.fullmatch("D0120") and not DENTAL.fullmatch("E0120")


def test_the_first_character_tells_the_level_and_the_section() -> None:
    """Of a code that is known to be one."""
    assert [system_of_code(code) for code in ("E0143", "99213", "0001F")] == [LEVEL_II, LEVEL_I, LEVEL_I]
    assert [section_of_code(code) for code in ("E0143", "99213")] == ["E", "CPT"]


def test_every_spelling_of_an_address_is_known() -> None:
    """The canonical one, https, and the object identifier; nothing else."""
    assert LEVEL_II.addresses == {
        "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
        "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
        "urn:oid:2.16.840.1.113883.6.285",
    }
    assert all(system_at(address) is LEVEL_II for address in LEVEL_II.addresses)
    assert system_at("http://www.ama-assn.org/go/cpt") is LEVEL_I
    assert system_at("http://snomed.info/sct") is system_at("") is None


def test_the_page_knows_the_same_codes() -> None:
    """The script cannot import Python, so its regular expression is held against the patterns here."""
    scripts = (Path(__file__).parents[1] / "api/static").glob("*.js")
    pattern = "|".join(system.pattern for system in CODE_SYSTEMS)

    assert [script.name for script in scripts if f"/^({pattern})$/" in script.read_text(encoding="utf-8")]
