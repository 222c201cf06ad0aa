"""Properties of every route: request id, versions, key, health, metrics, logs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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


@pytest.mark.parametrize(
    ("names", "host", "allowed"),
    [
        ("loopback", "localhost:8000", True),
        ("loopback", "127.0.0.1", True),
        ("loopback", "127.8.8.8:80", True),
        ("loopback", "[::1]:8000", True),
        ("loopback", "page.localhost", True),
        ("loopback", "LOCALHOST", True),
        ("loopback", "evil.example.org", False),
        ("loopback", "localhost.evil.example.org", False),
        ("loopback", "10.1.2.3", False),
        ("loopback", "localhost@evil.example.org", False),
        ("loopback", "localhost:8000:9", False),
        ("loopback", "[::1", False),
        ("loopback", "", False),
        ("address", "10.1.2.3:8000", True),
        ("address", "[fe80::1]", True),
        ("address", "localhost", True),
        ("address", "evil.example.org", False),
        ("codes.example.org", "codes.example.org.", True),
        ("codes.example.org", "xcodes.example.org", False),
        ("*.example.org", "codes.example.org", True),
        ("*.example.org", "example.org", False),
        ("*.example.org", "evilexample.org", False),
        ("*", "anything", True),
    ],
)
def test_hosts_are_allowed_by_list(names: str, host: str, allowed: bool) -> None:
    """A page that rebinds its own name to this address gets 421 and no answer of ours."""
    settings = msgspec.structs.replace(SETTINGS, allowed_hosts=(names,))
    with TestClient(create_app(FakeSuggester(), settings)) as client:
        response = client.post("/v1/suggest", json={"text": "cane"}, headers={"Host": host})
        page = client.get("/", headers={"Host": host})

    assert (response.status_code, page.status_code) == ((200, 200) if allowed else (421, 421))
    if not allowed:
        assert response.json()["type"] == "urn:hcpcs-suggest:problem:wrong-host"
        assert response.headers["x-request-id"]
        assert not host or host not in response.text


def test_every_answer_has_security_headers(client: TestClient[Litestar]) -> None:
    """Answers, errors and the page: no sniffing, framing, referrer or store; the page runs its own files."""
    for path in ("/", "/v1/releases", "/nowhere", "/static/page.js", "/health/live"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cache-control"] == ("private, no-cache" if path == "/v1/releases" else "no-store")
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "server" not in headers
    policy = client.get("/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    "path", ["/v1/suggest", "/v1/suggest/batch", "/fhir/ValueSet/$expand", "/cds-services/hcpcs-suggest"]
)
@pytest.mark.parametrize(
    "kind", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_a_body_must_say_it_is_json(client: TestClient[Litestar], path: str, kind: str | None) -> None:
    """What a page of another origin may send without being asked first (CORS) is 415 everywhere."""
    headers = {"Content-Type": kind} if kind else {}
    assert client.post(path, content=b'{"text": "cane"}', headers=headers).status_code == 415


def test_an_unknown_field_is_not_repeated(client: TestClient[Litestar]) -> None:
    """A field's name may be about a patient too."""
    nested = {"items": [{"text": "cane", SECRET: 1}]}
    bodies = {"/v1/suggest": {"text": "cane", SECRET: 1}, "/v1/suggest/batch": {"items": [], SECRET: 1}}
    for path, body in bodies.items():
        response = client.post(path, json=body)
        assert response.status_code == 422
        assert SECRET not in response.text
    assert SECRET not in client.post("/v1/suggest/batch", json=nested).text


def test_a_client_that_left_is_no_error_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    """A request whose body never arrives whole is logged as 499, not as 500."""
    caplog.set_level(logging.INFO)
    app = create_app(FakeSuggester(), SETTINGS)
    scope = {
        "type": "http", "method": "POST", "path": "/v1/suggest", "raw_path": b"/v1/suggest",
        "headers": [(b"host", b"x"), (b"content-type", b"application/json"), (b"content-length", b"20")],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2), "scheme": "http", "root_path": "",
        "query_string": b"", "state": {}, "http_version": "1.1", "asgi": {"version": "3.0"},
    }  # fmt: skip
    messages = [{"type": "http.disconnect"}, {"type": "http.request", "body": b'{"te', "more_body": True}]

    async def receive() -> Any:
        return messages.pop() if messages else {"type": "http.disconnect"}

    async def send(_: Any) -> None:
        """Nobody is there."""

    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]

    lines = [record.getMessage() for record in caplog.records if record.name.startswith("hcpcs")]
    assert [line.split(" ")[:3] for line in lines] == [["POST", "/v1/suggest", "499"]]
