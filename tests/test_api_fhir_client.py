"""A real FHIR client (fhirpy) drives a live server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import OperationOutcome, ResourceNotFound

from api.app import create_app
from api.settings import Settings
from index.code_systems import LEVEL_II
from tests.fakes import FakeSuggester
from tests.live import running

KEY = "correct-horse-battery"


@pytest.fixture(scope="module")
def client() -> Iterator[SyncFHIRClient]:
    app = create_app(FakeSuggester(), Settings(home=Path("unused"), api_key=KEY))
    with running(app) as address:
        yield SyncFHIRClient(f"{address}/fhir", authorization=f"Bearer {KEY}")


def test_the_client_expands_a_value_set(client: SyncFHIRClient) -> None:
    """By POST with Parameters and by GET with a query string."""
    body = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "url", "valueUri": f"{LEVEL_II.address}?fhir_vs"},
            {"name": "filter", "valueString": "folding walker with wheels"},
            {"name": "count", "valueInteger": 1},
        ],
    }
    posted = client.execute("ValueSet/$expand", data=body)
    got = client.execute(
        "ValueSet/$expand",
        method="get",
        params={"url": f"{LEVEL_II.address}?fhir_vs", "filter": "folding walker with wheels", "count": 1},
    )

    assert posted["expansion"]["contains"][0]["code"] == got["expansion"]["contains"][0]["code"] == "E0143"


def test_the_client_looks_a_code_up(client: SyncFHIRClient) -> None:
    """The display is returned as a Parameters part."""
    answer = client.execute(
        "CodeSystem/$lookup", method="get", params={"system": LEVEL_II.address, "code": "K0001"}
    )

    assert {"name": "display", "valueString": "Plain wheelchair"} in answer["parameter"]


def test_the_client_finds_the_code_system(client: SyncFHIRClient) -> None:
    """Search and read of the resource work as for any other."""
    found = client.resources("CodeSystem").search(url=LEVEL_II.address).fetch()
    read = client.reference("CodeSystem", "hcpcs-level-ii").to_resource()

    assert [resource["version"] for resource in found] == ["2026-01"]
    assert read["url"] == LEVEL_II.address


def test_the_client_understands_the_errors(client: SyncFHIRClient) -> None:
    """404 and 400 become the client's own exceptions, with our sentence inside."""
    with pytest.raises(ResourceNotFound, match="no such code"):
        client.execute(
            "CodeSystem/$lookup", method="get", params={"system": LEVEL_II.address, "code": "E9999"}
        )
    with pytest.raises(OperationOutcome, match="'url' is needed"):
        client.execute("ValueSet/$expand", method="get")
