"""Typed bodies are decoded strictly, whatever the route."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar import Litestar, post
from litestar.params import RequestBody
from litestar.testing import TestClient

from api.app import create_app
from api.settings import Settings
from tests.fakes import FakeSuggester

JSON = {"Content-Type": "application/json"}


class Order(msgspec.Struct):
    """A body with a number and anything else."""

    units: int
    notes: dict[str, Any] = {}


RECEIVED: list[Order] = []


@post("/orders", status_code=200)
async def receive_order(data: RequestBody[Order]) -> Order:
    RECEIVED.append(data)
    return data


@pytest.fixture
def client() -> Iterator[TestClient[Litestar]]:
    RECEIVED.clear()
    app = create_app(FakeSuggester(), Settings(home=Path("unused")), extra_routes=[receive_order])
    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize("units", ['"5"', "5.5", "true", "null"])
def test_a_value_of_another_type_is_refused(client: TestClient[Litestar], units: str) -> None:
    """The framework alone would take the text "5" and true for whole numbers."""
    response = client.post("/orders", content=f'{{"units": {units}}}', headers=JSON)

    assert response.status_code == 422
    assert response.json()["errors"][0]["path"] == "$.units"
    assert RECEIVED == []


@pytest.mark.parametrize("body", ["", " ", "{", '{"units": 5'])
def test_a_body_that_is_no_json_is_a_malformed_request(client: TestClient[Litestar], body: str) -> None:
    """Also an empty one."""
    response = client.post("/orders", content=body, headers=JSON)

    assert response.status_code == 400
    assert response.json()["detail"] == "the body is not valid JSON in UTF-8"


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("application/fhir+json", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
    ],
)
def test_a_body_must_say_that_it_is_json(client: TestClient[Litestar], media_type: str, status: int) -> None:
    """Or a format that is based on JSON."""
    response = client.post("/orders", content='{"units": 5}', headers={"Content-Type": media_type})

    assert response.status_code == status


def test_untyped_numbers_keep_their_digits(client: TestClient[Litestar]) -> None:
    """So that a draft order comes back as it was written."""
    client.post("/orders", content='{"units": 5, "notes": {"dose": 1.50}}', headers=JSON)

    assert str(RECEIVED[0].notes["dose"]) == "1.50"
    assert isinstance(RECEIVED[0].notes["dose"], Decimal)
