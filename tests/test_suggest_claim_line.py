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
from index.starter import read_starter
from index.store.tables import Tables
from index.tables.read import read_all
from suggest.claim.line import ClaimAsk, claim_line
from suggest.claim.units import units_to_bill
from tests.fakes import FakeSuggester
from tests.table_files import csv_bytes, dmepos_rows, mue_rows

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

    assert answer.status_code == (404 if body.get("code") == "E9998" else 422)
    assert answer.json()["errors"][0]["path"] == path
    assert body["text"].strip() == "" or body["text"] not in answer.text


def test_the_command_prints_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Code, units and that it is a suggestion."""
    print_line(claim_line(FakeSuggester(), "two folding walker with wheels", ClaimAsk(on=DAY)))
    lines = capsys.readouterr().out.splitlines()

    assert lines[1].startswith("  E0143  ")
    assert lines[2] == "  units: 2 (2, one unit each = 2)"
    assert lines[-2] == "  A suggestion to check, not a statement about coverage or payment."


@pytest.fixture
def with_tables(tmp_path: Path) -> FakeSuggester:
    """The fake suggester with invented tables of two settings."""
    files = {
        "mue_p.csv": csv_bytes(mue_rows("Practitioner Services", [("E0143", 0, "2 Policy", "CMS Policy")])),
        "mue_d.csv": csv_bytes(mue_rows("DME Supplier Services", [("E0143", 1, "1 Line Edit", "Clinical")])),
        "DMEPOS26_JAN.csv": csv_bytes(dmepos_rows({("E0143", "NU"): (100, 0), ("E0143", "RR"): (10, 0)})),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    suggester = FakeSuggester()
    suggester.tables = Tables.of(read_all([tmp_path / name for name in files]))
    return suggester


def test_limits_and_fees_are_those_of_the_tables(with_tables: FakeSuggester) -> None:
    """Units over the limit and a modifier that the fees need are said; the amount is units times the fee."""
    ask = ClaimAsk(on=date(2026, 4, 15), setting="dme", state="TX")
    line = claim_line(with_tables, "two folding walker with wheels", ask)

    assert [(limit.setting, limit.units) for limit in line.limits] == [("dme", 1)]
    assert [(one.setting, one.amount) for one in line.expected] == [("dme", 200.0)]
    assert (
        "2 units of E0143: Medically Unlikely Edits (MUE), dme 2026-04 expects at most 1 units a claim line"
        in line.warnings
    )
    assert "a modifier may be missing: the dme fees of this code are for NU, RR" in line.warnings
    assert (
        "DMEPOS fee schedule 2026-01 is of another quarter than the date of service 2026-04-15"
        in line.warnings
    )


def test_a_limit_of_zero_is_a_warning_only_in_its_setting(with_tables: FakeSuggester) -> None:
    """Without a setting it only says that the code is billed in another one."""
    text, day = "one folding walker with wheels", date(2026, 4, 15)
    free = claim_line(with_tables, text, ClaimAsk(on=day))
    settled = claim_line(with_tables, text, ClaimAsk(on=day, setting="practitioner"))

    assert not any("expects" in warning for warning in free.warnings)
    assert (
        "1 unit of E0143: Medically Unlikely Edits (MUE), practitioner 2026-04 expects no units at all"
        in settled.warnings
    )


def test_the_unit_of_a_starter_code_stands_in_its_description() -> None:
    """Its own wording says what the thing is, and then how it is counted, as CMS's does."""
    starter = {record.code: record for record in read_starter().records}

    insulin = starter["J1815"].long_description
    assert (insulin.endswith(", per 5 units"), starter["J1815"].short_description) == (True, "")
    assert units_to_bill("insulin 260 units", "J1815", insulin).units == 52
    assert units_to_bill("two canes", "E0100", starter["E0100"].long_description).units == 2
    assert units_to_bill("2 crutches", "E0114", starter["E0114"].long_description).units == 1
    assert units_to_bill("bedside drainage bag x 2", "A4357", starter["A4357"].long_description).units == 2
    assert units_to_bill("strips 2 boxes of 50", "A4253", starter["A4253"].long_description).units == 2
