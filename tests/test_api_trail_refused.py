"""Requests that are refused before the app stand in the trail, as counts without any text."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

import api.http.protocol
import api.trail.refused
from api.app import create_app
from api.http.gate import ServerLimits
from api.http.protocol import bounded
from api.live import LiveApp
from api.settings import Settings
from api.trail.key import read_key
from api.trail.refused import RefusedRequests
from api.trail.verify import verify
from api.trail.writer import TrailWriter
from tests.fakes import FakeSuggester
from tests.live import running
from tests.test_api_http_protocol import HEAD, Service, rest
from tests.test_api_trail_service import key, records, requests, settings
from tests.waiting import wait_until

SEEN = ("reason", "status", "route", "address", "requests", "who", "outcome")


def refused(home: Path) -> list[tuple[Any, ...]]:
    """What the trail says of refusals, without times and process."""
    found = [record for record in records(home) if record["event"] == "refused"]
    return [tuple(record[name] for name in SEEN) for record in found]


def test_each_kind_of_refusal_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """431, 413, 400, 408 and 503, each with its route as a template, and never with what was sent."""
    monkeypatch.setattr(api.http.protocol, "SWEEP_S", 0.05)
    protocol = bounded(ServerLimits(drain_s=0.05, head_s=0.5, body_s=0.5, waiting=0))
    with running(create_app(FakeSuggester(), settings(tmp_path)), protocol) as address:
        send = Service(address, protocol, None).send  # type: ignore[arg-type]
        answers = [
            rest(send(b"GET /v1/codes/zebrafish HTTP/1.1\r\nHost: x\r\nzebrafish: " + b"a" * 40_000)),
            rest(send(HEAD, b"Content-Length: 1048577\r\n\r\n")),
            rest(send(b"\x16\x03\x01zebrafish")),
            rest(send(b"GET /zebrafish HTTP/1.1\r\nX-Slow: ")),
            rest(send(HEAD, b'Content-Length: 100\r\n\r\n{"text": "zebrafish')),
        ]
        headers = {"Connection": "close"}
        busy = httpx.get(f"{address}/v1/codes/E0100?on=zebrafish", headers=headers)
        httpx.post(f"{address}/v1/suggest/batch", json={"items": [{"text": "zebrafish"}]}, headers=headers)
        httpx.get(f"{address}/zebrafish", headers=headers)

    assert [answer[9:12] for answer in answers] == [b"431", b"413", b"400", b"408", b"408"]
    assert busy.status_code == 503
    assert sorted(refused(tmp_path)) == [
        ("body", 413, "/v1/suggest", "127.0.0.1", 1, "unknown", "refused"),
        ("busy", 503, "(no route)", "127.0.0.1", 1, "unknown", "refused"),
        ("busy", 503, "/v1/codes/{code}", "127.0.0.1", 1, "unknown", "refused"),
        ("busy", 503, "/v1/suggest/batch", "127.0.0.1", 1, "unknown", "refused"),
        ("head", 431, "/v1/codes/{code}", "127.0.0.1", 1, "unknown", "refused"),
        ("malformed", 400, "(no route)", "127.0.0.1", 1, "unknown", "refused"),
        ("slow", 408, "(no route)", "127.0.0.1", 1, "unknown", "refused"),
        ("slow", 408, "/v1/suggest", "127.0.0.1", 1, "unknown", "refused"),
    ]
    written = b"".join(path.read_bytes() for path in (tmp_path / "trail").iterdir())
    assert b"zebrafish" not in written
    assert requests(tmp_path) == []


def test_many_refusals_of_a_second_are_one_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written while the service goes on; the check counts them apart from answered requests."""
    monkeypatch.setattr(api.trail.refused, "EVERY_S", 60.0)
    protocol = bounded(ServerLimits(drain_s=0.05, waiting=0))
    with (
        running(create_app(FakeSuggester(), settings(tmp_path)), protocol) as address,
        httpx.Client(base_url=address) as client,
    ):
        statuses = {client.post("/v1/suggest", json={"text": f"cane {n}"}).status_code for n in range(200)}

    checked = verify(tmp_path / "trail", key(tmp_path))
    assert statuses == {503}
    assert refused(tmp_path) == [("busy", 503, "/v1/suggest", "127.0.0.1", 200, "unknown", "refused")]
    assert (checked.findings, checked.refused, checked.requests) == ([], 200, 0)


def test_they_are_written_while_the_service_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a second, which is shorter here; also when another app answers meanwhile."""
    monkeypatch.setattr(api.trail.refused, "EVERY_S", 0.01)
    live = LiveApp(create_app(FakeSuggester(), settings(tmp_path)))
    with running(live, bounded(ServerLimits(drain_s=0.05, waiting=0))) as address:
        for number in (1, 2):
            httpx.get(f"{address}/v1/codes/E0100")
            wait_until(lambda n=number: len(refused(tmp_path)) == n, what="the record")  # type: ignore[misc]
            live.replace(create_app(FakeSuggester(), settings(tmp_path)))

    assert verify(tmp_path / "trail", key(tmp_path)).findings == []


def test_the_records_of_a_second_are_bounded(tmp_path: Path) -> None:
    """Refusals of many addresses are counted together, and none is missing."""
    trail = TrailWriter(tmp_path / "trail", _key(tmp_path))

    async def refuse() -> None:
        counts = RefusedRequests(trail, ["/v1/suggest", "/v1/codes/{code}"])
        for number in range(1_000):
            counts.count("busy", 503, b"/v1/suggest?x", f"10.0.{number // 256}.{number % 256}")
        counts.count("busy", 503, b"/v1/codes/" + b"a" * 300, "10.0.0.1")
        counts.write()
        counts.write()  # nothing more

    asyncio.run(refuse())
    trail.close()
    found = refused(tmp_path)
    assert len(found) == api.trail.refused.MAX_GROUPS + 2
    assert sum(count for *_, count, _, _ in found) == 1_001
    assert found[-2:] == [
        ("busy", 503, "/v1/suggest", "several", 968, "unknown", "refused"),
        ("busy", 503, "(no route)", "several", 1, "unknown", "refused"),
    ]


def test_refusals_that_cannot_be_written_are_counted_each(tmp_path: Path) -> None:
    """A full disk loses as many requests as the record stood for."""
    trail = TrailWriter(tmp_path / "trail", _key(tmp_path))
    record = api.trail.refused.Refused(
        api.trail.refused.now(), api.trail.refused.now(), "/v1/suggest", 503, "busy", "10.0.0.1", 50, 1
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trail, "_append", _full_disk)
        assert not trail.append(record)
    assert trail.append(record)
    trail.close()

    checked = verify(tmp_path / "trail", _key(tmp_path))
    assert (checked.unrecorded, checked.refused, checked.findings) == (50, 50, [])


def test_without_a_trail_nothing_is_kept(tmp_path: Path) -> None:
    """The count of the metrics is all."""
    protocol = bounded(ServerLimits(drain_s=0.05, waiting=0))
    app = create_app(FakeSuggester(), Settings(home=tmp_path))
    with running(app, protocol) as address:
        httpx.get(f"{address}/v1/codes/E0100")
        metrics = httpx.get(f"{address}/metrics").text

    assert 'hcpcs_refused_total{reason="busy"} 1.0' in metrics
    assert list(tmp_path.iterdir()) == []


def _key(home: Path) -> Any:
    if not (home / "trail.key").exists():
        (home / "trail.key").write_text("k" * 64)
    return read_key(home / "trail.key")


def _full_disk(record: object) -> None:
    raise OSError(28, "No space left on device")
