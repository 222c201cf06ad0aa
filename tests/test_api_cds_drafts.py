"""Orders as clinicians write them, on the whole release: the right code first, or silence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.testing import TestClient

import api.cds.cards
from api.app import create_app
from api.loading import open_suggester
from api.settings import Settings
from index.code_systems import LEVEL_II
from tests.real_index import RealIndex

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"
CPT = "http://www.ama-assn.org/go/cpt"
NDC = "http://hl7.org/fhir/sid/ndc"
LOINC = "http://loinc.org"


def drug(text: str) -> dict[str, Any]:
    """A drug as an e-prescribing module names it: RxNorm's words, beside a code of RxNorm."""
    coding = {"system": RXNORM, "code": "1", "display": text}
    return {"resourceType": "MedicationRequest", "medicationCodeableConcept": {"coding": [coding]}}


def referred_drug(text: str) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest",
        "contained": [{"resourceType": "Medication", "id": "m", "code": {"text": text}}],
        "medicationReference": {"reference": "#m"},
    }


def device(text: str) -> dict[str, Any]:
    return {"resourceType": "DeviceRequest", "codeCodeableConcept": {"text": text}}


def supply(text: str) -> dict[str, Any]:
    return {"resourceType": "SupplyRequest", "itemCodeableConcept": {"text": text}}


def service(text: str, system: str | None = None, code: str = "1") -> dict[str, Any]:
    coded = {} if system is None else {"coding": [{"system": system, "code": code}]}
    return {"resourceType": "ServiceRequest", "code": {"text": text, **coded}}


def formula(text: str) -> dict[str, Any]:
    return {"resourceType": "NutritionOrder", "enteralFormula": {"baseFormulaProductName": text}}


def glasses(**lens: Any) -> dict[str, Any]:
    return {"resourceType": "VisionPrescription", "lensSpecification": [lens]}


# Order -> first code, None for silence.
DRAFTS: list[tuple[dict[str, Any], str | None]] = [
    (drug("ceftriaxone 1000 MG Injection"), "J0696"),
    (drug("0.6 ML denosumab 60 MG Prefilled Syringe [Prolia]"), "J0897"),
    (drug("methotrexate 2.5 MG Oral Tablet"), "J8610"),
    (referred_drug("ketorolac 30 mg IM once"), "J1885"),
    (drug("levothyroxine sodium 0.05 MG Oral Tablet"), None),  # HCPCS has it by injection only
    (drug("metformin hydrochloride 500 MG Oral Tablet"), None),
    (device("quad cane"), "E0105"),
    (device("nebulizer with compressor"), "E0570"),
    (device("semi-electric hospital bed with side rails and mattress"), "E0260"),
    (device("insulin"), None),  # a drug, ordered in the wrong place
    (supply("hydrocolloid dressing 4x4"), "A6234"),
    (supply("adult briefs size large"), "T4523"),
    (supply("Foley catheter 16 French, two-way, silicone"), "A4344"),
    (service("diabetes self-management training, individual, 30 minutes", SNOMED), "G0108"),
    (service("screening colonoscopy, average risk"), "G0121"),
    (service("ambulance, basic life support, non-emergency"), "A0428"),
    (service("diagnostic colonoscopy", CPT, "45378"), None),
    (formula("food thickener"), "B4100"),
    (glasses(eye="right", sphere=-2.5, cylinder=-0.75, product={"coding": [{"code": "lens"}]}), "V2103"),
]
# Decided before they were tried: the code, or several where each is right; none for silence.
MORE: list[tuple[dict[str, Any], str]] = [
    (drug("ondansetron 4 MG in 2 ML Injection"), "J2405"),
    (drug("pembrolizumab 25 MG/ML Injectable Solution [Keytruda]"), "J9271"),
    (drug("enoxaparin sodium 100 MG/ML Prefilled Syringe"), "J1650"),
    (drug("lisinopril 10 MG Oral Tablet"), ""),
    (referred_drug("dexamethasone 10 mg IV x1"), "J1100"),
    (referred_drug("Depo-Medrol 80 mg IM"), "J1040 J1010"),
    (referred_drug("Kenalog-40 intra-articular injection right knee"), "J3301"),
    (referred_drug("Mvasi 400 mg IV every 2 weeks"), "Q5107"),
    (referred_drug("infliximab-dyyb 5 mg/kg IV"), "Q5103"),
    (referred_drug("Botox 155 units for chronic migraine"), "J0585"),
    (referred_drug("cyanocobalamin 1000 mcg IM monthly"), "J3420"),
    (referred_drug("albuterol 2.5 mg/3 mL nebulizer solution"), "J7613"),
    (referred_drug("1 ML ketorolac tromethamine 30 MG/ML Injection"), "J1885"),
    (referred_drug("Prolia 60 mg subcutaneous"), "J0897"),
    (referred_drug("atorvastatin 40 mg po qhs"), ""),
    (referred_drug("amoxicillin 875 mg / clavulanate 125 mg tablet"), ""),
    (referred_drug("fluticasone propionate 50 mcg nasal spray"), ""),
    (referred_drug("hydrocortisone 1% topical cream"), ""),
    (
        {
            "resourceType": "MedicationRequest",
            "medicationCodeableConcept": {"coding": [{"system": NDC, "code": "00093-7180-01"}]},
        },
        "",
    ),
    (
        {
            "resourceType": "MedicationRequest",
            "medicationCodeableConcept": {
                "text": "ceftriaxone 1 g IV",
                "coding": [{"system": LEVEL_II.address, "code": "J0696"}],
            },
        },
        "",
    ),
    (device("rollator walker with seat, bariatric heavy duty"), "E0149"),
    (device("bedside commode with drop arms"), "E0165"),
    (device("CPAP machine"), "E0601"),
    (device("portable oxygen gas system, rental"), "E0431"),
    (device("pneumatic walking boot, off the shelf"), "L4361"),
    (device("wrist cock-up splint, prefabricated"), "L3908"),
    (device("insulin pump, external"), "E0784"),
    (device("Heated humidifier for CPAP"), "E0562"),
    (device("apple watch"), ""),
    (device("E11.9 type 2 diabetes mellitus without complications"), ""),
    (supply("test strips for home glucose meter, 50 count"), "A4253"),
    (supply("lancets, box of 100"), "A4259"),
    (supply("coude tip intermittent catheter 14 Fr"), "A4352"),
    (supply("urinary leg bag with straps"), "A4358"),
    (supply("full face CPAP mask"), "A7030"),
    (supply("N95 respirator masks for staff"), ""),
    (service("annual wellness visit, subsequent"), "G0439"),
    (service("PSA screening for prostate cancer"), "G0103"),
    (service("flu shot administration"), "G0008"),
    (service("home health physical therapy visit"), "G0151"),
    (service("MRI brain with and without contrast"), ""),
    (service("Hemoglobin A1c/Hemoglobin.total in Blood", LOINC, "4548-4"), ""),
    (service("total knee arthroplasty"), ""),
    (service("documentation that aspirin was prescribed at discharge"), ""),  # a quality measure
    (service("screening mammogram", CPT, "77067"), ""),
    (service("chest x-ray 2 views"), ""),
    (glasses(eye="left", sphere=-1.25, product={"coding": [{"code": "lens"}]}), "V2100"),
    (
        glasses(eye="right", sphere=1.0, cylinder=-0.5, add=2.25, product={"coding": [{"code": "lens"}]}),
        "V2203",
    ),
]
# What went wrong once.
NEVER = [
    drug("Amoxicillin 120 MG/ML / clavulanate potassium 8.58 MG/ML Oral Suspension"),
    drug("aspirin 81 mg"),
    drug("Aspirin 81 MG Delayed Release Oral Tablet"),
    drug("estradiol 0.05 MG/day transdermal patch"),
    drug("lidocaine 5% patch"),
    drug("vitamin D3 2000 IU"),
    supply("desk lamp"),
    device("air conditioner"),
    service("colonoscopy", CPT, "45378"),
]


@pytest.fixture(scope="module")
def client(real_index: RealIndex, shared: Path) -> Iterator[TestClient[Litestar]]:
    settings = Settings(home=Path("unused"))
    app = create_app(open_suggester(real_index.folder, settings), settings)
    with pytest.MonkeyPatch.context() as patch, TestClient(app) as client:
        patch.setattr(api.cds.cards, "CDS_BUDGET_S", 60.0)  # a busy machine is no reason for silence here
        yield client


def cards(client: TestClient[Litestar], order: dict[str, Any]) -> list[Any]:
    bundle = {"resourceType": "Bundle", "entry": [{"resource": order | {"id": "1"}}]}
    body = {"hook": "order-sign", "hookInstance": str(uuid4()), "context": {"draftOrders": bundle}}
    response = client.post("/cds-services/hcpcs-order-sign", json=body)
    assert response.status_code == 200, response.text
    found: list[Any] = response.json()["cards"]
    return found


def name(order: Any) -> str:
    return str(order)[:80] if isinstance(order, dict) else str(order)


@pytest.mark.parametrize(("order", "code"), DRAFTS, ids=name)
def test_an_order_gets_its_code_or_nothing(
    client: TestClient[Litestar], order: dict[str, Any], code: str | None
) -> None:
    """Nineteen orders of our own: the code of the first suggestion, or no card."""
    found = [card["suggestions"][0]["actions"][0] for card in cards(client, order)]

    assert [action["description"].split()[3] for action in found] == ([] if code is None else [code])


def test_more_orders_get_their_code_or_nothing(client: TestClient[Litestar]) -> None:
    """Forty-eight more: the sixteen that no code fits have no suggestion, 28 of 32 the right one first."""
    firsts = [
        next((each["label"][:5] for card in cards(client, order) for each in card.get("suggestions", ())), "")
        for order, _ in MORE
    ]
    told = [(found, codes) for found, (_, codes) in zip(firsts, MORE, strict=True)]

    assert len(told) == 48
    assert [found for found, codes in told if not codes] == [""] * 16
    assert sum(found in codes.split() for found, codes in told) >= 28


@pytest.mark.parametrize("order", NEVER, ids=name)
def test_what_no_code_fits_gets_no_card(client: TestClient[Litestar], order: dict[str, Any]) -> None:
    """The specification's own example, aspirin, and a procedure that has its CPT code."""
    assert cards(client, order) == []


def test_the_specifications_selection_gets_no_card(client: TestClient[Litestar]) -> None:
    """A pudding and an antibiotic, both selected, as in the example of `order-select`."""
    pudding = {
        "resourceType": "NutritionOrder",
        "id": "pureeddiet-simple",
        "oralDiet": {"type": [{"text": "Pureed diet"}]},
        "supplement": [
            {"type": {"text": "Adult high energy pudding"}, "productName": "Ensure Pudding 4 oz container"}
        ],
    }
    orders = [pudding, NEVER[0] | {"id": "smart-MedicationRequest-103"}]
    body = {
        "hook": "order-select",
        "hookInstance": str(uuid4()),
        "context": {
            "selections": [
                "NutritionOrder/pureeddiet-simple",
                "MedicationRequest/smart-MedicationRequest-103",
            ],
            "draftOrders": {"resourceType": "Bundle", "entry": [{"resource": order} for order in orders]},
        },
    }

    assert client.post("/cds-services/hcpcs-order-select", json=body).json() == {"cards": []}
