"""REST v1, driven through the app in process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.app import create_app
from api.settings import Settings
from index.store.tables import Tables
from index.tables.read import read_tables
from tests.fakes import FakeSuggester
from tests.live import running
from tests.table_files import csv_bytes, dmepos_rows

SETTINGS = Settings(home=Path("unused"))


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient[Litestar]]:
    with TestClient(create_app(FakeSuggester(), SETTINGS)) as client:
        yield client


def post(client: TestClient[Litestar], body: Any, path: str = "/v1/suggest") -> Any:
    return client.post(path, json=body)


def test_suggest_answers_with_the_contracts_fields(client: TestClient[Litestar]) -> None:
    """An Answer has the contract's fields, and its suggestions theirs, best first."""
    answer = post(client, {"text": "folding walker with wheels", "k": 2}).json()

    assert set(answer) == {
        "text", "date_of_service", "release", "model", "no_good_match", "none_fits", "looks_like",
        "did_you_mean", "as_typed", "warnings", "total_considered", "suggestions", "acceptable_together",
        "items", "modifiers", "notice", "error",
    }  # fmt: skip
    assert set(answer["suggestions"][0]) == {
        "rank", "code", "description", "short_description", "score", "confidence", "status", "effective_from",
        "effective_to", "successors", "is_noc", "section", "why", "proposed", "level",
    }  # fmt: skip
    assert [s["code"] for s in answer["suggestions"]] == ["E0143", "E0130"]
    assert answer["date_of_service"] == date.today().isoformat()
    assert (answer["release"], answer["model"]) == ("2026-01", "fake-1")


def test_every_filter_reaches_the_suggester(client: TestClient[Litestar]) -> None:
    """Date, level, sections, ended codes and the minimum confidence have an effect."""
    body = {
        "text": "walker replaced",
        "date_of_service": "2024-05-01",
        "level": 2,
        "sections": ["E"],
        "include_terminated": True,
        "min_confidence": 0.9,
    }
    answer = post(client, body).json()

    assert [(s["code"], s["status"]) for s in answer["suggestions"]] == [("E0144", "terminated")]
    assert answer["suggestions"][0]["successors"] == ["E0143"]
    assert answer["date_of_service"] == "2024-05-01"


@pytest.mark.parametrize(
    ("body", "path", "message"),
    [
        ({}, "$", "missing required field `text`"),
        ({"text": ""}, "$.text", "length >= 1"),
        ({"text": "   "}, "$.text", "the text is empty"),
        ({"text": "a" * 2001}, "$.text", "length <= 2000"),
        ({"text": 7}, "$.text", "Expected `str`, got `int`"),
        ({"text": "cane", "k": 0}, "$.k", ">= 1"),
        ({"text": "cane", "k": 101}, "$.k", "<= 100"),
        ({"text": "cane", "k": "5"}, "$.k", "Expected `int`, got `str`"),
        (
            {"text": "cane", "date_of_service": "2026-02-30"},
            "$.date_of_service",
            "is not a date; write it like 2026-01-15",
        ),
        ({"text": "cane", "level": 3}, "$.level", "<= 2"),
        ({"text": "cane", "sections": ["e"]}, "$.sections[0]", "matching regex"),
        ({"text": "cane", "sections": "E"}, "$.sections", "Expected `array`, got `str`"),
        ({"text": "cane", "min_confidence": 1.5}, "$.min_confidence", "<= 1"),
        ({"text": "cane", "colour": "red"}, "$", "unknown field; /schema lists the fields"),
        ([], "$", "Expected `object`, got `array`"),
    ],
)
def test_a_wrong_field_is_named(client: TestClient[Litestar], body: Any, path: str, message: str) -> None:
    """Every refusal is a 422 problem that names the field's path and the rule."""
    response = post(client, body)

    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["errors"][0]["path"] == path
    assert message in problem["errors"][0]["message"]
    assert problem["type"] == "urn:hcpcs-suggest:problem:invalid-field"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"text": "\\ud800"}', b"[" * 60_000])
def test_a_body_that_is_no_json_is_refused(client: TestClient[Litestar], body: bytes) -> None:
    """What cannot be read as JSON is a 400 problem, or 422 where it is read but is not the object."""
    response = client.post("/v1/suggest", content=body, headers={"Content-Type": "application/json"})

    assert response.status_code in {400, 422}
    assert response.json()["title"] in {"Bad Request", "Unprocessable Entity", "Unprocessable Content"}


def test_a_form_body_is_refused(client: TestClient[Litestar]) -> None:
    """A body that says it is a form is a 415 problem."""
    response = client.post("/v1/suggest", content=b"text=cane", headers={"Content-Type": "text/plain"})

    assert response.status_code == 415
    assert "application/json" in response.json()["detail"]


def test_bodies_are_bounded(client: TestClient[Litestar]) -> None:
    """64 KB for one text, 1 MB for a batch; beyond that a 413 problem."""
    blanks = b" " * (64 * 1024)
    single = client.post("/v1/suggest", content=blanks + b"{}", headers={"Content-Type": "application/json"})
    batch = client.post(
        "/v1/suggest/batch",
        content=blanks + b'{"items": [{"text": "cane"}]}',
        headers={"Content-Type": "application/json"},
    )
    large = client.post(
        "/v1/suggest/batch", content=b" " * (1024 * 1024 + 1), headers={"Content-Type": "application/json"}
    )

    assert (single.status_code, batch.status_code, large.status_code) == (413, 200, 413)
    assert single.json()["type"] == "urn:hcpcs-suggest:problem:too-large"


def test_a_body_may_come_in_pieces() -> None:
    """As sent by a client that does not know its length; the limit is the same."""
    kind = {"Content-Type": "application/json"}

    def pieces(blanks: int) -> Iterator[bytes]:
        yield b'{"text":'
        yield b" " * blanks
        yield b'"cane"}'

    with running(create_app(FakeSuggester(), SETTINGS)) as address:
        small = httpx.post(f"{address}/v1/suggest", content=pieces(9), headers=kind)
        large = httpx.post(f"{address}/v1/suggest", content=pieces(64 * 1024), headers=kind)

    assert (small.status_code, large.status_code) == (200, 413)
    assert small.json()["text"] == "cane"


def test_no_error_repeats_what_was_sent(client: TestClient[Litestar]) -> None:
    """Patient text in any wrong place is not returned."""
    secret = "Mrs Jane Doe 1931 hip"
    bodies = [
        {"text": "cane", secret: 1},
        {"text": [secret]},
        {"text": secret * 200},
        {"text": "cane", "level": secret},
    ]
    answers = [post(client, body).text for body in bodies]
    answers.append(client.get(f"/v1/codes/{secret}").text)
    answers.append(client.get(f"/nothing/{secret}").text)
    answers.append(client.get("/v1/codes", params={"limit": secret}).text)
    answers.append(client.get("/v1/codes", params={"on": secret}).text)

    assert [secret in answer or "Jane" in answer for answer in answers] == [False] * len(answers)


def test_batch_answers_item_by_item(client: TestClient[Litestar]) -> None:
    """Items keep their order; a wrong one carries its own error and the others are answered."""
    body = {
        "items": [
            {"text": "cane"},
            {"text": "wheelchair", "k": 0},
            {"txt": "x"},
            {"text": " "},
            {"text": "insulin"},
        ]
    }
    answers = post(client, body, "/v1/suggest/batch").json()

    assert [answer["error"] for answer in answers] == [
        None,
        "$.k: Expected `int` >= 1",
        "$: unknown field; /schema lists the fields",
        "the text is empty",
        None,
    ]
    assert [s["code"] for s in answers[4]["suggestions"]] == ["J1815"]


def test_a_batch_is_bounded(client: TestClient[Litestar]) -> None:
    """From 1 to 200 items."""
    assert post(client, {"items": []}, "/v1/suggest/batch").status_code == 422
    assert post(client, {"items": [{"text": "cane"}] * 200}, "/v1/suggest/batch").status_code == 200
    problem = post(client, {"items": [{"text": "cane"}] * 201}, "/v1/suggest/batch").json()
    assert problem["errors"] == [{"path": "$.items", "message": "Expected `array` of length <= 200"}]


def test_a_code_is_looked_up(client: TestClient[Litestar]) -> None:
    """All details of a code, in any letter case, with status on a date, successor and neighbours."""
    detail = client.get("/v1/codes/e0144", params={"on": "2020-06-01"}).json()

    assert (detail["code"], detail["status"], detail["successors"]) == ("E0144", "active", ["E0143"])
    assert [n["code"] for n in detail["neighbours"]][:4] == ["A4206", "E0100", "E0130", "E0143"]
    assert detail["record"]["cross_references"] == ["E0143"]
    assert detail["modifiers"] == []
    assert client.get("/v1/codes/E0143").json()["predecessors"] == ["E0144"]
    assert (
        client.get("/v1/codes/E0143", params={"modifiers": True}).json()["modifiers"][0]["modifier"] == "RR"
    )


def test_a_code_has_the_limits_and_fees_of_the_loaded_tables(tmp_path: Path) -> None:
    """Each with its table, quarter and setting; a stale table is said; none without tables."""
    path = tmp_path / "DMEPOS26_JAN.csv"
    path.write_bytes(csv_bytes(dmepos_rows({("E0143", "NU"): (100.0, 120.0)})))
    suggester = FakeSuggester()
    suggester.tables = Tables.of(read_tables(path))
    with TestClient(create_app(suggester, SETTINGS)) as client:
        detail = client.get("/v1/codes/E0143?on=2026-04-15&state=ca&setting=dme").json()
        none = client.get("/v1/codes/E0143?setting=outpatient").json()
        refused = client.get("/v1/codes/E0143?state=California")

    assert [(fee["amount"], fee["rural_amount"], fee["state"], fee["quarter"]) for fee in detail["fees"]] == [
        (101.0, 121.0, "CA", "2026-01")
    ]
    assert detail["table_warnings"] == [
        "DMEPOS fee schedule 2026-01 is of another quarter than the date of service 2026-04-15"
    ]
    assert (none["fees"], none["limits"], none["table_warnings"]) == ([], [], [])
    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("code", "message"),
    [("E9999", "has no such code"), ("99213", "CPT"), ("walker", "one letter"), ("D0120", "one letter")],
)
def test_a_code_that_is_not_there_says_why(client: TestClient[Litestar], code: str, message: str) -> None:
    """An unknown code, a CPT code and no code at all are three different 404 problems."""
    response = client.get(f"/v1/codes/{code}")

    assert response.status_code == 404
    assert message in response.json()["detail"]


def test_codes_are_browsed_page_by_page(client: TestClient[Litestar]) -> None:
    """The cursor pages through all codes of a section in order, each once."""
    seen: list[str] = []
    cursor = None
    while True:
        params = {"section": "e", "limit": 2, "include_terminated": True} | (
            {"cursor": cursor} if cursor else {}
        )
        page = client.get("/v1/codes", params=params).json()
        seen += [line["code"] for line in page["codes"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert seen == ["E0100", "E0130", "E0143", "E0144", "E1399"]
    assert page["total"] == 5
    assert [line["code"] for line in client.get("/v1/codes", params={"prefix": "j1"}).json()["codes"]] == [
        "J1815"
    ]


def test_browse_limits_are_checked(client: TestClient[Litestar]) -> None:
    """A page holds from 1 to 500 codes."""
    response = client.get("/v1/codes", params={"limit": 501})

    assert response.status_code == 422
    assert response.json()["errors"] == [{"path": "query.limit", "message": "Expected `int` <= 500"}]


def test_releases_tell_what_is_loaded(client: TestClient[Litestar]) -> None:
    """Release, model, counts and the manifest."""
    releases = client.get("/v1/releases").json()

    assert releases["release"] == "2026-01"
    assert releases["code_sets"][0]["codes"] == 10
    assert releases["code_sets"][0]["active"] == 8
    assert releases["manifest"]["encoder"] == "word-overlap"


def test_an_error_has_one_shape_everywhere(client: TestClient[Litestar]) -> None:
    """404, 405 and 422 are problem details with the request's id."""
    for response in (
        client.get("/nowhere", headers={"X-Request-ID": "abc-1"}),
        client.get("/v1/suggest", headers={"X-Request-ID": "abc-1"}),
        client.post("/v1/suggest", json={}, headers={"X-Request-ID": "abc-1"}),
    ):
        problem = response.json()
        assert response.headers["content-type"] == "application/problem+json"
        assert problem["status"] == response.status_code
        assert problem["request_id"] == response.headers["x-request-id"] == "abc-1"


@pytest.mark.parametrize("written", ["01/15/2026", "2026-1-5", "soon", "2026-02-30"])
def test_a_date_in_another_form_is_refused_with_an_example(
    client: TestClient[Litestar], written: str
) -> None:
    """On its own and in a batch, where the other items are answered."""
    item = {"text": "cane", "date_of_service": written}
    refused = client.post("/v1/suggest", json=item)
    answers = client.post("/v1/suggest/batch", json={"items": [item, {"text": "cane"}]}).json()

    assert refused.status_code == 422
    assert refused.json()["detail"] == "$.date_of_service: is not a date; write it like 2026-01-15"
    assert [one["error"] for one in answers] == [
        "$.date_of_service: is not a date; write it like 2026-01-15",
        None,
    ]


def test_a_batch_whose_client_left_is_not_finished() -> None:
    """The parts that were not begun are left out."""
    suggester = FakeSuggester()
    app = create_app(suggester, SETTINGS)
    body = json.dumps({"items": [{"text": f"cane {number}"} for number in range(200)]}).encode()
    messages = [{"type": "http.disconnect"}, {"type": "http.request", "body": body, "more_body": False}]
    scope = {
        "type": "http", "method": "POST", "path": "/v1/suggest/batch", "raw_path": b"/v1/suggest/batch",
        "headers": [(b"host", b"x"), (b"content-type", b"application/json")], "query_string": b"",
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2), "scheme": "http", "root_path": "",
        "state": {}, "http_version": "1.1", "asgi": {"version": "3.0"},
    }  # fmt: skip
    sent = []

    async def receive() -> Any:
        return messages.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]

    assert sent[0]["status"] == 499
    assert sum(text.startswith("cane") for text in suggester.texts) == 50


def test_chapters_count_the_codes_of_a_day(client: TestClient[Litestar]) -> None:
    """Ended codes count when asked for; a chapter's codes are listed from its first to its last."""
    (first, *_) = sections = client.get("/v1/chapters?on=2026-01-15").json()["sections"]
    assert (first["section"], first["codes"]) == ("A", 1)
    (equipment,) = [one for one in sections if one["section"] == "E"]
    assert equipment["codes"] == 4
    canes = equipment["chapters"][0]
    assert canes == {"first": "E0100", "last": "E0143", "words": "Canes, crutches and walkers", "codes": 3}

    ended = client.get("/v1/chapters?on=2026-01-15&include_terminated=true").json()["sections"]
    assert sum(one["codes"] for one in ended) == sum(one["codes"] for one in sections) + 1
    listed = client.get("/v1/codes?first=e0100&last=E0143&on=2026-01-15").json()
    assert [one["code"] for one in listed["codes"]] == ["E0100", "E0130", "E0143"]


def test_modifiers_are_listed_and_found_by_words(client: TestClient[Litestar]) -> None:
    """With their status on the day; words that no descriptor has find none."""
    listed = client.get("/v1/modifiers?prefix=r&on=2026-01-15").json()
    assert [(one["modifier"], one["status"]) for one in listed["modifiers"]] == [("RR", "active")]
    assert len(client.get("/v1/modifiers").json()["modifiers"]) == 2

    found = post(client, {"text": "equipment new"}, "/v1/modifiers").json()
    assert [one["modifier"] for one in found["modifiers"]] == ["NU"]
    assert post(client, {"text": "zebra"}, "/v1/modifiers").json()["modifiers"] == []
    assert post(client, {"text": ""}, "/v1/modifiers").status_code == 422


def test_a_code_has_its_history(client: TestClient[Litestar]) -> None:
    """When it came, and each wording with the days on which it began; nothing for a code without one."""
    (life,) = client.get("/v1/codes/E0143").json()["lives"]

    assert life["came"] == {"earliest": None, "latest": "1993-01-01"}
    assert [one["description"] for one in life["wordings"]][0] == "Folding walker"
    assert life["wordings"][1]["since"] == {"earliest": "2021-01-01", "latest": "2021-01-01"}
    assert client.get("/v1/codes/E0100").json()["lives"] == []


def test_the_note_that_a_code_cites_is_told_with_its_text(client: TestClient[Litestar]) -> None:
    """Also among the fields in words; a code without a note has none."""
    answer = client.get("/v1/codes/K0001").json()

    assert answer["processing_note"] == {"number": "0002", "text": "ONLY FOR DOGS."}
    assert {"label": "Processing note", "words": "0002: ONLY FOR DOGS."} in answer["explained"]
    assert client.get("/v1/codes/E0100").json()["processing_note"] is None


def test_a_word_is_completed(client: TestClient[Litestar]) -> None:
    """From the descriptors and the lexicon, in any letter case; phrases have the first word."""
    answer = post(client, {"text": "Walk"}, "/v1/complete").json()
    assert answer["words"][0] == "walker"
    assert "folding walker" in answer["phrases"]
    assert all("walker" in phrase.split() for phrase in answer["phrases"])
    assert post(client, {"text": "wa"}, "/v1/complete").json() == {"words": [], "phrases": []}
    assert post(client, {"text": "a Folding, wal"}, "/v1/complete").json()["phrases"] == ["folding walker"]
    assert post(client, {"text": "-"}, "/v1/complete").json() == {"words": [], "phrases": []}
