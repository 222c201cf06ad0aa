"""What coders take on the page goes to the feedback database, where one is switched on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from api.app import create_app
from api.feedback.records import KeptPick
from api.feedback.store import open_store
from api.settings import Settings
from tests.fakes import FakeSuggester
from tests.live import running
from tests.page_data import PageSuggester
from tests.page_desk import Desk, ask, clipboard, coder, codes, lines_done, paste_done, until

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

KEPT_TOLD = {
    "text": "with the text that you typed",
    "hash": "with a keyed number in place of the text that you typed",
    "none": "without the text that you typed",
}


def settings(folder: Path, kept: str) -> Settings:
    return Settings(home=folder, feedback=f"sqlite:///{folder / 'picks.db'}", feedback_text=kept)


def picks(found: Settings) -> list[KeptPick]:
    """Every pick that is kept."""
    store = open_store(found)
    assert store is not None
    kept = list(store.picks())
    store.close()
    return kept


@pytest.fixture
def picking(browser: Any, tmp_path: Path) -> Iterator[Desk]:
    """A coder's browser at a service that keeps picks with their texts."""
    with running(create_app(PageSuggester(), settings(tmp_path, "text"))) as address:
        yield from coder(browser, address)


@pytest.mark.parametrize("kept", sorted(KEPT_TOLD))
def test_the_page_says_what_is_kept_and_has_the_script(tmp_path: Path, kept: str) -> None:
    """By the site's choice."""
    with TestClient(create_app(FakeSuggester(), settings(tmp_path, kept))) as client:
        page = client.get("/").text

    assert f"This service keeps which code you take of a list, {KEPT_TOLD[kept]}." in page
    assert page.count('src="static/picks.js"') == 1
    assert "<!-- picks" not in page


def test_without_feedback_the_page_sends_nothing() -> None:
    """It does not even have the script."""
    with TestClient(create_app(FakeSuggester(), Settings(home=Path("unused")))) as client:
        page = client.get("/").text

    assert "picks" not in page


@pytest.mark.browser
def test_a_copied_code_is_a_pick_with_its_list(picking: Desk, tmp_path: Path) -> None:
    """Once, however often it is copied; another code of the list is another pick."""
    page = picking.open()
    ask(page, "folding walker")
    shown = codes(page)
    page.keyboard.press("Enter")
    until(page, lambda: len(picks(settings(tmp_path, "text"))) == 1)
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    until(page, f"document.querySelector('#details-code')?.textContent === '{shown[1]}'")
    page.keyboard.press("Enter")
    until(page, lambda: len(picks(settings(tmp_path, "text"))) == 2)

    found = picks(settings(tmp_path, "text"))
    assert [(one.text, one.code, one.position, one.outcome) for one in found] == [
        ("folding walker", shown[0], 1, "accepted"),
        ("folding walker", shown[1], 2, "accepted"),
    ]
    assert [list(one.shown) for one in found] == [shown, shown]
    assert clipboard(page) == shown[1]


@pytest.mark.browser
def test_decisions_about_lines_are_picks_when_the_table_is_downloaded(picking: Desk, tmp_path: Path) -> None:
    """Those that the coder made; what nobody looked at is none."""
    page = picking.open()
    paste_done(page, "folding walker\nplain wheelchair\nqqq zzz\n")
    page.locator("#line-0 select").focus()
    page.keyboard.press("a")
    page.locator("#line-2 select").focus()
    page.keyboard.press("n")
    lines_done(page)
    with page.expect_download():
        page.locator("#download").click()
    until(page, lambda: len(picks(settings(tmp_path, "text"))) == 2)

    found = picks(settings(tmp_path, "text"))
    assert [(one.text, one.outcome) for one in found] == [
        ("folding walker", "accepted"),
        ("qqq zzz", "none-fits"),
    ]
    assert found[0].position == 1
