"""Vision prescriptions: powers decide the code of a lens."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from api.cds.lens_words import contact_text
from api.cds.lenses import LensCode, lens_codes, lens_order
from index.records import Record

# Ranges are written as CMS writes them; the sentences are our own.
CODES = lens_codes(
    [
        Record("V2100", "Sphere, plano to plus or minus 4.00"),
        Record("V2101", "Sphere, plus or minus 4.12 to plus or minus 7.00d"),
        Record("V2103", "Spherocylinder, sphere plano to plus or minus 4.00d, with .12 to 2.00d cylinder"),
        Record("V2106", "Spherocylinder, sphere plano to plus or minus 4.00d, with over 6.00d cylinder"),
        Record("V2114", "Spherocylinder, over plus or minus 12.00d"),
        Record("V2200", "Sphere, a bifocal, plano to plus or minus 4.00d"),
        Record("V2303", "Spherocylinder, a trifocal, plano to plus or minus 4.00d, with .12-2.00d cylinder"),
        Record("V2020", "Frames"),
    ]
)
ON = date(2026, 1, 5)


def code_of(**lens: Any) -> str | None:
    found = lens_order({"resourceType": "VisionPrescription", "lensSpecification": [lens]}, CODES, ON)
    return found.lenses[0][1].code if found.lenses else None


def test_descriptors_without_ranges_are_no_lens_codes() -> None:
    """Only what begins as a sphere or a spherocylinder is read."""
    assert [each.record.code for each in CODES if isinstance(each, LensCode)][-1] == "V2303"
    assert len(CODES) == 7


@pytest.mark.parametrize(
    ("lens", "code"),
    [
        ({"sphere": -2.5}, "V2100"),
        ({"sphere": 0, "cylinder": 0}, "V2100"),
        ({"sphere": Decimal("5.25")}, "V2101"),
        ({"sphere": -2.5, "cylinder": -0.75}, "V2103"),
        ({"sphere": 1, "cylinder": 6.25}, "V2106"),
        ({"sphere": -13, "cylinder": 1}, "V2114"),
        ({"sphere": 1.25, "add": 2.0}, "V2200"),
        ({"sphere": 1.25, "cylinder": 0.5, "note": [{"text": "Trifocal"}]}, "V2303"),
        ({"sphere": 9}, None),  # no such code among these
        ({"sphere": "x"}, None),
        ({"sphere": True}, None),
        ({}, None),
        ({"sphere": -2, "product": {"coding": [{"code": "contact"}]}}, None),
        ({"sphere": -2, "product": {"coding": [{"system": "http://www.ama-assn.org/go/cpt"}]}}, None),
    ],
)
def test_powers_decide_the_code(lens: dict[str, Any], code: str | None) -> None:
    """Signs do not count; an addition makes a bifocal unless the words say otherwise."""
    assert code_of(**lens) == code


def test_both_lenses_are_changed_together() -> None:
    """Each product gets its own code as a billing option; the rest stays as it was."""
    prescription = {
        "resourceType": "VisionPrescription",
        "lensSpecification": [
            {"eye": "right", "sphere": -1, "product": {"coding": [{"code": "lens"}]}},
            "not a lens",
            {"eye": "left", "sphere": -5},
        ],
    }
    found = lens_order(prescription, CODES, ON)
    codings = [{"system": "s", "code": offer.code, "display": ""} for _, offer in found.lenses]
    right, between, left = found.changed(prescription, codings)["lensSpecification"]

    assert between == "not a lens"
    assert right["product"]["coding"] == [{"code": "lens"}]
    assert right["product"]["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] == "V2100"
    assert left["product"]["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] == "V2101"


def test_a_contact_lens_is_asked_in_words() -> None:
    """Its power, product and brand say that it is one; a spectacle lens has no such text."""
    lens = {"power": -2.75, "brand": "Acme hydrophilic", "cylinder": -0.75}

    assert contact_text(lens) == "contact lens acme hydrophilic toric"
    assert contact_text({"product": {"coding": [{"code": "contact"}]}}) == "contact lens"
    assert contact_text({"sphere": -1}) == ""
