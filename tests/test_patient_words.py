"""Texts about patients stay out of what is written: a marked phrase is sent everywhere and searched for."""

from __future__ import annotations

import io
import json
import os
import re
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from api.__main__ import main
from tests.effort import tried
from tests.fakes import CRASH, RAISE
from tests.marked import PHRASE, WORDS, in_address, leaks, leaks_in
from tests.test_api_commands_serve import is_ready
from tests.waiting import wait_until

ROOT = Path(__file__).parents[1]
JSON_TYPE = {"Content-Type": "application/json"}
HEADERS = (
    "X-Request-ID",
    "Authorization",
    "X-API-Key",
    "Accept",
    "Accept-Language",
    "Content-Type",
    "Cookie",
    "Origin",
    "Referer",
    "User-Agent",
    "Host",
    "traceparent",
    "X-Forwarded-For",
    WORDS[0],
)


class Call(NamedTuple):
    """A request."""

    method: str
    path: str
    content: bytes = b""
    headers: dict[str, str] = {}


class Running(NamedTuple):
    """A service, and the folder in which it may write."""

    address: str
    folder: Path
    process: subprocess.Popen[bytes]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Two workers with the trail and the access log on; all that they write lies below one folder."""
    folder = tmp_path_factory.mktemp("written")
    for name in ("home", "temp", "cwd"):
        (folder / name).mkdir()
    environ = {
        **os.environ,
        "HCPCS_HOME": str(folder / "home"),
        "HCPCS_TRAIL": "1",
        "TMPDIR": str(folder / "temp"),
        "PYTHONPATH": str(ROOT),
        "PYTHONFAULTHANDLER": "1",
        "PYTHONDEVMODE": "1",
    }
    command = [sys.executable, "-m", "tests.serve_faulty", "serve", "--port", "0", "--workers", "2"]
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        process = subprocess.Popen(command, cwd=folder / "cwd", env=environ, stdout=out, stderr=err)
    said = folder / "stderr"
    try:
        wait_until(lambda: b"serving on" in said.read_bytes(), what="the service's first line")
        found = re.search(r"http://[^/]+", said.read_text())
        assert found is not None
        wait_until(lambda: is_ready(found[0]), what="the service's readiness")
        yield Running(found[0], folder, process)
    finally:
        process.terminate()
        process.wait(30)


def marked(value: Any) -> Any:
    """A JSON value with the phrase at the end of each string."""
    if isinstance(value, dict):
        return {name: marked(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [marked(inner) for inner in value]
    return f"{value} {PHRASE}" if isinstance(value, str) else value


def with_text(value: Any, text: str) -> Any:
    """A JSON value with another text in each field `text`, so that it stays valid."""
    if isinstance(value, dict):
        return {name: text if name == "text" else with_text(inner, text) for name, inner in value.items()}
    return [with_text(inner, text) for inner in value] if isinstance(value, list) else value


def bodies(example: Any) -> Iterator[bytes]:
    """Bodies that are answered, and bodies that are wrong in every way."""
    fields = example if isinstance(example, dict) else {"text": "cane"}
    for text in (PHRASE, f"{RAISE} {PHRASE}", f"{PHRASE} " * 400):
        yield json.dumps(with_text(example, text)).encode()
    yield json.dumps(marked(example)).encode()
    yield json.dumps({**fields, PHRASE: 1}).encode()
    yield json.dumps({**fields, WORDS[0]: {WORDS[1]: [PHRASE]}}).encode()
    yield json.dumps(with_text(example, PHRASE))[:-3].encode()
    for name in fields:
        for wrong in (PHRASE, [PHRASE], {PHRASE: PHRASE}, [{WORDS[0]: PHRASE}]):
            yield json.dumps({**fields, name: wrong}).encode()
    yield PHRASE.encode()
    yield json.dumps(PHRASE).encode()
    yield json.dumps([PHRASE]).encode()
    yield f'{{"text": "{PHRASE}\xe9"}}'.encode("latin-1")
    yield f'{{"text": "{PHRASE}\\ud800"}}'.encode()
    yield b"[" * 3000 + PHRASE.encode()
    yield json.dumps({"text": f"{PHRASE} " * 80_000}).encode()


def calls(document: dict[str, Any]) -> Iterator[Call]:
    """Every route of the OpenAPI document, asked rightly and wrongly."""
    for template, methods in document["paths"].items():
        for verb, operation in methods.items():
            method = verb.upper()
            path = re.sub(r"\{[^}]*\}", "E0100", template)
            names = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
            if method == "POST":
                body = operation.get("requestBody", {"content": {"": {}}})  # a form is no JSON
                (media,) = body["content"].values()
                (example,) = [each["value"] for each in media.get("examples", {}).values()] or [
                    media.get("example", {"resourceType": "Parameters", "parameter": []})
                ]
                for content in bodies(example):
                    yield Call(method, path, content, JSON_TYPE)
                yield Call(method, path, PHRASE.encode(), {"Content-Type": "text/plain"})
            for name in names:
                for text in (PHRASE, f"{RAISE} {PHRASE}", f'"{PHRASE}', f"{PHRASE}:x AND NOT ("):
                    yield Call(method, f"{path}?{name}={in_address(text)}")
            yield Call(method, f"{path}?{in_address()}={in_address()}")
            yield Call(method, f"{path}/{in_address()}")
            yield Call(method, re.sub(r"\{[^}]*\}", in_address(), template))
            yield from (Call(method, path, b"{}", {name: PHRASE}) for name in HEADERS)
            for other in ("PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "POST" if method == "GET" else "GET"):
                yield Call(other, f"{path}?x={in_address()}", PHRASE.encode(), JSON_TYPE)
    url = "url=http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets?fhir_vs"
    yield Call("GET", f"/fhir/ValueSet/$expand?{url}&filter={in_address()}")
    yield Call("GET", f"/fhir/ValueSet/$expand?{url}&filter={RAISE}%20{in_address()}")


def test_no_request_leaves_its_words_anywhere(service: Running) -> None:
    """Every route and failure; then output, log, trail, temporary and data folder are searched."""
    found = []
    statuses = set()
    with httpx.Client(base_url=service.address, timeout=30) as client:
        for call in calls(client.get("/schema").json()):
            tried["requests with a marked phrase"] += 1
            answer = client.request(call.method, call.path, content=call.content, headers=call.headers)
            statuses.add(answer.status_code)
            head = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
            shown = head.encode() + (answer.content if answer.status_code >= 400 else b"")
            found += [f"{name} in the answer to {call}" for name in leaks(shown)]
        for raw in raw_requests():
            tried["requests with a marked phrase"] += 1
            found += [f"{name} in the answer to {raw!r}" for name in leaks(sent_raw(service.address, raw))]
        metrics = client.get("/metrics").content
    assert statuses >= {200, 400, 404, 405, 413, 415, 422, 500}
    assert leaks(metrics) == []
    assert found == []
    assert list(leaks_in(service.folder)) == []
    assert (service.folder / "home" / "trail" / "trail-000000000001.jsonl").stat().st_size > 10_000


def raw_requests() -> Iterator[bytes]:
    """What no client library sends: broken heads, and bodies that never end."""
    host = b"Host: x\r\n"
    phrase = PHRASE.replace(" ", "-").encode()
    yield phrase + b" / HTTP/1.1\r\n" + host + b"\r\n"
    yield b"GET /" + phrase + b" HTTP/9.9\r\n" + host + b"\r\n"
    yield b"GET / HTTP/1.1\r\n" + phrase + b"\r\n\r\n"
    yield b"GET / HTTP/1.1\r\n" + host + b"X-Note: " + phrase * 10_000 + b"\r\n\r\n"
    post = b"POST /v1/suggest HTTP/1.1\r\n" + host + b"Content-Type: application/json\r\n"
    yield post + b"Content-Length: 500\r\n\r\n" + b'{"text": "' + phrase
    yield post + b"Content-Length: " + phrase + b"\r\n\r\n{}"
    yield post + b"Transfer-Encoding: chunked\r\n\r\n" + phrase + b"\r\n"
    yield post + b"Transfer-Encoding: " + phrase + b"\r\n\r\n"
    yield phrase


def sent_raw(address: str, raw: bytes) -> bytes:
    """What the service says to some bytes before one of both leaves."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        answer = b""
        with suppress(OSError):  # what is too long is answered, and the connection closed, before its end
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            while block := connection.recv(65536):
                answer += block
    return answer


def test_a_crash_leaves_no_dump_and_no_words(service: Running) -> None:
    """A worker that aborts in the middle of a text, with the limit of core files lifted before."""
    limit = resource.prlimit(service.process.pid, resource.RLIMIT_CORE)
    with pytest.raises(httpx.TransportError):
        httpx.post(f"{service.address}/v1/suggest", json={"text": f"{CRASH} {PHRASE}"}, timeout=30)
    wait_until(lambda: is_ready(service.address), what="a new worker")

    assert limit == (0, 0)
    assert list((service.folder / "cwd").iterdir()) == []
    assert b"Fatal Python error: Aborted" in (service.folder / "stderr").read_bytes()
    assert list(leaks_in(service.folder)) == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_process_titles_and_environments_hold_no_words(service: Running) -> None:
    """What `ps` shows of the service."""
    httpx.post(f"{service.address}/v1/suggest", json={"text": PHRASE})
    children = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children").read_text().split()

    assert len(children) >= 2
    for pid in (str(service.process.pid), *children):
        shown = b"".join(Path(f"/proc/{pid}/{name}").read_bytes() for name in ("cmdline", "comm"))
        assert leaks(shown) == []


FILES = {
    "rows.csv": f"id,text,day\n1,{PHRASE},2026-01-15\n2,{PHRASE},{PHRASE}\n3,{PHRASE}\n4,a,b,{PHRASE}\n",
    "headless.csv": f"4711,{PHRASE} wheelchair\n4712,cane\n",
    "quote.csv": f'text\n"{PHRASE}\n',
    "twice.csv": f"{PHRASE},{PHRASE}\n1,2\n",
    "rows.jsonl": f'{{"text": "{PHRASE}"}}\n{{"text": "{PHRASE}\n{{"{PHRASE}": 1}}\n[{PHRASE}]\n',
    "cases.csv": f"query,codes\n{PHRASE},{PHRASE}\n",
    "headless_cases.csv": f"{PHRASE} wheelchair,4711\n",
    "cases.jsonl": f'{{"query": "{PHRASE}", "codes": ["{PHRASE}"]}}\n',
    "release.csv": f"HCPC,Long Description\n{PHRASE},{PHRASE}\nE0100,{PHRASE}\n",
}
COMMANDS = (
    "suggest -",
    "suggest - --json",
    "batch rows.csv out/1.csv",
    "batch rows.csv out/2.csv --date-column day --text-column text",
    "batch rows.csv out/3.jsonl --text-column none",
    "batch headless.csv out/4.csv",
    "batch quote.csv out/5.csv",
    "batch twice.csv out/6.csv",
    "batch rows.jsonl out/7.jsonl",
    "batch rows.jsonl out/8.csv",
    "eval run cases.csv --out out/run1",
    "eval run headless_cases.csv --out out/run2",
    "eval run cases.jsonl --out out/run3",
    "index build --release rows.csv --out out/index1",
    "index build --release headless.csv --out out/index2",
)


def test_no_command_repeats_the_words_of_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """stderr, the data folder and the temporary folder of every command; its output is what was asked for."""
    for name in ("home", "temp", "out"):
        (tmp_path / name).mkdir()
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HCPCS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temp"))
    for command in COMMANDS:
        tried["commands with a marked phrase"] += 1
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(FILES["rows.csv"].encode())))
        main(command.split())
        said = capfd.readouterr().err
        assert leaks(said.encode()) == [], f"{command}: {said}"
    assert list(leaks_in(tmp_path / "home")) == []
    assert list(leaks_in(tmp_path / "temp")) == []
