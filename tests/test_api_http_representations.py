"""HEAD, ETag, cache headers, compression, `Allow`, and query strings that are not understood."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.app import create_app
from api.http.compression import MIN_BYTES, takes_gzip
from api.http.validators import matches
from api.settings import Settings
from tests.fakes import FakeSuggester

CODE_DATA = ("/v1/codes", "/v1/codes/E0143?modifiers=true", "/v1/releases", "/schema")
NEVER_STORED = ("/fhir/ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/hcpcs", "/health/ready")
PLAIN = {"Accept-Encoding": "identity"}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient[Litestar]]:
    settings = Settings(home=Path("unused"), cors_origins=("https://ehr.example",))
    with TestClient(create_app(FakeSuggester(), settings)) as client:
        yield client


@pytest.mark.parametrize("path", [*CODE_DATA, "/fhir/metadata", "/health/live", "/", "/v1/codes/Z0000"])
def test_head_is_get_without_the_body(client: TestClient[Litestar], path: str) -> None:
    """The same status and headers, also of errors."""
    got, headed = client.get(path), client.head(path)
    own = {"x-request-id"}

    assert headed.content == b""
    assert headed.status_code == got.status_code
    lengths = {"content-length"} if path in ("/v1/codes/Z0000", "/health/live") else set()  # of an id inside
    assert {k: v for k, v in headed.headers.items() if k not in own | lengths} == {
        k: v for k, v in got.headers.items() if k not in own | lengths
    }


def test_head_needs_the_key_and_is_counted_by_its_route() -> None:
    """As GET does."""
    settings = Settings(home=Path("unused"), api_key="correct-horse-battery")
    with TestClient(create_app(FakeSuggester(), settings)) as client:
        refused = client.head("/v1/releases")
        given = client.head("/v1/releases", headers={"X-API-Key": "correct-horse-battery"})
        metrics = client.get("/metrics", headers={"X-API-Key": "correct-horse-battery"}).text

    assert (refused.status_code, given.status_code) == (401, 200)
    assert 'hcpcs_http_requests_total{method="HEAD",route="/v1/releases",status="200"} 1.0' in metrics


@pytest.mark.parametrize("path", CODE_DATA)
def test_code_data_has_an_etag(client: TestClient[Litestar], path: str) -> None:
    """With it, the client is told that its copy holds; with another, it gets the answer."""
    first = client.get(path)
    tag = first.headers["etag"]
    again = client.get(path, headers={"If-None-Match": f'"other", {tag}'})
    other = client.get(path, headers={"If-None-Match": '"other"'})

    assert first.headers["cache-control"] == "private, no-cache"
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert "content-length" not in again.headers
    assert (other.status_code, other.content) == (200, first.content)
    assert client.get(path, headers=PLAIN).headers["etag"] == tag


@pytest.mark.parametrize("path", [*NEVER_STORED, "/v1/codes/Z0000"])
def test_other_answers_are_never_stored(client: TestClient[Litestar], path: str) -> None:
    """They may hold a text, or change by the second; errors too."""
    headers = client.get(path).headers

    assert headers.get_list("cache-control") == ["no-store"]
    assert "etag" not in headers


def test_large_answers_are_compressed(client: TestClient[Litestar]) -> None:
    """The same bytes, fewer of them; `Vary` says so. Small ones, and those for one text, are not."""
    plain = client.get("/schema", headers=PLAIN)
    with client.stream("GET", "/schema", headers={"Accept-Encoding": "gzip"}) as sent:
        raw = b"".join(sent.iter_raw())
    text = client.post("/v1/suggest", json={"text": "folding walker with wheels", "k": 10})
    small = client.get("/v1/codes?section=K")

    assert gzip.decompress(raw) == plain.content
    assert len(raw) < len(plain.content) / 4
    assert (sent.headers["content-encoding"], sent.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in text.headers
    assert len(small.content) < MIN_BYTES
    assert "content-encoding" not in small.headers


def test_a_batch_is_compressed(client: TestClient[Litestar]) -> None:
    """Its answers are large."""
    body = {"items": [{"text": "folding walker with wheels"}] * 5}
    answer = client.post("/v1/suggest/batch", json=body)

    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.json()) == 5


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("gzip", True),
        ("br;q=1.0, GZIP;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, br", False),
        ("identity", False),
        ("", False),
        ("x-gzipped", False),
    ],
)
def test_accepted_codings_are_read(header: str, takes: bool) -> None:
    """A weight of 0 refuses."""
    assert takes_gzip(header) is takes


def test_tags_are_compared_weakly() -> None:
    """RFC 9110, 13.1.2."""
    assert matches('W/"a", W/"b"', 'W/"b"')
    assert matches('"b"', 'W/"b"')
    assert matches("*", 'W/"b"')
    assert not matches("", 'W/"b"')
    assert not matches('"bb"', 'W/"b"')


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/v1/releases", "GET, HEAD, OPTIONS"),
        ("/v1/suggest", "OPTIONS, POST"),
        ("/fhir/ValueSet/$expand", "GET, HEAD, OPTIONS, POST"),
        ("/mcp", "OPTIONS, POST"),
    ],
)
def test_allow_is_complete(client: TestClient[Litestar], path: str, allow: str) -> None:
    """In 405 and in the answer to OPTIONS."""
    refused, asked = client.delete(path), client.options(path)

    assert (refused.status_code, refused.headers["allow"]) == (405, allow)
    assert (asked.status_code, asked.headers["allow"]) == (204, allow)


@pytest.mark.parametrize(
    ("path", "where", "said"),
    [
        ("/v1/codes?on=null", "query.on", "'null' is no value; leave the parameter out"),
        ("/v1/codes?section=NULL", "query.section", "'null' is no value; leave the parameter out"),
        ("/v1/codes?limit=1&limit=2", "query.limit", "is given more than once"),
        (
            "/v1/codes/E0143?zebrafish=1",
            "query",
            "this address does not take such a parameter; it takes modifiers, on, setting, state",
        ),
        ("/v1/releases?on=2026-01-15", "query", "this address does not take such a parameter; it takes none"),
    ],
)
def test_queries_that_are_not_understood_are_refused(
    client: TestClient[Litestar], path: str, where: str, said: str
) -> None:
    """Rather than answered as if they had not been there; without the name, which may be any text."""
    refused = client.get(path)

    assert refused.status_code == 422
    assert refused.json()["errors"] == [{"path": where, "message": said}]
    assert "zebrafish" not in refused.text


@pytest.mark.parametrize("path", ["/v1/suggest", "/v1/suggest/batch", "/v1/claim-line", "/mcp"])
def test_routes_with_a_body_take_no_query(client: TestClient[Litestar], path: str) -> None:
    """A text in an address would be in logs of proxies."""
    refused = client.post(f"{path}?text=zebrafish", json={"text": "cane"})

    assert refused.status_code == 422
    assert "zebrafish" not in refused.text


def test_other_origins_may_ask_and_read_tags(client: TestClient[Litestar]) -> None:
    """CORS names the headers of caches, and HEAD."""
    headers = {"Origin": "https://ehr.example", "Access-Control-Request-Method": "HEAD"}
    asked = client.options("/v1/releases", headers=headers)
    got = client.get("/v1/releases", headers={"Origin": "https://ehr.example"})

    assert "HEAD" in asked.headers["access-control-allow-methods"]
    assert "if-none-match" in asked.headers["access-control-allow-headers"].lower()
    assert "etag" in got.headers["access-control-expose-headers"].lower()


def test_the_document_says_so(client: TestClient[Litestar]) -> None:
    """Servers, 304, and the errors of FHIR routes in FHIR's form."""
    document = json.loads(client.get("/schema").content)
    lookup = document["paths"]["/fhir/CodeSystem/$lookup"]["get"]["responses"]

    assert document["servers"] == [{"url": "/"}]
    assert "304" in document["paths"]["/v1/codes/{code}"]["get"]["responses"]
    assert set(lookup) >= {"400", "401", "403", "404", "406", "413", "415", "422", "429", "503"}
    assert set(lookup["404"]["content"]) == {"application/fhir+json"}


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ('{"text": "cane", "k": 1.0, "level": 2e0, "min_confidence": 0.5}', 200),
        ('{"text": "cane", "k": 1.5}', 422),
        ('{"text": "cane", "level": 1e999}', 422),
        ('{"text": "cane", "k": 1e300}', 422),
        ('{"text": "cane", "k": 101.0}', 422),
        ('{"text": "cane", "k": "1"}', 422),
        ('{"text": "cane", "k": 1.0', 400),
        ("22e2eEE", 400),
    ],
)
def test_whole_numbers_may_have_a_point(client: TestClient[Litestar], sent: str, status: int) -> None:
    """To JSON schema, and so to the document, 1.0 is an integer; another number is none."""
    answer = client.post("/v1/suggest", content=sent, headers={"Content-Type": "application/json"})

    assert answer.status_code == status
