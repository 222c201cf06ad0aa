"""Claim lines: fields, warnings, modifiers, known codes; over HTTP and on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.app import create_app
from api.commands.claim import print_line
from api.settings import Settings
from index.errors import QueryError
from suggest.claim.line import ClaimAsk, claim_line
from tests.fakes import FakeSuggester

DAY = date(2026, 1, 15)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient[Litestar]]:
    """The app over the fake suggester."""
    with TestClient(create_app(FakeSuggester(), Settings(home=Path("unused")))) as client:
        yield client


def test_a_line_has_code_units_and_arithmetic() -> None:
    """And the suggestion that it comes from."""
    line = claim_line(FakeSuggester(), "two folding walker with wheels", ClaimAsk(on=DAY))

    assert (line.code, line.units, line.arithmetic) == ("E0143", 2, "2, one unit each = 2")
    assert line.suggestion is not None
    assert line.suggestion.code == "E0143"
    assert (line.limits, line.fees) == ((), ())
    assert "coverage" in line.note


def test_a_known_code_takes_its_units_from_the_text() -> None:
    """The text need not name the thing."""
    line = claim_line(FakeSuggester(), "qty 3", ClaimAsk(on=DAY, code="E0100"))

    assert (line.code, line.units, line.text) == ("E0100", 3, "qty 3")


def test_an_unknown_code_is_refused() -> None:
    """With what to do, and without repeating it."""
    with pytest.raises(QueryError, match="not in this release; leave it out"):
        claim_line(FakeSuggester(), "qty 3", ClaimAsk(on=DAY, code="E9998"))


def test_an_ended_code_and_a_catch_all_are_warned_of() -> None:
    """With the successor, and with what the claim needs."""
    ended = claim_line(FakeSuggester(), "1", ClaimAsk(on=DAY, code="E0144"))
    catch_all = claim_line(FakeSuggester(), "1", ClaimAsk(on=DAY, code="E1399"))

    assert "E0144 ended on 2020-12-31; its successor is E0143" in ended.warnings
    assert (
        "E1399 is for what has no code of its own: the claim needs a description in words"
        in catch_all.warnings
    )


def test_the_route_answers_with_the_contracts_fields(client: TestClient[Litestar]) -> None:
    """For a text, and for a code with a text."""
    body = {"text": "two folding walker with wheels", "date_of_service": "2026-01-15"}
    line = client.post("/v1/claim-line", json=body).json()
    coded = client.post("/v1/claim-line", json={"code": "E0100", "text": "qty 3"}).json()

    assert {"code", "units", "arithmetic", "waste_units", "modifiers", "limits", "fees", "warnings"} <= set(
        line
    )
    assert (line["code"], line["units"], line["suggestion"]["code"]) == ("E0143", 2, "E0143")
    assert (coded["code"], coded["units"]) == ("E0100", 3)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"text": " "}, "$.text"),
        ({"text": "cane", "code": "E9998"}, "$.code"),
        ({"text": "cane", "code": "99213"}, "$.code"),
        ({"text": "cane", "setting": "home"}, "$.setting"),
        ({"text": "cane", "state": "Texas"}, "$.state"),
    ],
)
def test_a_wrong_field_is_named(client: TestClient[Litestar], body: dict[str, str], path: str) -> None:
    """As a problem with its path, which never repeats what was sent."""
    answer = client.post("/v1/claim-line", json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == path
    assert body["text"].strip() == "" or body["text"] not in answer.text


def test_the_command_prints_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Code, units and that it is a suggestion."""
    print_line(claim_line(FakeSuggester(), "two folding walker with wheels", ClaimAsk(on=DAY)))
    lines = capsys.readouterr().out.splitlines()

    assert lines[1].startswith("  E0143  ")
    assert lines[2] == "  units: 2 (2, one unit each = 2)"
    assert lines[-2] == "  A suggestion to check, not a statement about coverage or payment."
