"""Any input gets an answer or a refusal, never a server error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

from api.app import create_app
from api.settings import Settings
from tests.effort import examples, tried
from tests.fakes import FakeSuggester

pytestmark = pytest.mark.random

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)
TEXTS = st.text(max_size=60)
POSTED = (
    "/v1/suggest",
    "/v1/suggest/batch",
    "/cds-services/hcpcs-suggest",
    "/cds-services/hcpcs-suggest/feedback",
    "/fhir/CodeSystem/$lookup",
    "/fhir/CodeSystem/$validate-code",
    "/fhir/ValueSet/$expand",
    "/fhir/ValueSet/$validate-code",
)
FIELDS = {
    "/v1/suggest": (
        "text",
        "k",
        "date_of_service",
        "level",
        "sections",
        "include_terminated",
        "min_confidence",
    ),
    "/v1/suggest/batch": ("items",),
    "/cds-services/hcpcs-suggest": ("hook", "hookInstance", "context"),
    "/cds-services/hcpcs-suggest/feedback": ("feedback",),
}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient[Litestar]]:
    with TestClient(create_app(FakeSuggester(), Settings(home=Path("unused")))) as client:
        yield client


@pytest.mark.parametrize("path", POSTED)
@examples(60, 5_000)
@given(data=st.data())
def test_any_json_is_answered_or_refused(
    client: TestClient[Litestar], path: str, data: st.DataObject
) -> None:
    """Known fields with any values, and any JSON."""
    names = FIELDS.get(path, ("resourceType", "parameter"))
    known = st.fixed_dictionaries({}, optional={name: JSON for name in names})
    body: Any = data.draw(known | JSON)
    tried["JSON bodies sent to POST routes"] += 1
    response = client.post(
        path, content=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )

    assert response.status_code in {200, 400, 404, 413, 422}, response.text
    assert response.headers["content-type"].endswith("json")


@examples(60, 20_000)
@given(
    query=st.dictionaries(
        st.sampled_from(["terms", "maxList", "count", "offset", "df", "sf", "cf", "ef", "q"]),
        TEXTS,
        max_size=4,
    )
)
def test_any_nlm_call_is_answered_or_refused(client: TestClient[Litestar], query: dict[str, str]) -> None:
    """Any text in any parameter."""
    tried["NLM calls"] += 1
    assert client.get("/api/hcpcs/v3/search", params=query).status_code in {200, 422}


@examples(60, 20_000)
@given(
    q=st.lists(
        st.sampled_from([*'()+-!*:"[]', "AND", "OR", "NOT", "code:", "E*", " TO ", "is_noc:true", " "])
    )
)
def test_any_query_string_is_read_or_refused(client: TestClient[Litestar], q: list[str]) -> None:
    """Pieces of the query language in any order."""
    tried["NLM query strings"] += 1
    response = client.get("/api/hcpcs/v3/search", params={"terms": "walker", "q": "".join(q)})
    assert response.status_code in {200, 422}


@examples(60, 20_000)
@given(
    operation=st.sampled_from(["CodeSystem/$lookup", "ValueSet/$expand", "ValueSet/$validate-code"]),
    query=st.dictionaries(st.sampled_from(["url", "system", "code", "filter", "count", "date", "x"]), TEXTS),
)
def test_any_fhir_call_is_answered_or_refused(
    client: TestClient[Litestar], operation: str, query: dict[str, str]
) -> None:
    """Any text in any parameter; refusals are OperationOutcomes."""
    tried["FHIR calls"] += 1
    response = client.get(f"/fhir/{operation}", params=query)

    assert response.status_code in {200, 400, 404}
    assert response.json()["resourceType"] in {"OperationOutcome", "Parameters", "ValueSet"}


@examples(60, 20_000)
@given(path=TEXTS)
def test_any_path_is_answered_or_refused(client: TestClient[Litestar], path: str) -> None:
    """Any code, any address."""
    tried["addresses"] += 1
    from urllib.parse import quote

    assert client.get(f"/v1/codes/{quote(path, safe='')}").status_code in {200, 404}
    assert client.get(f"/{quote(path)}").status_code in {200, 404}
