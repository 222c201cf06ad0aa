"""The page's files over HTTP: what is served, under which policy, and that nothing points elsewhere."""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from litestar.testing import TestClient

from api.app import create_app
from api.page import FOLDER
from api.settings import Settings
from index.release.labels import SECTIONS
from tests.fakes import FakeSuggester

FILES = sorted(path.name for path in FOLDER.iterdir() if path.suffix != ".html")
# A name of a namespace and a name of a code system: never fetched.
NAMES = {"http://www.w3.org/2000/svg", "http://www.ama-assn.org/go/cpt"}


@pytest.fixture
def client() -> TestClient:
    return TestClient(create_app(FakeSuggester(), Settings(home=Path("unused"), api_key="k" * 20)))


class Tags(HTMLParser):
    """Every start tag of a page with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags(client: TestClient) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(client.get("/").text)
    return parser.found


def test_the_page_is_open_without_the_key(client: TestClient) -> None:
    """A service with an API key still shows the page, which asks for the key itself."""
    answer = client.get("/")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert client.get("/v1/releases").status_code == 401


@pytest.mark.parametrize("path", ["/", *(f"/static/{name}" for name in FILES)])
def test_every_file_has_the_policy(client: TestClient, path: str) -> None:
    """Scripts, resources and requests are limited to the service itself, and no other page may frame it."""
    answer = client.get(path)
    policy = answer.headers["content-security-policy"]

    assert answer.status_code == 200
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"


def test_the_page_has_no_inline_script_or_style(client: TestClient) -> None:
    """Every script and style is a file, so the policy needs no exception."""
    for tag, attributes in tags(client):
        assert tag != "style"
        assert tag != "script" or attributes.get("src")
        assert not [name for name in attributes if name == "style" or name.startswith("on")], attributes


def test_no_file_names_another_host(client: TestClient) -> None:
    """The page and its files contain no external address."""
    for path in ["/", *(f"/static/{name}" for name in FILES)]:
        found = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+[\w./-]*", client.get(path).text))
        assert found <= NAMES, path


def test_every_section_can_be_chosen(client: TestClient) -> None:
    """The page offers each section of Level II with its words."""
    page = client.get("/").text
    boxes = [
        attributes["value"]
        for tag, attributes in tags(client)
        if tag == "input" and attributes.get("name") == "section"
    ]

    assert boxes == [letter for letter in SECTIONS if letter != "CPT"]
    assert SECTIONS["E"] in page


def imports(name: str) -> list[str]:
    """The modules that a script of the page imports, at its start or when they are first needed."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    return re.findall(r'(?:from |import\()"\./([\w.]+)"', text)


def test_every_module_that_is_imported_is_served() -> None:
    """No script asks for a file that is not there."""
    for name in FILES:
        assert set(imports(name)) <= set(FILES), name


def test_the_scripts_import_each_other_without_a_circle() -> None:
    """A module that must react to another listens to what `state.js` announces instead of importing it."""
    scripts = [name for name in FILES if name.endswith(".js")]
    order = list(TopologicalSorter({name: imports(name) for name in scripts}).static_order())

    assert sorted(order) == scripts
    assert order[-1] == "app.js"


@pytest.mark.parametrize(
    "name", ["nothing.js", "index.html", "..%2Fpage.py", "%2e%2e/page.py", "style.css/more"]
)
def test_nothing_else_is_served(client: TestClient, name: str) -> None:
    """A name that is not one of the page's files is a 404 problem."""
    answer = client.get(f"/static/{name}")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_typed_text_is_only_sent_in_bodies(client: TestClient) -> None:
    """No script puts text into an address; only the one that people turn on keeps it in the browser."""
    for name in FILES:
        source = client.get(f"/static/{name}").text
        assert "localStorage" not in source or name == "keep.js"
        assert "innerHTML" not in source
        if name == "keep.js":
            continue
        assert not re.findall(r"setItem\((?!KEY)", source)
