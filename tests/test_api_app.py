"""Properties of every route: request id, versions, key, health, metrics, logs."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from litestar import Litestar, get
from litestar.testing import TestClient

from api.app import create_app
from api.settings import Settings
from tests.fakes import FakeSuggester

SETTINGS = Settings(home=Path("unused"))
KEY = "correct-horse-battery"
SECRET = "zebrafish"  # represents text of a patient's record


@pytest.fixture
def client() -> Iterator[TestClient[Litestar]]:
    with TestClient(create_app(FakeSuggester(), SETTINGS)) as client:
        yield client


def test_a_request_id_comes_back(client: TestClient[Litestar]) -> None:
    """A well-formed id is returned, another is replaced, and there is always one."""
    given = client.get("/health/live", headers={"X-Request-ID": "order-17.a_b"}).headers["x-request-id"]
    replaced = client.get("/health/live", headers={"X-Request-ID": "Mrs Doe"}).headers["x-request-id"]
    generated = client.get("/nowhere").headers["x-request-id"]

    assert given == "order-17.a_b"
    assert len(replaced) == len(generated) == 24
    assert replaced != generated


def test_every_answer_names_release_and_model(client: TestClient[Litestar]) -> None:
    """Also errors, and answers whose standard has no field for them."""
    for path in ("/health/live", "/v1/releases", "/nowhere"):
        headers = client.get(path).headers
        assert (headers["x-hcpcs-release"], headers["x-hcpcs-model"]) == ("2026-01", "fake-1")


def test_a_key_is_asked_for_where_one_is_set() -> None:
    """Without the key 401 with a problem body; health stays open; both header forms are taken."""
    settings = msgspec.structs.replace(SETTINGS, api_key=KEY)
    with TestClient(create_app(FakeSuggester(), settings)) as client:
        refused = client.post("/v1/suggest", json={"text": "cane"})
        wrong = client.get("/v1/releases", headers={"X-API-Key": KEY + "x"})
        bearer = client.get("/v1/releases", headers={"Authorization": f"Bearer {KEY}"})
        header = client.get("/v1/releases", headers={"X-API-Key": KEY})
        metrics = client.get("/metrics")
        fhir = client.get("/fhir/CodeSystem/$lookup")
        found = client.get("/fhir/metadata").status_code, client.get("/cds-services").status_code
        health = client.get("/health/ready")

    assert refused.status_code == wrong.status_code == metrics.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert refused.json()["type"] == "urn:hcpcs-suggest:problem:key-needed"
    assert KEY not in wrong.text
    assert (fhir.status_code, fhir.json()["issue"][0]["code"]) == (401, "login")
    assert found == (200, 200)
    assert bearer.status_code == header.status_code == health.status_code == 200


def test_browsers_of_other_origins_are_let_in_only_when_named() -> None:
    """CORS headers appear for the origins in the settings and for no other."""
    settings = msgspec.structs.replace(SETTINGS, cors_origins=("https://ehr.example.org",), api_key=KEY)
    with TestClient(create_app(FakeSuggester(), settings)) as client:
        named = client.get("/health/live", headers={"Origin": "https://ehr.example.org"})
        other = client.get("/health/live", headers={"Origin": "https://evil.example.org"})
        asked = client.options(
            "/v1/suggest",
            headers={
                "Origin": "https://ehr.example.org",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "content-type,x-api-key",
            },
        )

    assert named.headers["access-control-allow-origin"] == "https://ehr.example.org"
    assert "access-control-allow-origin" not in other.headers
    assert asked.status_code == 204


def test_ready_follows_a_real_query() -> None:
    """Live at once; ready only after the self-test query found its own record."""

    class Forgetful(FakeSuggester):
        @staticmethod
        def _ranked(*_: object) -> list[object]:  # type: ignore[override]
            return []

    with TestClient(create_app(Forgetful(), SETTINGS)) as client:
        live, ready = client.get("/health/live"), client.get("/health/ready")
    assert live.json() == {"status": "live"}
    assert ready.status_code == 503
    assert ready.json()["reason"] == "the self-test query did not bring back A4206 for its own description"

    with TestClient(create_app(FakeSuggester(), SETTINGS)) as client:
        ready = client.get("/health/ready")
    assert ready.status_code == 200
    assert (ready.json()["status"], ready.json()["codes"]) == ("ready", 10)


def test_metrics_name_route_templates_only(client: TestClient[Litestar]) -> None:
    """Neither a requested path nor any text becomes a label."""
    client.get(f"/v1/codes/{SECRET}")
    client.get("/v1/codes/E0100")
    client.get(f"/{SECRET}")
    client.post("/v1/suggest", json={"text": SECRET})
    metrics = client.get("/metrics").text

    assert SECRET not in metrics
    assert 'hcpcs_http_requests_total{method="GET",route="/v1/codes/{code}",status="200"} 1.0' in metrics
    assert 'hcpcs_http_requests_total{method="GET",route="(no route)",status="404"} 1.0' in metrics
    assert "hcpcs_no_good_match_total 1.0" in metrics


def test_logs_hold_no_text(client: TestClient[Litestar], caplog: pytest.LogCaptureFixture) -> None:
    """The access log has method, template, status, time and id; no text, address or query string."""
    caplog.set_level(logging.DEBUG)
    client.post("/v1/suggest", json={"text": SECRET}, headers={"X-Request-ID": "abc"})
    client.get(f"/v1/codes/{SECRET}", params={"on": SECRET})
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("hcpcs")]

    assert ours[-2].startswith("POST /v1/suggest 200 ")
    assert ours[-2].endswith(" abc")
    assert ours[-1].startswith("GET /v1/codes/{code} 422 ")
    assert not any(SECRET in line for line in ours)


def test_an_unexpected_error_tells_and_logs_no_text(caplog: pytest.LogCaptureFixture) -> None:
    """A bug is a 500 problem; the log names the error's type and place, not its message."""

    @get("/broken", sync_to_thread=False)
    def broken() -> str:
        raise KeyError(SECRET)

    app = create_app(FakeSuggester(), SETTINGS, extra_routes=[broken])
    with TestClient(app, raise_server_exceptions=False) as client:
        response = client.get("/broken")

    assert response.status_code == 500
    assert response.json()["type"] == "urn:hcpcs-suggest:problem:internal-error"
    assert "unexpected KeyError at" in caplog.text
    assert SECRET not in response.text + caplog.text


def test_the_access_log_can_be_switched_off(caplog: pytest.LogCaptureFixture) -> None:
    """`HCPCS_ACCESS_LOG=0` writes no line for a request."""
    caplog.set_level(logging.INFO, "hcpcs.access")
    settings = msgspec.structs.replace(SETTINGS, access_log=False)
    with TestClient(create_app(FakeSuggester(), settings)) as client:
        client.get("/health/live")

    assert [r for r in caplog.records if r.name == "hcpcs.access"] == []
