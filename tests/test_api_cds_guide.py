"""The requests of the Da Vinci CRD guide, as they stand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.app import create_app
from api.loading import open_suggester
from api.settings import Settings
from tests.real_index import RealIndex

REQUESTS = ("CRDServiceRequest", "CRDServiceRequest2", "CRDServiceRequest3")


@pytest.fixture(scope="module")
def guide(shared: Path) -> Path:
    folder = shared.parent / "suites" / "crd"
    if not folder.is_dir():
        pytest.skip(f"the guide's requests are not at {folder}")
    return folder


@pytest.fixture(scope="module")
def client(real_index: RealIndex) -> Iterator[TestClient[Litestar]]:
    settings = Settings(home=Path("unused"))
    with TestClient(create_app(open_suggester(real_index.folder, settings), settings)) as client:
        yield client


def request(guide: Path, name: str) -> Any:
    return json.loads((guide / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("changes", [{}, {"extension": {}}], ids=["as they stand", "all cards on"])
@pytest.mark.parametrize("name", REQUESTS)
def test_the_guides_requests_are_answered(
    guide: Path, client: TestClient[Litestar], name: str, changes: dict[str, Any]
) -> None:
    """They order what is coded already, tablets without a code, and a message: no card, and no error."""
    body = request(guide, name) | changes
    for service in ("hcpcs-suggest", f"hcpcs-{body['hook']}"):
        response = client.post(f"/cds-services/{service}", json=body)
        assert (response.status_code, response.json()) == (200, {"cards": []})


def test_without_its_codes_the_guides_order_gets_a_card(guide: Path, client: TestClient[Litestar]) -> None:
    """The portable oxygen of the first request, as an order for equipment in words."""
    body = request(guide, "CRDServiceRequest") | {"extension": {}}
    order = body["context"]["draftOrders"]["entry"][1]["resource"]
    display = order.pop("code")["coding"][0]["display"]
    order |= {"resourceType": "DeviceRequest", "codeCodeableConcept": {"text": display}}
    (card,) = client.post("/cds-services/hcpcs-order-sign", json=body).json()["cards"]
    changed = card["suggestions"][0]["actions"][0]["resource"]
    (option,) = changed["codeCodeableConcept"]["extension"]

    assert option["valueCodeableConcept"]["coding"][0]["code"] == "E0431"
    assert changed["subject"] == order["subject"]


def test_the_dispatched_tablets_are_read_from_prefetch(guide: Path, client: TestClient[Litestar]) -> None:
    """With an injection in place of the second drug, its order and no other gets a card."""
    body = request(guide, "CRDServiceRequest2") | {"extension": {}}
    for value in body["prefetch"].values():
        for entry in (value or {}).get("entry", []):
            if entry["resource"].get("id") == "MED2":
                entry["resource"]["code"] = {"text": "ceftriaxone 1 g injection"}
    orders = [
        {
            "resourceType": "MedicationRequest",
            "id": identifier,
            "medicationReference": {"reference": f"http://example.org/someEHR/fhir/Medication/{drug}"},
        }
        for identifier, drug in (("1111", "MED1"), ("2222", "MED2"))
    ]
    body["prefetch"]["medicationRequests"] = {
        "resourceType": "Bundle",
        "entry": [{"resource": order} for order in orders],
    }
    (card,) = client.post("/cds-services/hcpcs-order-dispatch", json=body).json()["cards"]

    assert card["suggestions"][0]["label"].startswith("J0696 ")
    assert card["extension"]["davinci-crd.associated-resource"] == [{"reference": "MedicationRequest/2222"}]
