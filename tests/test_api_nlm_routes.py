"""The NLM Clinical Tables call: same parameters, same array."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.app import create_app
from api.nlm.query import QuerySyntaxError, parse_query
from api.settings import Settings
from tests.fakes import RECORDS, FakeSuggester


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient[Litestar]]:
    with TestClient(create_app(FakeSuggester(), Settings(home=Path("unused")))) as client:
        yield client


def search(client: TestClient[Litestar], **params: Any) -> Any:
    response = client.get("/api/hcpcs/v3/search", params=params)
    assert response.status_code == 200, response.text
    return response.json()


def test_the_answer_is_the_four_part_array(client: TestClient[Litestar]) -> None:
    """Total, codes, no extra fields, rows of code and display."""
    assert search(client, terms="folding walker with wheels", maxList=2) == [
        5,
        ["E0143", "E0130"],
        None,
        [
            ["E0143", "Folding walker with wheels, height can be set"],
            ["E0130", "Stiff walker without wheels"],
        ],
    ]


def test_defaults_are_seven_rows_and_five_hundred_at_most(client: TestClient[Litestar]) -> None:
    """Seven without `maxList`, all when it is given empty, never over 500."""
    assert len(search(client, terms="")[1]) == 7
    assert len(search(client, terms="", maxList="")[1]) == len(RECORDS)
    assert len(search(client, terms="", maxList=9999)[1]) == len(RECORDS)
    assert search(client, terms="", maxList=3)[0] == len(RECORDS)


def test_pages_follow_each_other(client: TestClient[Litestar]) -> None:
    """`offset` and `count` page through the rows."""
    pages = [search(client, terms="", count=4, offset=offset)[1] for offset in (0, 4, 8)]

    assert [code for page in pages for code in page] == [record.code for record in RECORDS]


def test_fields_are_chosen_and_renamed(client: TestClient[Litestar]) -> None:
    """`df` makes the rows, `ef` the named lists with an alias after a colon, `cf` the codes."""
    total, codes, extra, rows = search(
        client,
        terms="E0144",
        df="short_desc,obsolete,term_dt",
        ef="add_dt:added,term_dt,act_eff_dt,obsolete,is_noc",
        cf="short_desc",
    )

    assert (total, codes) == (1, ["Old walker"])
    assert extra == {
        "added": ["19930101"],
        "term_dt": ["20201231"],
        "act_eff_dt": [None],
        "obsolete": [True],
        "is_noc": [False],
    }
    assert rows == [["Old walker", "true", "20201231"]]


@pytest.mark.parametrize("blank", ["", " ", "\r", ",", " , "])
def test_a_blank_choice_of_fields_is_none(client: TestClient[Litestar], blank: str) -> None:
    """The codes and the searched fields are the default ones."""
    assert search(client, terms="E01", cf=blank, sf=blank) == search(client, terms="E01")


def test_a_code_prefix_lists_codes_in_order(client: TestClient[Litestar]) -> None:
    """The beginning of a code finds the codes that begin with it."""
    assert search(client, terms="E01")[1] == ["E0100", "E0130", "E0143", "E0144"]
    assert search(client, terms="e0143")[1] == ["E0143"]


def test_a_word_half_typed_is_found(client: TestClient[Litestar]) -> None:
    """A code must match all of several word beginnings."""
    assert search(client, terms="whee")[1] == ["E0130", "E0143", "K0001"]
    assert search(client, terms="whee fold")[1] == ["E0143"]
    assert search(client, terms="xyzzy") == [0, [], None, []]


def test_search_fields_bound_the_search(client: TestClient[Litestar]) -> None:
    """With `sf=code` words of descriptions find nothing."""
    assert search(client, terms="walker", sf="code")[0] == 0
    assert search(client, terms="e0", sf="code")[1] == ["E0100", "E0130", "E0143", "E0144"]


@pytest.mark.parametrize(
    ("q", "codes"),
    [
        ("is_noc:true", ["E1399", "J9999"]),
        ("is_noc:true AND code:E*", ["E1399"]),
        ("+is_noc:true -code:E*", ["J9999"]),
        ("obsolete:true", ["E0144"]),
        ("code:J1815 OR code:K0001", ["J1815", "K0001"]),
        ("code:J1815 K0001", ["J1815", "K0001"]),
        ("(code:J* OR code:K*) AND NOT is_noc:true", ["J1815", "K0001"]),
        ('long_desc:"other code"', ["E1399", "J9999"]),
        ("add_dt:[19930101 TO 19940101]", ["E0143", "E0144", "K0001"]),
        ("term_dt:[* TO 20201231]", ["E0144"]),
        ("short_desc:wheel*", ["E0143", "K0001"]),
    ],
)
def test_q_constrains_the_rows(client: TestClient[Litestar], q: str, codes: list[str]) -> None:
    """Fields, wildcards, phrases, ranges and the three operators."""
    assert search(client, terms="", q=q, maxList="")[1] == codes


@pytest.mark.parametrize("q", ["colour:red", "(code:E*", "code:E*)", '"open', "add_dt:[1 2]", "(" * 50 + "a"])
def test_a_q_that_cannot_be_read_is_refused(client: TestClient[Litestar], q: str) -> None:
    """A part that is not understood is an error, is not ignored, and is not repeated in the message."""
    response = client.get("/api/hcpcs/v3/search", params={"terms": "", "q": q})

    assert response.status_code == 422
    assert response.json()["errors"][0]["path"] == "query.q"
    with pytest.raises(QuerySyntaxError):
        parse_query(q)


@pytest.mark.parametrize(
    ("params", "path"),
    [
        ({"df": "colour"}, "query.df"),
        ({"ef": "colour:c"}, "query.ef"),
        ({"maxList": "many"}, "query.maxList"),
        ({"offset": "-1"}, "query.offset"),
        ({"terms": "a" * 2001}, "query.terms"),
    ],
)
def test_a_wrong_parameter_is_named(client: TestClient[Litestar], params: dict[str, str], path: str) -> None:
    """Unknown fields and bad numbers are refused with the parameter's name."""
    response = client.get("/api/hcpcs/v3/search", params={"terms": "cane"} | params)

    assert response.status_code == 422
    assert response.json()["errors"][0]["path"] == path


def test_unknown_parameters_are_ignored(client: TestClient[Litestar]) -> None:
    """The widget sends ones of its own, and so do forms."""
    assert search(client, terms="cane", authenticity_token="x", field_id="y")[1] == ["E0100"]


def test_obsolete_follows_the_calendar() -> None:
    """A code is obsolete from the day after its last day."""
    keep = parse_query("obsolete:true")
    record = next(record for record in RECORDS if record.code == "E0144")

    assert not keep(record, date(2020, 12, 31))
    assert keep(record, date(2021, 1, 1))
