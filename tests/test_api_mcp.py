"""The Model Context Protocol: tools, resources, both transports by the SDK's own client, keys, logs."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

import api.mcp.routes
from api.app import create_app
from api.callers.caller import SCOPES
from api.mcp.logs import WithoutWords, without_words
from api.mcp.messages import DECISION
from api.mcp.server import make_server
from api.mcp.tools import TOOLS, Tool
from api.service import Service
from api.settings import Settings
from suggest.suggester import Suggester
from tests.fakes import OTHER_TEXT, RAISE, FakeSuggester, FaultySuggester
from tests.real_index import RealIndex
from tests.test_api_commands_serve import ROOT, serving
from tests.tokens import key_entry

SETTINGS = Settings(home=Path("unused"))
TEXT = "folding walker with wheels"
SECRET = "zebrafish"  # represents text of a patient's record
KEY = "m" * 32
NAMES = [
    "suggest_codes",
    "suggest_codes_batch",
    "get_codes",
    "check_code",
    "browse_codes",
    "claim_line",
    "list_release",
    "release_changes",
]


def called(name: str, arguments: dict[str, Any], service: Service | None = None) -> Any:
    """Result of a tool, by the SDK's client in this process."""

    async def call() -> Any:
        async with Client(make_server(lambda: service or Service(FakeSuggester()))) as client:
            return await client.call_tool(name, arguments)

    return asyncio.run(call())


@contextmanager
def client_of(**settings: Any) -> Iterator[TestClient[Litestar]]:
    """A client of the app with some settings."""
    app = create_app(FakeSuggester(), msgspec.structs.replace(SETTINGS, **settings))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def message(method: str, **params: Any) -> dict[str, Any]:
    """A request of the protocol."""
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


ACCEPT = {"Accept": "application/json, text/event-stream"}


async def used(client: Client) -> dict[str, Any]:
    """What an agent does: it lists, asks, checks, and reads."""
    listed = await client.list_tools()
    answer = await client.call_tool("suggest_codes", {"text": TEXT, "k": 2})
    checked = await client.call_tool("check_code", {"code": "e0144", "on": "2026-01-15"})
    resources = await client.list_resources()
    templates = await client.list_resource_templates()
    read = await client.read_resource("hcpcs://code/E0143")
    return {
        "names": [tool.name for tool in listed.tools],
        "instructions": client.instructions,
        "code": answer.structured_content["suggestions"][0]["code"],
        "check": checked.structured_content["message"],
        "resources": [resource.uri for resource in resources.resources],
        "templates": [template.uri_template for template in templates.resource_templates],
        "read": json.loads(read.contents[0].text)["check"]["valid"],
    }


def assert_used(found: dict[str, Any]) -> None:
    """What comes of it is the same over every transport."""
    assert found["names"] == NAMES
    assert DECISION in found["instructions"]
    assert found["code"] == "E0143"
    assert found["check"] == "E0144 ended on 2020-12-31; use E0143 (CMS) instead"
    assert found["resources"] == [
        "hcpcs://release",
        "hcpcs://modifiers",
        *(f"hcpcs://section/{letter}" for letter in "AEJKL"),
    ]
    assert found["templates"] == ["hcpcs://code/{code}", "hcpcs://section/{section}"]
    assert found["read"] is True


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_it_is_used_over_stdio(mode: str) -> None:
    """`hcpcs mcp` as a process: by the newest protocol and by the one with a handshake."""

    async def use() -> dict[str, Any]:
        server = StdioServerParameters(
            command=sys.executable, args=["-m", "tests.serve_fake", "mcp"], cwd=ROOT, env=dict(os.environ)
        )
        async with Client(stdio_client(server), mode=mode) as client:
            return await used(client)

    assert_used(asyncio.run(use()))


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_it_is_used_over_http(mode: str) -> None:
    """`/mcp` of `hcpcs serve` with two workers and a key."""

    async def use(address: str) -> dict[str, Any]:
        async with (
            httpx2.AsyncClient(headers={"X-API-Key": KEY}) as http,
            Client(streamable_http_client(f"{address}/mcp", http_client=http), mode=mode) as client,
        ):
            return await used(client)

    with serving("--workers", "2", HCPCS_API_KEY=KEY) as (_, address):
        assert_used(asyncio.run(use(address)))


ARGUMENTS: dict[str, dict[str, Any]] = {
    "suggest_codes": {"text": TEXT},
    "suggest_codes_batch": {"texts": [TEXT, OTHER_TEXT, "cane"]},
    "get_codes": {"codes": ["E0143", "E0144", "Z9999", "99213", "not one"]},
    "check_code": {"code": "L9900"},
    "browse_codes": {"section": "E", "limit": 2},
    "claim_line": {"text": "cane", "state": "TX"},
    "list_release": {},
    "release_changes": {"old": "2026-01", "limit": 1},
}


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_results_fit_their_schemas(tool: Tool) -> None:
    """Arguments too; and the text of a result is the same JSON, for clients that read no structure."""
    arguments = ARGUMENTS[tool.name]
    result = called(tool.name, arguments)

    jsonschema.Draft202012Validator.check_schema(tool.output_schema)
    jsonschema.validate(arguments, tool.input_schema)
    jsonschema.validate(result.structured_content, tool.output_schema)
    assert json.loads(result.content[0].text) == result.structured_content
    assert tool.scope in SCOPES


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_real_results_fit_their_schemas(tool: Tool, real_index: RealIndex) -> None:
    """On an index as it is built."""
    service = Service(Suggester.load(real_index.folder))
    result = called(tool.name, ARGUMENTS[tool.name], service)

    assert not result.is_error
    jsonschema.validate(result.structured_content, tool.output_schema)


def test_tools_only_read() -> None:
    """Hints say so, and every tool is described with its schemas."""

    async def listed() -> Any:
        async with Client(make_server(lambda: Service(FakeSuggester()))) as client:
            return (await client.list_tools()).tools

    for tool in asyncio.run(listed()):
        hints = tool.annotations
        assert (hints.read_only_hint, hints.destructive_hint, hints.open_world_hint) == (True, False, False)
        assert tool.title and tool.description and tool.output_schema["properties"]
        assert tool.input_schema["additionalProperties"] is False


def test_it_abstains() -> None:
    """No unlikely code is among the suggestions; the reason names the other system."""
    other = called("suggest_codes", {"text": OTHER_TEXT}).structured_content
    fits = called("suggest_codes", {"text": TEXT}).structured_content

    assert (other["abstains"], other["suggestions"]) == (True, [])
    assert other["abstention"] == "no code of this release is likely; the text seems to belong to CPT (93%)"
    assert (fits["abstains"], fits["abstention"], fits["unlikely"]) == (False, "", [])
    assert fits["decision"] == other["decision"] == DECISION


def test_status_is_of_the_day() -> None:
    """An ended code was valid before; a later one is not yet; an unknown one says why."""

    def check(code: str, on: str) -> tuple[bool, bool, str | None]:
        found = called("check_code", {"code": code, "on": on}).structured_content
        return found["known"], found["valid"], found["status"]

    assert check("E0144", "2020-12-31") == (True, True, "active")
    assert check("E0144", "2021-01-01") == (True, False, "terminated")
    assert check("L9900", "2026-01-15") == (True, False, "future")
    assert check("99213", "2026-01-15") == (False, False, None)


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("suggest_codes", {"text": SECRET, "k": "5"}, "$.k: Expected `int`, got `str`"),
        ("suggest_codes", {"text": TEXT, SECRET: 1}, "$: unknown field; /schema lists the fields"),
        ("suggest_codes", {}, "$: Object missing required field `text`"),
        ("check_code", {"code": "E0143", "on": SECRET}, "$.on: is not a date; write it like 2026-01-15"),
        ("claim_line", {"text": " "}, "$.text: give a text, or a code with a text of its amounts"),
        ("claim_line", {"text": "cane", "setting": SECRET}, "$.setting: is not one of the values allowed"),
    ],
)
def test_wrong_arguments_are_told(name: str, arguments: dict[str, Any], said: str) -> None:
    """As a result that the agent can mend, without what was sent."""
    result = called(name, arguments)

    assert result.is_error
    assert result.content[0].text == said


def test_sections_and_modifiers_can_be_read() -> None:
    """Whole sections with status; what is not there is an error."""

    async def read(address: str) -> Any:
        async with Client(make_server(lambda: Service(FakeSuggester()))) as client:
            try:
                return json.loads((await client.read_resource(address)).contents[0].text)
            except MCPError as error:
                return error.message

    assert [line["code"] for line in asyncio.run(read("hcpcs://section/e"))["codes"]] == [
        "E0100",
        "E0130",
        "E0143",
        "E0144",
        "E1399",
    ]
    assert asyncio.run(read("hcpcs://modifiers"))["modifiers"][0]["modifier"] == "RR"
    assert asyncio.run(read("hcpcs://release"))["code_sets"][0]["codes"] == 10
    for nowhere in ("hcpcs://code/Z9999", "hcpcs://section/Z", "file:///etc/passwd", "hcpcs://code/../x"):
        assert asyncio.run(read(nowhere)) == "there is no such resource; resources/list names them"


def test_each_tool_asks_for_its_scope(tmp_path: Path) -> None:
    """A key for suggestions cannot read codes or send batches; without a key nothing is said at all."""
    callers = tmp_path / "callers.toml"
    callers.write_text(key_entry(KEY, "suggest"))
    with client_of(callers=callers) as client:

        def ask(method: str, **params: Any) -> Any:
            return client.post(
                "/mcp", json=message(method, **params), headers=ACCEPT | {"X-API-Key": KEY}
            ).json()

        none = client.post("/mcp", json=message("tools/list"), headers=ACCEPT)
        tools = ask("tools/list")["result"]["tools"]
        suggested = ask("tools/call", name="suggest_codes", arguments={"text": TEXT})["result"]
        refused = ask("tools/call", name="get_codes", arguments={"codes": ["E0143"]})["result"]
        unread = ask("resources/read", uri="hcpcs://release")

    assert none.status_code == 401
    assert none.json()["error"]["code"] == -32000
    assert len(tools) == 8
    assert suggested["isError"] is False
    assert refused["isError"] is True
    assert "does not hold the scope 'codes'" in refused["content"][0]["text"]
    assert "does not hold the scope 'codes'" in unread["error"]["message"]


def test_wrong_messages_are_refused() -> None:
    """In the form of JSON-RPC, without what was sent; so are pages of other origins, and other methods."""
    with client_of() as client:
        broken = client.post("/mcp", content=b'{"jsonrpc": ', headers={"Content-Type": "application/json"})
        shaped = client.post("/mcp", json={"jsonrpc": "2.0", "method": [SECRET], "id": 1})
        typed = client.post("/mcp", content=b"{}", headers={"Content-Type": "text/plain"})
        large = client.post("/mcp", json=message("tools/list", cursor="x" * 2**20))
        origin = client.post("/mcp", json=message("ping"), headers={"Origin": "https://elsewhere.example"})
        got = client.get("/mcp")

    assert [each.status_code for each in (broken, shaped, typed, large, origin, got)] == [
        400,
        422,
        415,
        413,
        403,
        405,
    ]
    assert broken.json()["error"]["code"] == -32700
    assert shaped.json()["error"]["code"] == -32600
    assert SECRET not in shaped.text
    assert set(broken.json()["error"]["data"]) == {"status", "request_id"}


def test_nothing_of_a_text_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Not when a tool fails, not by the SDK, not by the access log."""
    caplog.set_level(logging.DEBUG, "hcpcs")
    without_words()
    logging.getLogger("mcp.server.runner").error("raised at %r", SECRET, exc_info=ValueError(SECRET))
    failed = called("suggest_codes", {"text": f"{RAISE} {SECRET}"}, Service(FaultySuggester()))
    with client_of() as client:
        client.post(
            "/mcp",
            json=message("tools/call", name="suggest_codes", arguments={"text": SECRET}),
            headers=ACCEPT,
        )

    written = "\n".join(each.getMessage() for each in caplog.records if each.name.startswith("hcpcs"))
    sdk = logging.getLogger("mcp")
    assert failed.is_error
    assert SECRET not in failed.content[0].text + written
    assert "ValueError at mcp.server.runner" in written
    assert "tool suggest_codes failed" in written
    assert "POST /mcp 200" in written
    assert sdk.propagate is False
    assert len([each for each in sdk.handlers if isinstance(each, WithoutWords)]) == 1


def test_without_the_extra_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service starts and answers; `/mcp` says what to install."""
    monkeypatch.setattr(api.mcp.routes, "find_spec", lambda _: None)
    with client_of() as client:
        other = client.post("/v1/suggest", json={"text": TEXT})
        missing = client.post("/mcp", json=message("tools/list"), headers=ACCEPT)

    assert other.status_code == 200
    assert missing.status_code == 501
    assert "pip install 'hcpcs-suggest[mcp]'" in missing.json()["error"]["message"]


def test_the_app_is_made_without_the_sdk() -> None:
    """It is imported at the first request for `/mcp` only."""
    script = (
        "import sys; from pathlib import Path; from api.app import create_app\n"
        "from api.settings import Settings\n"
        "from tests.fakes import FakeSuggester\n"
        "create_app(FakeSuggester(), Settings(home=Path('unused')))\n"
        "print([name for name in ('mcp', 'mcp_types') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
