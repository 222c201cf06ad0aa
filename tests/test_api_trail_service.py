"""The trail of the service: what it records of each request, and that a killed worker loses none."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.app import create_app
from api.settings import Settings
from api.trail.files import files_and_sizes
from api.trail.key import TrailKey, read_key
from api.trail.verify import verify
from tests.fakes import FakeSuggester
from tests.test_api_commands_serve import serving
from tests.waiting import wait_until

ORDER = {"resourceType": "DeviceRequest", "id": "1", "codeCodeableConcept": {"text": "folding walker"}}
HOOK = {
    "hook": "order-sign",
    "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
    "context": {"draftOrders": {"resourceType": "Bundle", "entry": [{"resource": ORDER}]}},
}
ITEMS = {"items": [{"text": "cane"}, {"text": "scoop"}]}
EXPAND = "/fhir/ValueSet/$expand?url=http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets?fhir_vs"


def settings(home: Path) -> Settings:
    return Settings(home=home, trail=home / "trail")


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient[Litestar]]:
    with TestClient(create_app(FakeSuggester(), settings(tmp_path)), raise_server_exceptions=False) as client:
        yield client


def records(home: Path) -> list[dict[str, Any]]:
    """All records but those that open a file; a line that is being written is left out."""
    files = files_and_sizes(home / "trail")
    lines = [line for path, size in files for line in path.read_bytes()[:size].splitlines()]
    return [record for record in map(json.loads, lines) if record["event"] != "open"]


def requests(home: Path) -> list[dict[str, Any]]:
    return [record for record in records(home) if record["event"] == "request"]


def key(home: Path) -> TrailKey:
    return read_key(home / "trail.key")


def test_a_request_is_recorded_whole(client: TestClient[Litestar], tmp_path: Path) -> None:
    """Who, when, route, outcome, counts, release, timing, id, and the digest of the text."""
    client.post("/v1/suggest", json={"text": "folding walker"}, headers={"X-Request-ID": "mine-1"})
    start, record = records(tmp_path)

    assert (start["event"], start["release"], start["worker"]) == ("start", "2026-01", os.getpid())
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", record.pop("at"))
    assert re.fullmatch("[0-9a-f]{32}", record.pop("mac"))
    assert 0 < record.pop("ms") < 60_000
    assert record == {
        "event": "request",
        "who": "anonymous",
        "address": "",
        "method": "POST",
        "route": "/v1/suggest",
        "status": 200,
        "outcome": "answered",
        "codes": 2,
        "texts": [key(tmp_path).digest("folding walker")],
        "release": "2026-01",
        "request_id": "mine-1",
        "worker": os.getpid(),
        "seq": 3,
    }


@pytest.mark.parametrize(
    ("ask", "texts", "codes"),
    [
        (lambda client: client.post("/v1/suggest", json={"text": "cane"}), ["cane"], 1),
        (
            lambda client: client.post(
                "/v1/suggest/batch", json={"items": [{"text": "cane"}, {"text": "scoop"}]}
            ),
            ["cane", "scoop"],
            1,
        ),
        (lambda client: client.get("/api/hcpcs/v3/search?terms=cane"), ["cane"], 1),
        (lambda client: client.post("/cds-services/hcpcs-suggest", json=HOOK), ["folding walker"], 2),
        (lambda client: client.get(f"{EXPAND}&filter=cane"), ["cane"], 1),
        (lambda client: client.get("/v1/codes/E0100"), [], 0),
    ],
)
def test_every_interface_tells_its_texts_and_codes(
    client: TestClient[Litestar], tmp_path: Path, ask: Any, texts: list[str], codes: int
) -> None:
    """The same whether the answer is computed or comes from the cache."""
    assert [ask(client).status_code for _ in range(2)] == [200, 200]

    for record in requests(tmp_path):
        assert record["texts"] == [key(tmp_path).digest(text) for text in texts]
        assert record["codes"] == codes


def test_refusals_and_faults_are_recorded(
    client: TestClient[Litestar], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With their status; probes are not."""
    client.post("/v1/suggest", content=b"{", headers={"Content-Type": "application/json"})
    client.get("/nowhere/patient")
    client.get("/health/live")
    monkeypatch.setattr(FakeSuggester, "suggest", lambda *_, **__: 1 / 0)
    client.post("/v1/suggest", json={"text": "cane"})

    assert [(record["route"], record["status"], record["outcome"]) for record in requests(tmp_path)] == [
        ("/v1/suggest", 400, "refused"),
        ("(no route)", 404, "refused"),
        ("/v1/suggest", 500, "failed"),
    ]


def test_start_and_stop_are_recorded_and_the_chain_holds(tmp_path: Path) -> None:
    """Over two lives of the service."""
    for _ in range(2):
        with TestClient(create_app(FakeSuggester(), settings(tmp_path))) as client:
            client.post("/v1/suggest", json={"text": "cane"})

    assert [record["event"] for record in records(tmp_path)] == ["start", "request", "stop"] * 2
    assert verify(tmp_path / "trail", key(tmp_path)).findings == []


def test_without_the_setting_nothing_is_written(tmp_path: Path) -> None:
    """Neither folder nor key."""
    with TestClient(create_app(FakeSuggester(), Settings(home=tmp_path))) as client:
        client.post("/v1/suggest", json={"text": "cane"})

    assert list(tmp_path.iterdir()) == []


def ask(address: str, identifier: str) -> str:
    """Ask on a connection of its own, so that all workers answer; gives the id of the answer."""
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
    try:
        headers = {"Content-Type": "application/json", "X-Request-ID": identifier}
        connection.request("POST", "/v1/suggest", b'{"text": "cane"}', headers)
        response = connection.getresponse()
        response.read()
        return response.headers["X-Request-ID"]
    finally:
        connection.close()


def test_a_killed_worker_loses_no_record_of_an_answer(tmp_path: Path) -> None:
    """`kill -9` among two workers: every answer that arrived is recorded, and the chain is whole."""
    answered: list[str] = []

    def workers() -> set[int]:
        return {record["worker"] for record in records(tmp_path)}

    environ = {"HCPCS_HOME": str(tmp_path), "HCPCS_TRAIL": "1", "HCPCS_ACCESS_LOG": "0"}
    with serving("--workers", "2", **environ) as (_, address):
        # Before any request: a worker that starts while another is killed is not what is tried here.
        wait_until(lambda: len(workers()) == 2, 120, what="both workers")
        for number in range(300):
            with suppress(OSError, http.client.HTTPException):
                answered.append(ask(address, f"r{number}"))
            if number == 150:
                os.kill(requests(tmp_path)[-1]["worker"], signal.SIGKILL)

    recorded = {record["request_id"] for record in requests(tmp_path)}
    assert len(answered) > 200
    assert set(answered) <= recorded
    assert len({record["worker"] for record in requests(tmp_path)}) >= 2
    assert verify(tmp_path / "trail", key(tmp_path)).findings == []
