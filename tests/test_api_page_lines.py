"""Reviewing a table of lines: keys, many at once, undo, comments, columns."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from tests.page_desk import Desk, ask, paste_done, until

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
    """Without a Tab: s, words that replace the text, Enter; the next line without a code is searched for."""
    page = desk.open()
    paste_done(page, SHEET + "vvv www\t1/18/2026\t1\t\t\r\n")
    until(page, "document.activeElement.closest('#line-0')")  # the first line to check
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("s")
    page.keyboard.type("plain wheelchair")
    page.keyboard.press("Enter")
    until(page, "document.activeElement.closest('#line-3')")
    assert page.locator("#line-2 select").input_value() == "K0001"
    page.keyboard.press("a")
    until(page, "document.activeElement.closest('#line-4')")
    page.keyboard.press("k")
    page.keyboard.press("s")
    page.keyboard.type("plain wheelchair")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('#line-banner').textContent.startsWith('Line 5: vvv www')")
    assert page.locator("#text").input_value() == "vvv www"
    page.keyboard.press("Escape")
    assert (focused(page), state(page, 3)) == ("line-4", "Picked by you")


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


def test_many_lines_get_one_code_and_one_comment(desk: Desk) -> None:
    """Each is one step for undo; what is no code is not sent."""
    page = desk.open()
    paste_done(page, SHEET)
    page.get_by_label("Select line 1").check()
    page.get_by_label("Select line 4").check()
    page.get_by_label("Code for them").fill("k0001")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('#line-3 select').value === 'K0001'")
    page.get_by_label("Comment on them").fill("asked the ward")
    page.keyboard.press("Enter")

    assert [state(page, number) for number in (0, 3)] == ["Picked by you", "Picked by you"]
    assert (
        page.locator("#line-0 .words").inner_text().endswith("Comment: asked the ward") is False
    )  # on paper only
    assert page.locator(".comment").count() == 2
    page.get_by_role("button", name="Undo").click()
    assert page.locator(".comment").count() == 0
    assert page.locator("#line-3 select").input_value() == "K0001"
    page.get_by_label("Code for them").fill("a dog")
    page.keyboard.press("Enter")
    page.locator("#toast.shown").wait_for()
    assert "five characters" in page.locator("#toast").inner_text()
    assert not [url for url in desk.urls if "dog" in url]


def test_flags_and_comments_are_exported_with_every_column(desk: Desk) -> None:
    """Pasted columns first, then ours, with the reason; on paper the comment stands below the text."""
    page = desk.open()
    paste_done(page, SHEET)
    page.locator("#line-1 select").focus()
    page.keyboard.press("c")
    page.keyboard.type("ask the ward")
    page.keyboard.press("Tab")
    page.locator("#line-1 select").focus()
    page.keyboard.press("f")
    note = page.locator("#line-1 .on-paper")
    assert note.is_hidden()
    page.emulate_media(media="print")
    assert note.is_visible()
    assert note.inner_text() == "Comment: ask the ward"
    page.emulate_media(media="screen")
    with page.expect_download() as found:
        page.get_by_role("button", name="Download CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(found.value.path()).read_text("utf-8-sig"))))

    assert list(rows[0])[:5] == ["charge desc", "DOS", "Qty", "Mod", "NDC"]
    assert (rows[1]["comment"], rows[1]["flagged"], rows[0]["flagged"]) == ("ask the ward", "yes", "no")
    assert rows[1]["why"].startswith("shares 2 words")
    assert rows[3]["Mod"] == "LT RT"


def test_units_are_worked_out_and_compared_with_the_columns(desk: Desk) -> None:
    """Units by the text, times the quantity; modifiers that the release has not; also in the download."""
    page = desk.open()
    paste_done(page, SHEET.replace("LT RT", "LT ZQ"))
    page.get_by_role("button", name="Work out units").click()
    until(page, "document.querySelectorAll('#lines-table .claim').length === 3")

    assert page.locator("#line-1 .claim p").first.inner_text() == (
        "Units 1 (one, one unit each = 1) by the text; 2 times that: 2"
    )
    assert page.locator("#line-0 .claim").inner_text().startswith("Units 1 (one, one unit each = 1)")
    assert "ZQ is no modifier of this release" in page.locator("#line-3 .claim").inner_text()
    page.locator("#line-2 select").focus()
    page.keyboard.press("s")
    ask(page, "plain wheelchair")
    page.keyboard.press("Enter")
    page.locator("#line-2 .claim").wait_for()
    with page.expect_download() as found:
        page.get_by_role("button", name="Download CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(found.value.path()).read_text("utf-8-sig"))))
    assert [(row["units_by_text"], row["units_with_quantity"]) for row in rows] == [
        ("1", "1"), ("1", "2"), ("1", "1"), ("1", "1"),
    ]  # fmt: skip
    assert "ZQ is no modifier" in rows[3]["claim_warnings"]


def test_a_claim_line_is_compared_with_quantity_and_modifiers(desk: Desk) -> None:
    """No number where the text gives none; limits count the quantity; a modifier at hand is not missed."""
    page = desk.open()
    limit = {"table": "MUE", "setting": "practitioner", "units": 100, "per": "day"}
    answer = {
        "code": "J9271",
        "units": 1,
        "arithmetic": "1 mg / 1 mg = 1",
        "missing": "",
        "limits": [limit],
        "fees": [{"modifiers": ["NU"]}],
        "modifiers": [{"modifier": "JZ", "reason": "nothing was wasted"}],
        "warnings": ["a modifier may be missing: NU", "MUE is of another quarter than the date"],
    }
    known = [
        {"modifier": name, "status": status}
        for name, status in (("NU", "active"), ("JZ", "active"), ("A9", "terminated"))
    ]

    def claim(answer: dict[str, Any], **cells: str) -> dict[str, Any]:
        found: dict[str, Any] = page.evaluate(
            "async (given) => (await import('./static/rowclaim.js')).claimOf(...given)",
            [answer, cells, known],
        )
        return found

    first = claim(answer, quantity="200", modifiers="NU")
    assert (first["units"], first["total"], first["suggested"]) == (1, 200, ["JZ (nothing was wasted)"])
    assert first["warnings"] == ["200 units: at most 100 units a day (practitioner, MUE)"]
    assert first["general"] == ["MUE is of another quarter than the date"]
    second = claim(answer, quantity="1", modifiers="jz/A9")
    assert (second["total"], second["suggested"]) == (1, [])
    assert second["warnings"] == ["modifier A9 has ended", "a modifier may be missing: NU"]
    third = claim(
        answer | {"units": None, "missing": "the unit is 1 mg; the text gives no dose"}, quantity="3"
    )
    assert (third["total"], third["words"]) == (
        None,
        "Units not known: the unit is 1 mg; the text gives no dose",
    )
