"""The service on real indexes: the starter catalogue, and the January 2026 release where it is at hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from fhir.resources.R4B import get_fhir_model_class
from litestar import Litestar
from litestar.testing import TestClient

from api.__main__ import main
from api.app import create_app
from api.building import BuildOptions, build_index
from api.loading import open_suggester
from api.settings import Settings
from index.code_systems import LEVEL_II
from index.home import Home
from tests.test_api_commands_serve import serving

RELEASE = "hcpcs/2026-01/HCPC2026_JAN_ANWEB_01122026.txt.gz"


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose active index is the starter catalogue."""
    home = tmp_path_factory.mktemp("home")
    build_index(Home(home), on=date(2026, 1, 15))
    return home


@pytest.fixture(scope="module")
def client(starter: Path) -> Iterator[TestClient[Litestar]]:
    settings = Settings(home=starter)
    with TestClient(create_app(open_suggester(None, settings), settings)) as client:
        yield client


@pytest.fixture(scope="module")
def january(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient[Litestar]]:
    """The service on the official release."""
    settings = Settings(home=tmp_path_factory.mktemp("january"))
    build_index(Home(settings.home), BuildOptions(release=str(shared / RELEASE)), on=date(2026, 1, 15))
    with TestClient(create_app(open_suggester(None, settings), settings)) as client:
        yield client


def test_the_starter_says_what_it_is_on_every_surface(client: TestClient[Litestar]) -> None:
    """REST bodies, FHIR descriptions and CDS details carry the notice."""
    answer = client.post("/v1/suggest", json={"text": "wheelchair"}).json()
    notice = answer["notice"]
    draft = {"resourceType": "DeviceRequest", "codeCodeableConcept": {"text": "manual wheelchair"}}
    context = {"draftOrders": {"resourceType": "Bundle", "entry": [{"resource": draft}]}}
    call = {"hook": "order-sign", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "context": context}
    card = client.post("/cds-services/hcpcs-suggest", json=call).json()["cards"][0]

    assert "starter catalogue" in notice
    assert client.get("/v1/codes/E0143").json()["notice"] == notice
    assert client.get("/v1/codes").json()["notice"] == client.get("/v1/releases").json()["notice"] == notice
    assert notice in client.get("/fhir/metadata").json()["description"]
    assert notice in card["detail"]


def test_the_service_becomes_ready(client: TestClient[Litestar]) -> None:
    """The self-test query finds its own record."""
    health = client.get("/health/ready")

    assert health.status_code == 200, health.text


def test_one_question_has_one_answer_on_all_interfaces(client: TestClient[Litestar]) -> None:
    """REST, FHIR and NLM give the same ranking."""
    text = "oxygen concentrator"
    rest = client.post("/v1/suggest", json={"text": text, "k": 3, "include_terminated": True}).json()
    fhir = client.get(
        "/fhir/ValueSet/$expand", params={"url": f"{LEVEL_II.address}?fhir_vs", "filter": text, "count": 3}
    ).json()
    nlm = client.get("/api/hcpcs/v3/search", params={"terms": text, "maxList": 3}).json()

    ranked = [suggestion["code"] for suggestion in rest["suggestions"]]
    assert [concept["code"] for concept in fhir["expansion"]["contains"]] == ranked
    assert nlm[1][0] == ranked[0]


def test_two_workers_share_the_port_and_the_counts(starter: Path) -> None:
    """Both answer, and `/metrics` adds what both counted."""
    with serving("--workers", "2", module="api", HCPCS_HOME=str(starter)) as (_, address):
        for _ in range(20):
            httpx.post(f"{address}/v1/suggest", json={"text": "cane"}, timeout=20).raise_for_status()
        metrics = httpx.get(f"{address}/metrics", timeout=20).text

    assert 'hcpcs_http_requests_total{method="POST",route="/v1/suggest",status="200"} 20.0' in metrics


def test_a_damaged_index_is_refused_at_start(
    starter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence that names the file; nothing is bound."""
    folder = tmp_path / "damaged"
    source = Home(starter).active()
    assert source is not None
    folder.mkdir()
    for path in (path for path in source.rglob("*") if path.is_file()):
        target = folder / path.relative_to(source)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(path.read_bytes())
    records = folder / "records.jsonl"
    records.write_bytes(records.read_bytes()[:-9])

    assert main(["serve", "--port", "0", "--index", str(folder)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"hcpcs: {records} is damaged")
    assert error.count("\n") == 1


def checked(response: Any, kind: str) -> Any:
    assert response.status_code == 200, response.text
    get_fhir_model_class(kind).model_validate(response.json())
    return response.json()


@pytest.mark.shared
def test_a_whole_release_is_valid_fhir(january: TestClient[Litestar]) -> None:
    """The whole expansion and every twentieth look-up validate against the model library."""
    url = f"{LEVEL_II.address}?fhir_vs"
    whole = checked(
        january.get("/fhir/ValueSet/$expand", params={"url": url, "includeDesignations": True}), "ValueSet"
    )
    codes = [concept["code"] for concept in whole["expansion"]["contains"]]
    lookups = [
        checked(
            january.get("/fhir/CodeSystem/$lookup", params={"system": LEVEL_II.address, "code": code}),
            "Parameters",
        )
        for code in codes[::20]
    ]

    assert whole["expansion"]["total"] == len(codes) == 8623
    assert len(lookups) == 432


@pytest.mark.shared
def test_an_ended_code_names_its_successor_everywhere(january: TestClient[Litestar]) -> None:
    """Status, last day and successors of an ended code agree between REST, FHIR and NLM."""
    page = january.get("/v1/codes", params={"include_terminated": True, "section": "K", "limit": 500}).json()
    ended = [line["code"] for line in page["codes"] if line["status"] == "terminated"]
    details = [january.get(f"/v1/codes/{code}").json() for code in ended]
    detail = next(detail for detail in details if detail["successors"])
    code = detail["code"]
    validated = january.get(
        "/fhir/CodeSystem/$validate-code", params={"url": LEVEL_II.address, "code": code}
    ).json()
    nlm = january.get("/api/hcpcs/v3/search", params={"terms": code, "ef": "obsolete,term_dt"}).json()

    message = next(part["valueString"] for part in validated["parameter"] if part["name"] == "message")
    assert f"the code ended on {detail['effective_to']}" in message
    assert all(successor in message for successor in detail["successors"])
    assert nlm[2] == {"obsolete": [True], "term_dt": [detail["effective_to"].replace("-", "")]}
