"""CDS Hooks 2.0: drafts with text get a card with codes to accept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
from fhir.resources.R4B import get_fhir_model_class
from litestar import Litestar
from litestar.testing import TestClient

from api.app import create_app
from api.cds.feedback import code_of, suggestion_id
from api.settings import Settings
from index.code_systems import LEVEL_II
from index.records import Record
from index.store.tables import Tables
from index.tables.read import read_tables
from suggest.answer import Answer, Filters
from tests.fakes import OTHER_TEXT, OTHER_WARNING, RECORDS, FakeCatalogue, FakeSuggester
from tests.table_files import CROSSWALK_ROWS, csv_bytes

WHO = {"subject": {"reference": "Patient/1"}, "intent": "order", "status": "draft"}
WALKER = {"text": "folding walker with wheels"}
NOW = "2026-01-15T09:31:00Z"
GUIDE_SYSTEM = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
MORE_RECORDS = (
    Record("B4100", "Thickener for food", "Food thickener", date(2002, 1, 1)),
    Record("G0108", "Diabetes training, one person, half an hour", "Diabetes training", date(2001, 1, 1)),
    Record("G8400", "Documented reason for no insulin shot", "No insulin shot", date(2009, 1, 1)),
)
DRAFTS: dict[str, dict[str, Any]] = {
    "DeviceRequest": {"codeCodeableConcept": WALKER, **WHO},
    "ServiceRequest": {"code": {"text": "diabetes training for one person"}, **WHO},
    "MedicationRequest": {"medicationCodeableConcept": {"text": "insulin shot"}, **WHO},
    "SupplyRequest": {"itemCodeableConcept": WALKER, "quantity": {"value": 1}, "status": "draft"},
    "NutritionOrder": {
        "supplement": [{"productName": "food thickener"}],
        "dateTime": "2026-01-05",
        "patient": {"reference": "Patient/1"},
        "intent": "order",
        "status": "draft",
    },
}


@pytest.fixture
def client() -> Iterator[TestClient[Litestar]]:
    suggester = FakeSuggester()
    suggester.catalogue = FakeCatalogue((*RECORDS, *MORE_RECORDS))
    with TestClient(create_app(suggester, Settings(home=Path("unused")))) as client:
        yield client


def draft(kind: str, **changes: Any) -> dict[str, Any]:
    return {"resourceType": kind, "id": f"{kind}-1"} | DRAFTS[kind] | changes


def call(
    client: TestClient[Litestar], *drafts: dict[str, Any], hook: str = "order-sign", **context: Any
) -> list[Any]:
    body = {
        "hook": hook,
        "hookInstance": str(uuid4()),
        "context": {
            "userId": "Practitioner/1",
            "patientId": "1",
            "draftOrders": {"resourceType": "Bundle", "entry": [{"resource": one} for one in drafts]},
            **context,
        },
    }
    response = client.post("/cds-services/hcpcs-suggest", json=body)
    assert response.status_code == 200, response.text
    cards: list[Any] = response.json()["cards"]
    return cards


def test_discovery_names_one_service_a_hook(client: TestClient[Litestar]) -> None:
    """Each has an id of its own, the queries of the CRD guide, its version, and options with defaults."""
    services = client.get("/cds-services").json()["services"]

    assert [(s["hook"], s["id"]) for s in services] == [
        ("order-select", "hcpcs-order-select"),
        ("order-sign", "hcpcs-order-sign"),
        ("order-dispatch", "hcpcs-order-dispatch"),
    ]
    assert all(s["title"] and s["description"] and s["usageRequirements"] for s in services)
    assert all("medications" in s["prefetch"] for s in services)
    for service in services:
        assert service["extension"]["davinci-crd.version"] == ["2.2"]
        options = service["extension"]["davinci-crd.configuration-options"]
        assert [option["code"] for option in options] == ["claim", "max-cards"]
        assert all(set(option) == {"code", "type", "name", "description", "default"} for option in options)


def test_a_service_answers_its_own_hook(client: TestClient[Litestar]) -> None:
    """The listed services take one hook each; `hcpcs-suggest` takes all."""
    orders = {"draftOrders": {"resourceType": "Bundle", "entry": [{"resource": draft("DeviceRequest")}]}}
    body = {"hook": "order-sign", "hookInstance": str(uuid4()), "context": orders}

    for name, status in (("suggest", 200), ("order-sign", 200), ("order-select", 422)):
        response = client.post(f"/cds-services/hcpcs-{name}", json=body)
        assert response.status_code == status
        if status == 200:
            assert len(response.json()["cards"]) == 1
        else:
            assert response.json()["errors"][0]["path"] == "$.hook"
    for path in ("/cds-services/other", "/cds-services/other/feedback"):
        told = {"feedback": [{"card": str(uuid4()), "outcome": "overridden", "outcomeTimestamp": NOW}]}
        assert client.post(path, json=body if path.endswith("other") else told).status_code == 404
    assert client.post("/cds-services/hcpcs-order-sign/feedback", json=told).status_code == 200


def test_smart_configuration_names_the_addresses(client: TestClient[Litestar]) -> None:
    """It needs no key, and claims no launch."""
    found = client.get("/.well-known/smart-configuration").json()

    assert found["capabilities"] == []
    assert found["davinci_crd_hook_endpoint"].endswith("/cds-services")
    assert [each["url"].rpartition("/")[2] for each in found["associated_endpoints"]] == [
        "fhir",
        "cds-services",
    ]


def test_the_clients_configuration_counts(client: TestClient[Litestar]) -> None:
    """`claim` turns the cards off, `max-cards` bounds them; other and odd values are ignored."""
    drafts = [draft("DeviceRequest"), draft("SupplyRequest")]
    context = {"draftOrders": {"resourceType": "Bundle", "entry": [{"resource": one} for one in drafts]}}

    for configuration, cards in (
        ({"claim": False}, 0),
        ({"claim": True, "coverage-info": False}, 2),
        ({"max-cards": 1}, 1),
        ({"max-cards": 0}, 0),
        ({"max-cards": "x", "claim": None}, 2),
        ({"max-cards": -1}, 2),
        ([], 2),
    ):
        body = {
            "hook": "order-sign",
            "hookInstance": str(uuid4()),
            "context": context,
            "extension": {"davinci-crd.configuration": configuration},
        }
        assert len(client.post("/cds-services/hcpcs-suggest", json=body).json()["cards"]) == cards


def test_a_body_of_nearly_a_megabyte_is_read(client: TestClient[Litestar]) -> None:
    """Prefetched resources make calls large; over 1 MB is refused."""
    bulk = {"resourceType": "Binary", "data": "A" * 900_000}
    body = {
        "hook": "order-sign",
        "hookInstance": str(uuid4()),
        "context": {
            "draftOrders": {"resourceType": "Bundle", "entry": [{"resource": draft("DeviceRequest")}]}
        },
        "prefetch": {"bulk": bulk, "nothing": None},
    }
    assert len(client.post("/cds-services/hcpcs-order-sign", json=body).json()["cards"]) == 1

    bulk["data"] *= 2
    assert client.post("/cds-services/hcpcs-order-sign", json=body).status_code == 413


@pytest.mark.parametrize(
    ("kind", "code", "path"),
    [
        ("DeviceRequest", "E0143", ["codeCodeableConcept"]),
        ("ServiceRequest", "G0108", ["code"]),
        ("MedicationRequest", "J1815", ["medicationCodeableConcept"]),
        ("SupplyRequest", "E0143", ["itemCodeableConcept"]),
        ("NutritionOrder", "B4100", ["supplement", 0, "type"]),
    ],
)
def test_a_draft_in_words_gets_a_card(
    client: TestClient[Litestar], kind: str, code: str, path: list[str | int]
) -> None:
    """Each action is a valid resource: the draft with the code, also as a billing option of the guide."""
    (card,) = call(client, draft(kind))

    assert card["indicator"] == "info"
    assert card["selectionBehavior"] == "at-most-one"
    assert len(card["summary"]) < 140
    assert 1 <= len(card["suggestions"]) <= 3
    assert {reason["code"] for reason in card["overrideReasons"]} >= {"wrong-item", "other-code"}
    action = card["suggestions"][0]["actions"][0]
    assert action["type"] == "update"
    get_fhir_model_class(kind).model_validate(action["resource"])
    concept: Any = action["resource"]
    for key in path:
        concept = concept[key]
    added = concept["coding"][-1]
    assert (added["system"], added["code"], added["version"]) == (LEVEL_II.address, code, "2026-01")
    (option,) = action["resource"]["extension"] if kind == "NutritionOrder" else concept["extension"]
    assert option["url"].endswith("/ext-billing-options")
    (billed,) = option["valueCodeableConcept"]["coding"]
    assert (billed["system"], billed["code"]) == (GUIDE_SYSTEM, code)
    reference = {"reference": f"{kind}/{kind}-1"}
    assert card["extension"] == {"davinci-crd.associated-resource": [reference]}


@pytest.mark.parametrize(
    "system",
    [
        *sorted(LEVEL_II.addresses),
        "http://www.ama-assn.org/go/cpt",
        "http://www.ada.org/cdt",
        "http://www.cms.gov/Medicare/Coding/ICD10",
    ],
)
def test_a_billing_code_of_any_system_is_respected(client: TestClient[Litestar], system: str) -> None:
    """As a coding, or among the guide's billing options; nothing is added to such a concept."""
    coded = {"coding": [{"system": system, "code": "1"}]}
    url = "http://hl7.org/fhir/us/davinci-crd/StructureDefinition/ext-billing-options"
    option = {"extension": [{"url": url, "valueCodeableConcept": coded}]}

    assert call(client, draft("DeviceRequest", codeCodeableConcept={**WALKER, **coded})) == []
    assert call(client, draft("DeviceRequest", codeCodeableConcept={**WALKER, **option})) == []


def test_a_code_must_fit_the_order(client: TestClient[Litestar]) -> None:
    """No equipment for a drug or a service, no drug for equipment, never a quality measure."""
    shot = {"text": "documented reason for no insulin shot"}

    assert call(client, draft("MedicationRequest", medicationCodeableConcept=WALKER)) == []
    assert call(client, draft("ServiceRequest", code=WALKER)) == []
    assert call(client, draft("DeviceRequest", codeCodeableConcept={"text": "insulin shot"})) == []
    assert call(client, draft("ServiceRequest", code=shot)) == []


def test_codes_that_are_unlikely_together_are_not_shown(client: TestClient[Litestar]) -> None:
    """The fake's confidence is the share of words: one of four is too little, two of three are enough."""
    unlikely, likely = {"text": "cane xa xb xc"}, {"text": "folding walker xyzzy"}

    assert call(client, draft("DeviceRequest", codeCodeableConcept=unlikely)) == []
    assert len(call(client, draft("DeviceRequest", codeCodeableConcept=likely))) == 1


def test_a_draft_with_a_code_gets_none(client: TestClient[Litestar]) -> None:
    """A clinical coding keeps its concept for itself: the code stands beside it as a billing option."""
    oid = {"coding": [{"system": "urn:oid:2.16.840.1.113883.6.285", "code": "E0143"}], **WALKER}
    snomed = {"coding": [{"system": "http://snomed.info/sct", "code": "1", "display": "walker"}]}

    assert call(client, draft("DeviceRequest", codeCodeableConcept=oid)) == []
    (card,) = call(client, draft("DeviceRequest", codeCodeableConcept=snomed))
    concept = card["suggestions"][0]["actions"][0]["resource"]["codeCodeableConcept"]
    assert concept["coding"] == snomed["coding"]
    assert concept["extension"][0]["valueCodeableConcept"]["coding"][0]["system"] == GUIDE_SYSTEM


def test_nothing_good_to_say_is_no_card(client: TestClient[Litestar]) -> None:
    """Unknown words, no words, a reference and other resources get no card."""
    assert call(client, draft("DeviceRequest", codeCodeableConcept={"text": "xyzzy"})) == []
    assert call(client, draft("DeviceRequest", codeCodeableConcept={})) == []
    assert call(client, {"resourceType": "DeviceRequest", "codeReference": {"reference": "Device/1"}}) == []
    assert call(client, {"resourceType": "Appointment", "description": "walker"}) == []
    assert call(client) == []


def test_a_text_of_another_system_gets_a_card_without_suggestions(client: TestClient[Litestar]) -> None:
    """It says which system, and nothing can be accepted."""
    (card,) = call(client, draft("ServiceRequest", code={"text": OTHER_TEXT}))

    assert card["summary"] == "ServiceRequest: looks like CPT (93%): HCPCS Level II has no code for it"
    assert card["detail"].startswith("This looks like a CPT procedure (93% likely);")
    assert OTHER_WARNING in card["detail"]
    assert "suggestions" not in card


def test_order_select_looks_at_what_was_selected(client: TestClient[Litestar]) -> None:
    """Drafts that are not selected are ignored."""
    cards = call(
        client,
        draft("DeviceRequest"),
        draft("MedicationRequest"),
        hook="order-select",
        selections=["MedicationRequest/MedicationRequest-1"],
    )

    assert [card["summary"].split(" ")[0] for card in cards] == ["MedicationRequest"]


def test_the_orders_day_decides(client: TestClient[Litestar]) -> None:
    """A code that had not ended on the day of the order is offered."""
    text = {"text": "walker that was replaced by another"}
    then = draft("DeviceRequest", codeCodeableConcept=text, occurrenceDateTime="2019-03-01T10:00:00Z")
    now = draft("DeviceRequest", codeCodeableConcept=text)
    first = [card["suggestions"][0]["label"][:5] for card in call(client, then, now)]

    assert first == ["E0144", "E0130"]


def test_numbers_of_the_draft_come_back_as_written(client: TestClient[Litestar]) -> None:
    """Decimals keep their digits, as FHIR asks."""
    body = (
        f'{{"hook":"order-sign","hookInstance":"{uuid4()}","context":'
        '{"draftOrders":{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"SupplyRequest",'
        '"quantity":{"value":1.50},"itemCodeableConcept":{"text":"wheelchair"}}}]}}}'
    )
    response = client.post(
        "/cds-services/hcpcs-suggest", content=body, headers={"Content-Type": "application/json"}
    )

    assert '"value":1.50' in response.text


class BlockedSuggester(FakeSuggester):
    """Answers a draft only after `released` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.released = Event()

    def suggest(
        self,
        texts: Sequence[str],
        k: int = 10,
        date_of_service: date | None = None,
        filters: Filters | None = None,
        *,
        explained: bool = True,
    ) -> list[Answer]:
        if texts == [WALKER["text"]]:
            assert self.released.wait(30)
        return super().suggest(texts, k, date_of_service, filters, explained=explained)


def test_a_late_answer_is_no_answer() -> None:
    """When the suggester is too slow the call ends within 500 ms, without cards, and is counted."""
    suggester = BlockedSuggester()
    with TestClient(create_app(suggester, Settings(home=Path("unused")))) as client:
        started = monotonic()
        cards = call(client, draft("DeviceRequest"), draft("SupplyRequest"))
        took = monotonic() - started
        suggester.released.set()
        metrics = client.get("/metrics").text

    assert cards == []
    assert took < 0.7
    assert "hcpcs_cds_late_total 1.0" in metrics


def test_feedback_is_counted_by_code_and_outcome(client: TestClient[Litestar]) -> None:
    """Codes, outcomes and known reasons become metrics; comments and unknown words do not."""
    (card,) = call(client, draft("DeviceRequest"))
    taken = card["suggestions"][0]["uuid"]
    override = {"reason": {"code": "other-code"}, "userComment": "Mrs Doe wanted zebrafish"}
    body = {
        "feedback": [
            {
                "card": card["uuid"],
                "outcome": "accepted",
                "acceptedSuggestions": [{"id": taken}],
                "outcomeTimestamp": NOW,
            },
            {
                "card": str(uuid4()),
                "outcome": "overridden",
                "overrideReason": override,
                "outcomeTimestamp": NOW,
            },
            {
                "card": str(uuid4()),
                "outcomeTimestamp": NOW,
                "outcome": "overridden",
                "overrideReason": {"reason": {"code": "zebrafish"}},
            },
        ]
    }
    response = client.post("/cds-services/hcpcs-suggest/feedback", json=body)
    metrics = client.get("/metrics").text

    assert response.status_code == 200
    assert 'hcpcs_cds_feedback_total{code="E0143",outcome="accepted"} 1.0' in metrics
    assert 'hcpcs_cds_feedback_total{code="",outcome="overridden"} 2.0' in metrics
    assert 'hcpcs_cds_overrides_total{reason="other-code"} 1.0' in metrics
    assert 'hcpcs_cds_overrides_total{reason="other"} 1.0' in metrics
    assert "zebrafish" not in metrics


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"feedback": []}, "$.feedback"),
        ({"feedback": [{"card": "x", "outcome": "accepted"}]}, "$.feedback[0].card"),
        ({"feedback": [{"card": str(uuid4()), "outcome": "liked"}]}, "$.feedback[0].outcome"),
        ({"feedback": [{"card": str(uuid4()), "outcome": "overridden"}]}, "$.feedback[0]"),
        (
            {"feedback": [{"card": str(uuid4()), "outcome": "overridden", "outcomeTimestamp": "today"}]},
            "$.feedback[0].outcomeTimestamp",
        ),
        (
            {"feedback": [{"card": str(uuid4()), "outcome": "accepted", "outcomeTimestamp": NOW}]},
            "$.feedback[0].acceptedSuggestions",
        ),
        (
            {
                "feedback": [
                    {
                        "card": str(uuid4()),
                        "outcome": "overridden",
                        "outcomeTimestamp": NOW,
                        "acceptedSuggestions": [{"id": str(suggestion_id("E0143"))}],
                    }
                ]
            },
            "$.feedback[0].acceptedSuggestions",
        ),
    ],
)
def test_wrong_feedback_is_refused(client: TestClient[Litestar], body: Any, path: str) -> None:
    """Feedback that cannot be counted is a 422 with the field's path."""
    response = client.post("/cds-services/hcpcs-suggest/feedback", json=body)

    assert response.status_code == 422
    assert response.json()["errors"][0]["path"] == path


def test_feedback_on_what_is_not_ours_is_refused(client: TestClient[Litestar]) -> None:
    """A suggestion that this service did not make is a 404 with the field's path."""
    card = {
        "card": str(uuid4()),
        "outcome": "accepted",
        "outcomeTimestamp": NOW,
        "acceptedSuggestions": [{"id": "00000000-0000-4000-8000-000000000000"}],
    }
    response = client.post("/cds-services/hcpcs-suggest/feedback", json={"feedback": [card]})

    assert response.status_code == 404
    assert response.json()["errors"][0]["path"] == "$.feedback[0].acceptedSuggestions"


def test_a_wrong_call_is_refused(client: TestClient[Litestar]) -> None:
    """Another hook, no instance or no drafts: 422 with the field's path and no echo."""
    good = {"hook": "order-sign", "hookInstance": str(uuid4()), "context": {"draftOrders": {}}}
    for change, path in (
        ({"hook": "patient-view"}, "$.hook"),
        ({"hookInstance": "17"}, "$.hookInstance"),
        ({"context": {}}, "$.context"),
    ):
        response = client.post("/cds-services/hcpcs-suggest", json=good | change)
        assert (response.status_code, response.json()["errors"][0]["path"]) == (422, path)
        assert "patient-view" not in response.text


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "DeviceRequest", "codeCodeableConcept": "walker"},
        {"resourceType": "DeviceRequest", "codeCodeableConcept": {"coding": "walker", "text": 7}},
        {"resourceType": "NutritionOrder", "supplement": ["x", {"productName": "insulin shot", "type": []}]},
        {"resourceType": "DeviceRequest", "codeCodeableConcept": WALKER, "occurrenceDateTime": "2026-99-99"},
        {"resourceType": "DeviceRequest", "codeCodeableConcept": {"text": "walker " * 400}},
        {"resourceType": ["DeviceRequest"]},
        {"resourceType": "MedicationRequest", "medicationReference": {"reference": ["#a"]}, "contained": "a"},
        {
            "resourceType": "MedicationRequest",
            "medicationReference": {"reference": "#None"},
            "contained": [{}],
        },
        {"resourceType": "VisionPrescription", "lensSpecification": {"sphere": 1, "power": []}},
        {
            "resourceType": "VisionPrescription",
            "lensSpecification": [1, {"note": 3, "power": 1, "brand": {}}],
        },
        {"resourceType": "DeviceRequest", "id": 7, "codeReference": {"display": ["walker"]}},
        {"resourceType": "ServiceRequest", "code": {"extension": [{"url": [], "valueCodeableConcept": 1}]}},
        {"resourceType": "DeviceRequest", "codeCodeableConcept": {"coding": [{"system": []}], **WALKER}},
    ],
)
def test_malformed_drafts_do_no_harm(client: TestClient[Litestar], resource: Any) -> None:
    """A draft that is not valid FHIR gets a card or none, never an error."""
    assert len(call(client, resource)) <= 1


def test_an_order_of_many_parts_gets_few_cards(client: TestClient[Litestar]) -> None:
    """Each suggestion holds a copy of its order, so one order has at most five cards."""
    many = draft("NutritionOrder", supplement=[{"productName": "food thickener"}] * 30)

    assert len(call(client, many)) == 5


def test_a_drug_code_is_read_by_the_crosswalk(tmp_path: Path) -> None:
    """Where the index has CMS's: without a word, and before what words would suggest."""
    (tmp_path / "crosswalk.csv").write_bytes(csv_bytes(CROSSWALK_ROWS))
    suggester = FakeSuggester()
    suggester.tables = Tables.of(read_tables(tmp_path / "crosswalk.csv"))
    ndc = [{"system": "http://hl7.org/fhir/sid/ndc", "code": "0123-0456-07"}]
    listed = draft("MedicationRequest", medicationCodeableConcept={"coding": ndc})
    unlisted = draft("MedicationRequest", medicationCodeableConcept={"coding": [{**ndc[0], "code": "1"}]})
    with TestClient(create_app(suggester, Settings(home=Path("unused")))) as client:
        (card,) = call(client, listed, unlisted)

    assert [suggestion["label"][:5] for suggestion in card["suggestions"]] == ["J1815"]
    assert "NDC 00123-0456-07: Inventin, Invented Labs" in card["detail"]
    concept = card["suggestions"][0]["actions"][0]["resource"]["medicationCodeableConcept"]
    assert concept["coding"] == ndc


def test_a_suggestions_id_carries_its_code() -> None:
    """The UUID is new each time, has version 8, and contains the code."""
    first, second = suggestion_id("E0143"), suggestion_id("E0143")

    assert first != second
    assert (first.version, code_of(first), code_of(second)) == (8, "E0143", "E0143")
