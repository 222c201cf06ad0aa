"""The words for CMS's letters."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from index.records import Record
from index.release import labels
from index.release.labels import explain
from index.release.release import read_release


def test_every_filled_field_is_explained_in_order() -> None:
    """Each field gives a label and words; fields with several values give one pair for each."""
    record = Record(
        code="L0001",
        long_description="Invented brace",
        short_description="Brace",
        effective_from=date(2020, 1, 1),
        effective_to=date(2024, 12, 31),
        action="D",
        action_date=date(2025, 1, 1),
        coverage="C",
        pricing=("38", "45"),
        multiple_pricing="A",
        betos="D1F",
        types_of_service=("P",),
        cross_references=("L0002",),
        statute="1834",
        asc_group="YY",
        asc_date=date(2021, 1, 1),
        opps="201",
        opps_indicator="1",
        opps_date=date(2022, 1, 1),
        processing_note="0088",
        lab_certifications=("340",),
        coverage_manual=("35-1",),
        carriers_manual=("2130",),
        anesthesia_units="3",
        is_noc=True,
    )

    assert explain(record) == (
        ("Code", "L0001"),
        ("Section", "L: Orthotics and prosthetics"),
        ("Description", "Invented brace"),
        ("Short description", "Brace"),
        ("In effect from", "2020-01-01"),
        ("Last day of use", "2024-12-31"),
        ("Last change", "D: discontinued"),
        ("Last change in effect", "2025-01-01"),
        ("Not otherwise classified", "yes: use only when no specific code fits"),
        ("Medicare coverage", "C: left to the Medicare contractor's judgment"),
        ("Pricing", "38: orthotics, prosthetics, prosthetic devices and vision"),
        ("Pricing", "45: customized equipment"),
        ("Multiple pricing", "A: one method only"),
        ("BETOS", "D1F: prosthetics and orthotics"),
        ("Type of service", "P: lump sum purchase of equipment, prosthetics or orthotics"),
        ("Surgical center", "YY: approved for ambulatory surgical centers"),
        ("Surgical center from", "2021-01-01"),
        ("Outpatient payment group", "201"),
        ("Outpatient payment", "1: covered in an ambulatory surgical center"),
        ("Outpatient payment from", "2022-01-01"),
        ("Anesthesia base units", "3"),
        ("Use instead", "L0002"),
        ("Statute", "1834"),
        ("Laboratory certification", "340: toxicology"),
        ("Coverage manual section", "35-1"),
        ("Carriers manual section", "2130"),
        ("Processing note", "0088"),
    )


def test_empty_fields_and_unknown_letters_are_left_plain() -> None:
    """Empty fields and base units of 0 are not shown; unknown letters are shown without words."""
    record = Record(code="A0001", long_description="Invented", coverage="X", anesthesia_units="0")

    assert explain(record) == (
        ("Code", "A0001"),
        ("Section", f"A: {labels.SECTIONS['A']}"),
        ("Description", "Invented"),
        ("Medicare coverage", "X"),
    )


def test_every_level_2_letter_has_a_section_name() -> None:
    """The sections are the letters that a Level II code may start with, and CPT."""
    assert set(labels.SECTIONS) == {*"ABCEGHJKLMPQRSTUV", "CPT"}


@pytest.mark.shared
@pytest.mark.parametrize("table", ["BETOS", "TYPES_OF_SERVICE"])
def test_the_tables_hold_every_code_of_the_published_layout(shared: Path, table: str) -> None:
    """BETOS and type of service have exactly the codes of the appendix of CMS's labels."""
    text = (shared / "hcpcs/2026-01/HCPC2026_recordlayout.txt").read_text(encoding="cp1252")
    betos, services = text.partition("BETOS_TB   ")[2].split("CMS_TYPE_SRVC_TB", 1)
    part, code = (betos, r"\w\d\w?") if table == "BETOS" else (services, r"\w")

    assert set(getattr(labels, table)) == set(re.findall(rf"^ +({code}) +=", part, re.MULTILINE))


@pytest.mark.shared
def test_every_letter_in_a_real_release_has_words(shared: Path) -> None:
    """Every letter of January 2026 has words."""
    release = read_release(shared / "hcpcs/2026-01/january-2026-alpha-numeric-hcpcs-file.zip")
    worded = {"Section", "Last change", "Medicare coverage", "Pricing", "Multiple pricing", "BETOS"}
    worded |= {"Type of service", "Surgical center", "Laboratory certification"}

    plain = {
        (label, words)
        for record in release.records
        for label, words in explain(record)
        if label in worded and ": " not in words
    }
    assert plain == set()
