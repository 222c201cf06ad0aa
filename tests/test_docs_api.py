"""`docs/api.md` and `docs/ehr.md`: every example is sent, and every route has one."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.app import create_app
from api.http import limits
from api.settings import Settings
from suggest.reader import MAX_CHARACTERS
from tests.fakes import FakeSuggester

DOCS = Path(__file__).parents[1] / "docs"
ADDRESS = "http://127.0.0.1:8000"


def blocks(name: str) -> list[tuple[str, str]]:
    """(command, JSON shown next) of each curl block; JSON is empty when the next block is another command."""
    parts = re.split(r"```(\w*)\n(.*?)```", (DOCS / name).read_text(), flags=re.DOTALL)
    found = [(parts[i], parts[i + 1]) for i in range(1, len(parts), 3)]
    return [
        (body, found[at + 1][1] if at + 1 < len(found) and found[at + 1][0] == "json" else "")
        for at, (kind, body) in enumerate(found)
        if kind == "sh" and body.startswith("curl")
    ]


def request(command: str) -> tuple[str, str, dict[str, Any]]:
    """A curl command as method, path and httpx arguments; knows the options that the docs use."""
    words = shlex.split(command.replace("\\\n", " "))[1:]
    url, headers, data, in_query = "", {}, [], False
    while words:
        word = words.pop(0)
        if word.startswith("-s"):
            in_query = "G" in word
        elif word == "-H":
            name, _, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word in {"-d", "--data-urlencode"}:
            data.append(words.pop(0))
        else:
            url = word.removeprefix(ADDRESS)
    if in_query:
        query = str(httpx.QueryParams([tuple(part.split("=", 1)) for part in data]))
        return "GET", f"{url}?{query}", {"headers": headers}
    if data:
        return "POST", url, {"headers": headers, "content": data[0]}
    return "GET", url, {"headers": headers}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient[Litestar]]:
    with TestClient(create_app(FakeSuggester(), Settings(home=Path("unused")))) as client:
        yield client


COMMANDS = [
    pytest.param(*block, id=f"{name}-{n}")
    for name in ("api.md", "ehr.md")
    for n, block in enumerate(blocks(name))
]


@pytest.mark.parametrize(("command", "shown"), COMMANDS)
def test_an_example_works_as_shown(client: TestClient[Litestar], command: str, shown: str) -> None:
    """It is answered with 200 and the fields that the docs show."""
    method, path, arguments = request(command)
    response = client.request(method, path, **arguments)

    assert response.status_code == 200, response.text
    if shown:
        same_shape(json.loads(shown), response.json())


def same_shape(shown: Any, answered: Any, path: str = "$") -> None:
    """Shown objects have the answer's keys, down to where the docs write `...`."""
    if isinstance(shown, dict) and "..." not in shown:
        assert isinstance(answered, dict), path
        missing = set(shown) - set(answered)
        assert not missing, f"{path}: {missing} are shown but not answered"
        for key in shown:
            same_shape(shown[key], answered.get(key), f"{path}.{key}")
    elif isinstance(shown, list) and shown and isinstance(answered, list) and answered:
        same_shape(shown[0], answered[0], f"{path}[0]")


def test_every_route_has_an_example(client: TestClient[Litestar]) -> None:
    """Each route of the OpenAPI document is used by some curl block of `docs/api.md`."""
    asked = set()
    for command, _ in blocks("api.md"):
        method, path, _ = request(command)
        asked.add((method.lower(), path.partition("?")[0]))
    for template, item in client.get("/schema").json()["paths"].items():
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        for route_method, operation in item.items():
            name = operation["operationId"]
            if name.endswith("ByPost") and name != "fhirExpandByPost":
                continue  # the same operation as its GET, shown there
            used = any(method == route_method and re.fullmatch(pattern, path) for method, path in asked)
            assert used, f"{route_method} {template} has no example"


def test_every_problem_type_is_listed() -> None:
    """The table of errors names each kind that the service gives."""
    from api.http.problems import SLUGS

    text = (DOCS / "api.md").read_text()
    assert [slug for status, slug in SLUGS.items() if f"| {status} | `{slug}` |" not in text] == []


@pytest.mark.parametrize(
    "sentence",
    [
        f"Body {limits.BODY_BYTES // 1024} KB (batch {limits.BATCH_BODY_BYTES // 1024**2} MB), "
        f"text {limits.TEXT_CHARACTERS:,} characters, {limits.BATCH_ITEMS} items a batch, "
        f"`k` 1 to {limits.MAX_K}.",
        f"| `text` | string, 1 to {limits.TEXT_CHARACTERS:,} characters |",
        f"| `k` | 1 to {limits.MAX_K}, default {limits.DEFAULT_K} |",
        f"`limit` ({limits.BROWSE_DEFAULT}, at most {limits.BROWSE_MAX})",
        f"| `maxList` | {limits.NLM_DEFAULT}; {limits.NLM_MAX} when given empty "
        f"| rows, {limits.NLM_MAX} at most |",
        f"`q` has at most {limits.NLM_QUERY_CHARACTERS:,} characters, {limits.NLM_CLAUSES} clauses and "
        f"operators in words, {limits.NLM_PATTERNS} patterns with a wildcard before their end\n"
        f"and {limits.NLM_WILDCARDS} wildcards in a pattern",
        f"name at most {limits.NLM_FIELDS} fields each",
        f"when time runs out ({limits.CDS_BUDGET_S * 1000:.0f} ms)",
        f"codes together are less than {limits.CDS_CARD_CONFIDENCE * 100:.0f} % likely",
        f"A code below {limits.CDS_MIN_CONFIDENCE * 100:.0f} % is not offered",
        f"A body has at most {limits.CDS_BODY_BYTES // 1024**2} MB",
        f"at most {limits.CDS_ORDER_CARDS} cards for one order, {limits.CDS_MAX_CARDS} for one call",
    ],
)
def test_limits_are_those_of_the_service(sentence: str) -> None:
    """Every bound that the docs name is the one in `api/http/limits.py`."""
    assert sentence in (DOCS / "api.md").read_text()


def test_limits_are_those_of_the_suggester() -> None:
    """The longest text that the routes accept is the longest that the suggester accepts."""
    assert limits.TEXT_CHARACTERS == MAX_CHARACTERS
