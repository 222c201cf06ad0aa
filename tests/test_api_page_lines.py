"""Reviewing a table of lines: keys, many at once, undo, comments, columns."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from tests.page_desk import Desk, ask, lines_done, paste_done, until

pytestmark = pytest.mark.browser

SHEET = (
    "charge desc\tDOS\tQty\tMod\tNDC\r\n"
    "walker cane stick thing\t1/15/2026\t1\tNU\t\r\n"
    "folding walker\t1/15/2026\t2\t\t\r\n"
    "qqq zzz\t1/16/2026\t1\t\t00006-3026-02\r\n"
    "walker tip rubber thing\t1/17/2026\t1\tLT RT\t\r\n"
)


def state(page: Any, number: int) -> str:
    text: str = page.locator(f"#line-{number} .state").inner_text()
    return text


def focused(page: Any) -> str:
    """The line that has the focus."""
    found: str = page.evaluate("document.activeElement.closest('tr')?.id ?? document.activeElement.id")
    return found


def test_columns_are_guessed_and_shown(desk: Desk) -> None:
    """By headings such as `charge desc`, and by contents; each can be changed."""
    page = desk.open()
    paste_done(page, SHEET)

    assert page.locator("#columns summary").inner_text() == (
        "Columns: text “charge desc”, quantity “Qty”, modifiers “Mod”, NDC “NDC”"
    )
    assert page.locator("#line-0 .others").inner_text().split() == [
        "Date", "1/15/2026", "Quantity", "1", "Modifiers", "NU",
    ]  # fmt: skip
    assert "NDC 00006-3026-02" in page.locator("#line-2 .others").inner_text()
    page.locator("#columns summary").click()
    page.get_by_label("NDC in").select_option("-1")
    assert page.locator("#line-2 .others").inner_text().split()[0] == "Date"
    assert "NDC" not in page.locator("#line-2 .others").inner_text()


def test_review_by_keys_alone(desk: Desk) -> None:
    """Accept goes on to the next line to check; digits pick, n is no code, Ctrl+Z takes back."""
    page = desk.open()
    paste_done(page, SHEET)
    page.locator("#line-0 select").focus()
    page.keyboard.press("a")
    assert (state(page, 0), focused(page)) == ("Picked by you", "line-2")
    page.keyboard.press("n")
    assert (state(page, 2), focused(page)) == ("Left without a code", "line-3")
    page.keyboard.press("2")
    chosen = page.locator("#line-3 select").input_value()
    assert chosen == page.locator("#line-3 select option").nth(1).get_attribute("value")
    page.keyboard.press("k")
    assert focused(page) == "line-2"
    page.keyboard.press("Control+z")
    assert state(page, 3) != "Picked by you"
    assert focused(page) == "line-3"
    page.keyboard.press("Control+z")
    assert state(page, 2) == "No good match"


def test_enter_in_a_lines_search_uses_the_code(desk: Desk) -> None:
    """Without a Tab: s, words, Enter, and the focus is on the line again."""
    page = desk.open()
    paste_done(page, SHEET)
    page.locator("#line-2 select").focus()
    page.keyboard.press("s")
    until(page, "document.activeElement.id === 'text'")
    ask(page, "plain wheelchair")
    page.keyboard.press("Enter")
    lines_done(page)

    assert page.locator("#line-2 select").input_value() == "K0001"
    assert focused(page) == "line-2"


def test_many_lines_are_decided_at_once(desk: Desk) -> None:
    """Select, flag, and take back in one step."""
    page = desk.open()
    paste_done(page, SHEET)
    page.get_by_label("Select line 1").check()
    page.get_by_label("Select line 4").check()
    assert page.locator("#selected-count").inner_text() == "2 lines selected"
    page.get_by_role("button", name="Flag them").click()
    assert page.locator("#table-summary").inner_text().endswith("2 flagged.")
    page.get_by_role("button", name="Undo").click()
    assert "flagged" not in page.locator("#table-summary").inner_text()
    page.get_by_label("Select all lines").check()
    page.get_by_role("button", name="Accept them").click()
    assert page.locator("#table-summary").inner_text() == "4 lines, none left to check."


def test_flags_and_comments_are_exported_with_every_column(desk: Desk) -> None:
    """Pasted columns first, then ours, with the reason."""
    page = desk.open()
    paste_done(page, SHEET)
    page.locator("#line-1 select").focus()
    page.keyboard.press("c")
    page.keyboard.type("ask the ward")
    page.keyboard.press("Tab")
    page.locator("#line-1 select").focus()
    page.keyboard.press("f")
    with page.expect_download() as found:
        page.get_by_role("button", name="Download CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(found.value.path()).read_text("utf-8-sig"))))

    assert list(rows[0])[:5] == ["charge desc", "DOS", "Qty", "Mod", "NDC"]
    assert (rows[1]["comment"], rows[1]["flagged"], rows[0]["flagged"]) == ("ask the ward", "yes", "no")
    assert rows[1]["why"].startswith("shares 2 words")
    assert rows[3]["Mod"] == "LT RT"
