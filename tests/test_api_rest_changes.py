"""`GET /v1/releases/changes`: what changed between two releases that are at hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.__main__ import main
from api.app import create_app
from api.at_hand import HELD_ONCE, NO_MODIFIERS, AtHand
from api.settings import Settings
from index.build import Sources, assemble, write_index
from index.history.build import build_history
from index.home import Home
from index.records import Record
from index.store.catalogue import Catalogue, read_catalogue
from tests.fakes import FakeCatalogue, FakeSuggester
from tests.history_releases import MIDDLE, NEW, OLD, release
from tests.index_fakes import LetterEncoder, build_small

CHANGES = "/v1/releases/changes"


class HistorySuggester(FakeSuggester):
    """The fake with the codes of three releases."""

    def __init__(self) -> None:
        super().__init__()
        self.catalogue = FakeCatalogue(NEW.records, NEW.modifiers)
        self.catalogue.history = build_history([OLD, MIDDLE, NEW])


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A data folder with three installed indexes, one of them the starter's and one damaged."""
    home = Home(tmp_path / "home")
    build_small(home.indexes / "2019-01", release("2019-01", *OLD.records, modifiers=OLD.modifiers))
    build_small(home.indexes / "starter", OLD)
    build_small(home.indexes / "2017-01", OLD)
    (home.indexes / "2017-01/records.jsonl").write_text("damaged")
    return home


@pytest.fixture
def client(home: Home) -> Iterator[TestClient[Litestar]]:
    """A service whose own release is named 2026-01."""
    with TestClient(create_app(HistorySuggester(), Settings(home=home.path))) as client:
        yield client


def kinds(answer: Any) -> list[tuple[str, str]]:
    return [(change["kind"], change["code"]) for change in answer["changes"]]


def test_what_can_be_compared_is_listed(client: TestClient[Litestar]) -> None:
    """The release that answers, those of its history and the installed ones, not the starter's."""
    assert client.get("/v1/releases").json()["comparable"] == [
        "2026-01", "2021-01", "2020-01", "2019-01", "2018-01", "2017-01",
    ]  # fmt: skip


def test_two_releases_of_the_history_are_compared(client: TestClient[Litestar]) -> None:
    """Added, gone, reworded and ended codes and modifiers; what a history cannot tell is said."""
    answer = client.get(CHANGES, params={"old": "2018-01", "new": "2020-01"}).json()

    assert kinds(answer) == [
        ("reworded", "A0002"), ("vanished", "A0003"), ("reworded", "A0004"), ("added", "A0005"),
        ("vanished", "A0006"),
    ]  # fmt: skip
    assert (answer["old"], answer["new"], answer["release"]) == ("2018-01", "2020-01", "2026-01")
    assert answer["counts"] == {"added": 1, "reworded": 2, "vanished": 2}
    assert (answer["total"], answer["codes"], answer["next_cursor"]) == (5, 5, None)
    assert answer["remarks"] == [HELD_ONCE]
    ended = client.get(CHANGES, params={"old": "2020-01", "new": "2021-01", "kind": "ended"}).json()
    assert ended["changes"] == [
        {"kind": "ended", "code": "A0002", "description": "Ladder of oak or ash", "field": "effective_to",
         "old": "", "new": "2020-12-31"},
    ]  # fmt: skip
    assert ended["counts"] == {"added": 1, "reworded": 2, "ended": 1}


def test_an_installed_index_is_compared_with_the_release_that_answers(client: TestClient[Litestar]) -> None:
    """Field by field, as `hcpcs index diff` does; the later one may be left out."""
    answer = client.get(CHANGES, params={"old": "2019-01"}).json()

    assert answer["new"] == "2026-01"
    assert answer["remarks"] == []
    assert ("dates", "A0004") in kinds(answer)
    assert ("reworded", "Z1") in kinds(answer)
    since_the_last = client.get(CHANGES).json()
    assert (since_the_last["old"], since_the_last["new"]) == ("2021-01", "2026-01")
    assert client.get(CHANGES, params={"old": "2019-01", "new": "2019-01"}).json()["changes"] == []


def test_the_service_says_the_same_as_the_command(
    home: Home, client: TestClient[Litestar], capsys: pytest.CaptureFixture[str]
) -> None:
    """Both compare the two indexes."""
    build_small(home.indexes / "2020-07", MIDDLE)
    answer = client.get(CHANGES, params={"old": "2019-01", "new": "2020-07"}).json()
    folders = [str(home.indexes / name) for name in ("2019-01", "2020-07")]

    assert main(["index", "diff", *folders, "--json"]) == 0
    assert answer["changes"] == json.loads(capsys.readouterr().out)


def test_pages_hold_whole_codes_and_lose_none(client: TestClient[Litestar]) -> None:
    """All changes of a code stand on one page."""
    whole = client.get(CHANGES, params={"old": "2019-01"}).json()
    found, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        params = {"old": "2019-01", "limit": 2, **({"cursor": cursor} if cursor else {})}
        page = client.get(CHANGES, params=params).json()
        assert len({change["code"] for change in page["changes"]}) <= 2
        assert page["total"] == whole["total"] == len(whole["changes"])
        found += page["changes"]
        cursor, pages = page["next_cursor"], pages + 1

    assert found == whole["changes"]
    assert pages == -(-whole["codes"] // 2)


def test_changes_are_filtered(client: TestClient[Litestar]) -> None:
    """By kind, section and beginning, in any letter case; modifiers are of no section."""
    params = {"old": "2019-01"}
    assert kinds(client.get(CHANGES, params=params | {"prefix": "a0005"}).json()) == [("added", "A0005")]
    in_a = client.get(CHANGES, params=params | {"section": "a"}).json()
    assert {change["code"][0] for change in in_a["changes"]} == {"A"}
    assert client.get(CHANGES, params=params | {"section": "E"}).json()["total"] == 0
    assert set(dict(kinds(client.get(CHANGES, params=params | {"kind": "added"}).json()))) == {"added"}


@pytest.mark.parametrize(
    ("params", "status", "message"),
    [
        ({"old": "2001-01"}, 404, "there is no such release to compare; give two of: 2026-01, 2021-01,"),
        ({"old": "2018-01", "new": "../2018-01"}, 404, "there is no such release"),
        ({"old": "starter"}, 404, "there is no such release"),
        ({"new": "2017-01"}, 404, "there is no such release"),
        ({"old": "2018-01", "kind": "lost"}, 422, "query.kind"),
        ({"old": "2018-01", "limit": "501"}, 422, "query.limit"),
        ({"old": "2018-01", "what": "1"}, 422, "it takes cursor, kind, limit, new, old, prefix, section"),
        ({"old": "2017-01"}, 422, "the index of one of these releases cannot be read"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    client: TestClient[Litestar], params: dict[str, str], status: int, message: str
) -> None:
    """With what can be; a folder's name stays in the log."""
    answer = client.get(CHANGES, params=params)

    assert (answer.status_code, message in answer.json()["detail"]) == (status, True)
    assert "indexes" not in answer.json()["detail"]


def test_an_index_that_is_replaced_is_read_again(home: Home) -> None:
    """What was compared before is kept while the folders stay the same."""
    at_hand = AtHand("2026-01", Catalogue(NEW.records, NEW.modifiers), home.path)
    first = at_hand.changes("2019-01", "2026-01")
    assert at_hand.changes("2019-01", "2026-01") is first
    build_small(home.indexes / "2019-01", NEW)

    assert at_hand.changes("2019-01", "2026-01").changes == ()


def test_modifiers_of_one_side_alone_are_not_compared() -> None:
    """A list without modifiers does not end those of the other; that is said."""
    catalogue = Catalogue(NEW.records)
    catalogue.history = build_history([OLD, MIDDLE, NEW])
    found = AtHand("2021-01", catalogue, None).changes("2020-01", "2021-01")

    assert NO_MODIFIERS in found.remarks
    assert "Z1" not in {change.code for change in found.changes}


def test_cpt_codes_of_another_index_are_not_told(home: Home) -> None:
    """A licence holder's codes are compared only where the index that answers has such codes."""
    cpt = Record("99999", "Invented visit of a dog")
    build_small(home.indexes / "2020-10", release("2020-10", *OLD.records, cpt))
    without = AtHand("2026-01", Catalogue(NEW.records), home.path).changes("2020-10", "2026-01")
    other = AtHand("2026-01", Catalogue((cpt, *NEW.records)), home.path).changes("2019-01", "2026-01")

    assert "99999" not in {change.code for change in without.changes}
    assert "99999" in {change.code for change in other.changes}


def test_a_real_index_with_a_history_is_compared(tmp_path: Path) -> None:
    """As it is built and loaded, from memory alone."""
    sources = Sources(NEW, history=build_history([OLD, MIDDLE, NEW]))
    write_index(assemble(sources, LetterEncoder()), tmp_path / "index")
    at_hand = AtHand("2021-01", read_catalogue(tmp_path / "index"), None)

    assert at_hand.names() == ("2021-01", "2020-01", "2018-01")
    assert len(at_hand.changes("2018-01", "2021-01").changes) == 11
