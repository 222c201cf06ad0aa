"""The page for coders in Chromium: what a person does with keys, pointer and clipboard."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.settings import Settings
from tests.fakes import OTHER_TEXT, OTHER_WARNING
from tests.live import running
from tests.page_data import RICH_TEXT, PageSuggester
from tests.page_desk import SIZES, Desk, ask, clipboard, codes, lines_done, paste, until, violations

pytestmark = pytest.mark.browser

KEY = "a-key-for-the-page-tests"


# ---- the list ----------------------------------------------------------------------------------------


def test_suggestions_appear_as_one_types(desk: Desk) -> None:
    """Each line has code, description with the words marked, confidence in words, reason and dates."""
    page = desk.open()
    page.locator("#text").press_sequentially("folding walker")
    first = page.locator("#results [role=option]").first
    until(page, "document.querySelectorAll('#option-0 mark').length === 2")  # the whole text is answered

    assert first.locator(".code").inner_text() == "E0143"
    assert first.locator("mark").all_inner_texts() == ["Folding", "walker"]
    assert first.locator(".belief").inner_text().split() == ["Very", "likely", "over", "99%"]
    assert first.locator(".why").inner_text().startswith("Why: shares 2 words")
    assert first.locator(".badges").inner_text() == "In use since Jan 1, 1993"
    assert page.locator("#option-1 .belief").inner_text().split() == ["Possible", "50%"]


def test_a_code_of_no_other_class_is_marked(desk: Desk) -> None:
    """NOC codes carry a mark that says when they may be used."""
    page = desk.open()
    ask(page, "durable equipment")

    assert page.locator("#option-0 .noc").inner_text() == "NOC"
    assert "no specific code fits" in page.locator("#option-0 .noc").get_attribute("title")


def test_a_spelling_correction_is_said(desk: Desk) -> None:
    """Corrections of the typed text are shown above the list."""
    page = desk.open()
    ask(page, "folding walkr")

    assert page.locator("#read-as").inner_text() == "Read walkr as walker."


def test_an_old_answer_never_overwrites_a_newer_one(desk: Desk) -> None:
    """The answer to `walker` is held back until `insulin` is shown; it then changes nothing."""
    page = desk.open()
    held: list[Any] = []

    def hold(route: Any) -> None:
        if json.loads(route.request.post_data)["text"] == "walker":
            held.append(route)
        else:
            route.continue_()

    page.route("**/v1/suggest", hold)
    page.locator("#text").fill("walker")
    until(page, lambda: bool(held))
    ask(page, "insulin")
    assert codes(page) == ["J1815"]
    assert len(held) == 1
    held[0].continue_()
    # The service answers in order: when it has answered this, the old answer is not on its way any more.
    page.evaluate("fetch('health/live').then((answer) => answer.text())")

    assert codes(page) == ["J1815"]


def test_an_old_answer_that_cannot_be_aborted_is_given_up_too(desk: Desk) -> None:
    """The order of questions decides, not the order of answers, also where aborting does nothing."""
    page = desk.open()
    seen = page.evaluate(
        """async () => {
          const { latest, STALE } = await import('./static/service.js');
          const waits = [];
          const run = latest((signal, value) => new Promise((done) => waits.push(() => done(value))));
          const first = run('old'), second = run('new');
          waits[1](); waits[0]();
          return [(await first) === STALE, await second];
        }"""
    )

    assert seen == [True, "new"]


# ---- keys and copying --------------------------------------------------------------------------------


def test_the_whole_way_by_keyboard(desk: Desk) -> None:
    """Type, arrow down, Enter copies the chosen code, Escape clears; the text box keeps the focus."""
    page = desk.open()
    page.keyboard.type("walker")  # the box has the focus from the start
    page.locator("#option-1").wait_for()
    page.keyboard.press("ArrowDown")
    chosen = page.locator("#results [aria-selected=true]").get_attribute("data-code")
    page.keyboard.press("Enter")
    page.locator("#toast.shown").wait_for()

    assert codes(page).index(chosen) == 1
    assert clipboard(page) == chosen
    assert page.locator("#toast").inner_text() == f"{chosen} copied"
    page.keyboard.press("Escape")
    assert page.locator("#text").input_value() == ""
    assert page.locator("#results").is_hidden()
    assert page.evaluate("document.activeElement.id") == "text"


def test_enter_waits_for_the_answer_to_what_was_typed(desk: Desk) -> None:
    """Enter straight after the last letter copies the code for the new text, not for the old one."""
    page = desk.open()
    ask(page, "insulin")
    page.locator("#text").fill("plain wheelchair")
    page.keyboard.press("Enter")
    page.locator("#toast.shown").wait_for()

    assert clipboard(page) == "K0001"


def test_enter_waits_also_when_an_older_answer_comes_meanwhile(desk: Desk) -> None:
    """The answer to `insulin` comes after more was typed and before that is asked: Enter does not take it."""
    page = desk.open()
    held: list[Any] = []

    def hold(route: Any) -> None:
        if json.loads(route.request.post_data)["text"] == "insulin":
            held.append(route)
        else:
            route.continue_()

    page.route("**/v1/suggest", hold)
    page.locator("#text").fill("insulin")
    until(page, lambda: bool(held))
    # The next question waits for a pause in typing; here it waits until the timer is let go.
    page.evaluate(
        """() => {
          const [kept, runs] = [window.setTimeout, []];
          window.setTimeout = (run) => runs.push(run);
          window.letGo = () => { window.setTimeout = kept; for (const run of runs) run(); };
        }"""
    )
    page.locator("#text").fill("plain wheelchair")
    held[0].continue_()
    until(page, "document.querySelector('#option-0')?.dataset.code === 'J1815'")
    page.keyboard.press("Enter")
    page.evaluate("letGo()")
    page.locator("#toast.shown").wait_for()

    assert clipboard(page) == "K0001"


def test_shift_enter_copies_the_description_too(desk: Desk) -> None:
    """For a note, code and words come together."""
    page = desk.open()
    ask(page, "insulin")
    page.keyboard.press("Shift+Enter")
    page.locator("#toast.shown").wait_for()

    assert clipboard(page) == "J1815 Insulin shot, five units"


def test_clicking_a_code_copies_it(desk: Desk) -> None:
    """A click on a code copies it too."""
    page = desk.open()
    ask(page, "walker")
    page.locator("#option-1 .code").click()
    page.locator("#toast.shown").wait_for()

    assert clipboard(page) == codes(page)[1]


def test_copying_works_where_the_clipboard_is_denied(desk: Desk) -> None:
    """Without the clipboard API the older command copies."""
    denied = "navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'))"
    page = desk.open(script=denied)
    ask(page, "insulin")
    page.keyboard.press("Enter")
    page.locator("#toast.shown").wait_for()

    assert page.locator("#toast").inner_text() == "J1815 copied"
    assert clipboard(page) == "J1815"
    assert page.evaluate("document.activeElement.id") == "text"


def test_copying_by_hand_is_the_last_way(desk: Desk) -> None:
    """Where the page cannot copy, it selects the code, and the user's copy keys work."""
    page = desk.open(
        script="navigator.clipboard.writeText = () => Promise.reject(new Error('no'));"
        "document.execCommand = () => false"
    )
    ask(page, "insulin")
    page.keyboard.press("Enter")
    page.locator("#toast.shown").wait_for()
    assert "press Ctrl+C now to copy J1815" in page.locator("#toast").inner_text()
    page.keyboard.press("Control+C")
    until(page, "document.querySelector('#toast').textContent === 'J1815 copied'")

    assert clipboard(page) == "J1815"


def test_a_screen_reader_is_told(desk: Desk) -> None:
    """A combobox with a listbox, the chosen option named, and one sentence when the user pauses."""
    page = desk.open()
    box = page.get_by_role("combobox", name="What was supplied, given or done?")
    assert box.get_attribute("aria-expanded") == "false"
    ask(page, "folding walker")
    options = page.get_by_role("listbox", name="Codes").get_by_role("option")

    assert box.get_attribute("aria-expanded") == "true"
    assert box.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    assert options.and_(page.get_by_role("option", selected=True)).count() == 1
    until(page, "document.querySelector('#announce').textContent !== ''")
    assert page.locator("#announce").inner_text() == (
        "2 codes. First: E0143, Folding walker with wheels, height can be set, Very likely."
    )
    assert page.get_by_role("status").count() >= 2


# ---- filters and the address -------------------------------------------------------------------------


def test_filters_narrow_the_list_and_stand_in_the_address(desk: Desk) -> None:
    """Section, date and ended codes; the typed text is never put into the address."""
    page = desk.open()
    ask(page, "walker rollator wheelchair")
    assert "E0144" not in codes(page)
    page.locator("#ended").check()
    until(page, "document.querySelector('[data-code=E0144]')")
    ended = page.locator("[data-code=E0144]").inner_text()
    assert "Ended Dec 31, 2020" in ended
    assert "Use instead: E0143" in ended
    page.locator("#sections summary").click()
    page.get_by_label("Durable medical equipment (temporary").check()
    until(page, "document.querySelectorAll('#results li').length === 1")
    assert codes(page) == ["K0001"]
    page.locator("#on").fill("2025-12-31")
    page.locator("#message h2").wait_for()  # K0001 starts a day later

    query = page.url.partition("?")[2]
    assert query == "on=2025-12-31&sections=K&ended=1"
    assert not [url for url in desk.urls if "rollator" in url.lower()]


def test_a_link_brings_filters_and_code_back(desk: Desk) -> None:
    """The address alone restores date, sections and the chosen code; the text box is empty."""
    page = desk.open("/?on=2019-05-01&sections=E,K&level=2&code=E0144")
    page.locator("#details-code").wait_for()

    assert page.locator("#details-code").inner_text() == "E0144"
    assert page.locator("#on").input_value() == "2019-05-01"
    assert page.locator("#sections-chosen").inner_text() == "E, K"
    assert page.locator("#level").input_value() == "2"
    assert page.locator("#text").input_value() == ""
    assert "In use since" in page.locator("#details .head .badges").inner_text()  # on that day


def test_nonsense_in_the_address_is_left_out(desk: Desk) -> None:
    """Impossible dates, sections and codes are dropped from the address too."""
    page = desk.open("/?on=2026-02-31&sections=D,zz,%3Cb%3E&level=9&code=%3Cscript%3E")

    assert page.url == f"{desk.address}/"
    assert page.locator("#details").is_hidden()


def test_choosing_puts_the_code_into_the_address(desk: Desk) -> None:
    """And new typing removes it again."""
    page = desk.open()
    ask(page, "walker")
    page.keyboard.press("ArrowDown")
    assert page.url.endswith(f"?code={codes(page)[1]}")
    page.keyboard.type("s")

    assert page.url == f"{desk.address}/"


# ---- details -----------------------------------------------------------------------------------------


def test_details_explain_a_code(desk: Desk) -> None:
    """Fields in words, neighbours in tabular order with the code among them, what changed last quarter."""
    page = desk.open()
    ask(page, "folding walker")
    pane = page.get_by_role("region", name="Details of the code")
    until(page, "document.querySelector('#details-code')?.textContent === 'E0143'")
    text = pane.inner_text()

    assert "Long description reworded on Jan 1, 2026, in the January 2026 release." in text
    assert "special coverage instructions apply (D)" in text
    assert "equipment: inexpensive or routinely purchased (32)" in text
    rows = pane.locator(".neighbours .code").all_inner_texts()
    assert rows == ["A4206", "E0100", "E0130", "E0143", "E0144", "E1399", "J1815", "K0001"]
    assert pane.locator("[aria-current]").inner_text().startswith("E0143")
    assert "Took the place of: E0144" in text


def test_successor_and_predecessor_lead_to_each_other(desk: Desk) -> None:
    """From an ended code to its successor, and back."""
    page = desk.open("/?code=E0144")
    pane = page.locator("#details")
    pane.get_by_role("button", name="E0143").first.click()
    until(page, "document.querySelector('#details-code').textContent === 'E0143'")
    assert page.url.endswith("?code=E0143")
    pane.get_by_role("button", name="Back to E0144").click()
    until(page, "document.querySelector('#details-code').textContent === 'E0144'")

    assert "Ended Dec 31, 2020" in pane.inner_text()
    assert "Use instead: E0143" in pane.inner_text()


def test_modifiers_are_found(desk: Desk) -> None:
    """Those that fit the payment group first, then all, with a filter."""
    page = desk.open("/?code=E0143")
    pane = page.locator("#details")
    pane.get_by_text("Modifiers").click()
    pane.get_by_label("Find a modifier").fill("left")

    assert pane.locator(".modifiers").first.inner_text().split("\n") == [
        "NU", "New equipment (pricing group 32: equipment: inexpensive or routinely purchased)",
        "RR", "Rented equipment (pricing group 32: equipment: inexpensive or routinely purchased)",
    ]  # fmt: skip
    assert pane.locator(".modifiers").last.inner_text().split() == ["LT", "Left", "side"]
    assert pane.get_by_text("1 of 3 modifiers").is_visible()


def test_the_claim_line_of_the_text_is_shown(desk: Desk) -> None:
    """Units with their arithmetic, asked for when the fold is opened; it stays open for the next text."""
    page = desk.open("/?code=E0143")
    page.locator("#text").fill("two folding walker with wheels")
    pane = page.locator("#details")
    until(page, "document.querySelector('#details-code')?.textContent === 'E0143'")
    pane.get_by_text("Claim line").click()
    until(page, "document.querySelector('#claim-line')?.innerText.includes('2, one unit each = 2')")
    assert "not a statement about coverage or payment" in pane.locator("#claim-line").inner_text()
    page.locator("#text").fill("three folding walker with wheels")
    until(page, "document.querySelector('#claim-line')?.innerText.includes('3, one unit each = 3')")


# ---- when there is no answer -------------------------------------------------------------------------


def test_no_good_match_is_said_with_what_to_try(desk: Desk) -> None:
    """Plain words, and a button for each thing that can be done at once."""
    page = desk.open("/?sections=J")
    ask(page, "rollator")
    message = page.locator("#message")
    assert message.locator("h2").inner_text() == "No good match"
    assert "You are searching only section J." in message.inner_text()
    message.get_by_role("button", name="Search all active codes").click()
    until(page, "!document.querySelector('#message').innerText.includes('only section J')")
    message.get_by_role("button", name="Include ended codes").click()
    until(page, "document.querySelector('#option-0')?.dataset.code === 'E0144'")

    assert message.is_hidden()


def test_the_page_says_to_which_other_system_a_text_belongs(desk: Desk) -> None:
    """In plain words above the message, with what the answer warns of."""
    page = desk.open()
    ask(page, OTHER_TEXT)

    assert page.locator("#looks-like").inner_text() == (
        "This looks like a CPT procedure; HCPCS Level II has no code for it (93% likely)."
    )
    assert page.locator("#notes .warning").inner_text() == f"{OTHER_WARNING}."
    ask(page, "cane")
    page.locator("#notes").wait_for(state="hidden")


def test_items_modifiers_and_what_speaks_against_a_code_are_shown(desk: Desk) -> None:
    """Each item is a button that searches for it alone."""
    page = desk.open()
    ask(page, RICH_TEXT)

    assert page.locator("#text-modifiers li").inner_text() == "LT Left side (the text names LT)"
    assert page.locator("#items li").all_inner_texts() == ["cane E0100 99%", "xyzzy no good match"]
    assert page.locator(".together").inner_text() == "The text does not tell apart E0100, E0130."
    assert page.locator("#as-typed li").inner_text().startswith("E0100 Cane")
    assert page.locator("#option-0 .against").inner_text() == "But it says oral; your text says iv."
    page.locator("#items").get_by_role("button", name="cane").click()
    until(page, "document.querySelector('#text').value === 'cane'")


def test_an_unlikely_code_is_not_copied_unseen(desk: Desk) -> None:
    """With no good match Enter copies nothing until a code is chosen by hand."""
    page = desk.open()
    page.evaluate("navigator.clipboard.writeText('as before')")
    ask(page, "one two three four five walker")
    assert page.locator("#message h2").inner_text() == "No good match"
    assert "The nearest codes are below." in page.locator("#message").inner_text()
    page.keyboard.press("Enter")
    page.locator("#toast.shown").wait_for()
    assert clipboard(page) == "as before"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('#toast').textContent.endsWith('copied')")

    assert clipboard(page) == codes(page)[0]


def test_a_text_that_is_too_long_is_refused_plainly(desk: Desk) -> None:
    """Nothing is cut: the person is told how long the text is and what is read."""
    page = desk.open()
    page.locator("#text").fill("walker " * 300)
    page.locator("#message h2").wait_for()

    assert "The text has 2,099 characters; at most 2,000 are read." in page.locator("#message").inner_text()


def test_a_service_that_is_away_is_told_and_asked_again(desk: Desk) -> None:
    """The text stays, and one button tries again."""
    desk.expected_errors = True
    page = desk.open()
    page.route("**/v1/suggest", lambda route: route.abort())
    page.locator("#text").fill("insulin")
    page.locator("#message h2").wait_for()
    assert "The service does not answer" in page.locator("#message").inner_text()
    assert page.locator("#text").input_value() == "insulin"
    page.unroute("**/v1/suggest")
    page.get_by_role("button", name="Try again").click()
    page.locator("#option-0").wait_for()

    assert codes(page) == ["J1815"]


def test_the_key_is_asked_for_once(browser: Any) -> None:
    """A service with an API key: the page asks, remembers it for the tab, and goes on."""
    app = create_app(PageSuggester(), Settings(home=Path("unused"), api_key=KEY))
    with running(app) as address:
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        page.locator("#key").fill("not the key")
        page.keyboard.press("Enter")
        page.get_by_text("The service did not accept that key.").wait_for()
        page.locator("#key").fill(KEY)
        page.get_by_role("button", name="Use this key").click()
        page.locator("#facts strong").wait_for()
        ask(page, "insulin")

        assert codes(page) == ["J1815"]
        assert KEY not in page.url
        context.close()


# ---- several lines -----------------------------------------------------------------------------------

SHEET = (
    "date\titem\tqty\r\n"
    "2026-03-01\tfolding walker\t1\r\n"
    "2026-03-02\tqqq zzz\t-2\r\n"
    '2026-03-03\t"insulin ""five""\nunits"\t=1+1\r\n'
    "2026-03-04\twalker cane stick thing\t1\r\n"
)


def test_pasted_lines_become_a_table_to_review(desk: Desk) -> None:
    """The header and the text column are recognised; uncertain lines are marked; picks are kept."""
    page = desk.open()
    paste(page, SHEET)
    page.locator("#lines-table").wait_for()
    lines_done(page)
    rows = page.locator("#lines-table tbody tr")

    assert [row.locator(".words > div").inner_text() for row in rows.all()] == [
        "folding walker",
        "qqq zzz",
        'insulin "five" units',
        "walker cane stick thing",
    ]
    assert [row.locator("select").input_value() for row in rows.all()][:3] == ["E0143", "", "J1815"]
    assert page.locator("#table-summary").inner_text() == "4 lines, 2 to check, 1 without a good match."
    rows.nth(3).locator("select").select_option("E0100")
    assert rows.nth(3).locator(".state").inner_text() == "Picked by you"
    assert page.locator("#table-summary").inner_text() == "4 lines, 1 to check, 1 without a good match."
    page.get_by_label("Only lines to check").check()
    assert [row.is_visible() for row in rows.all()] == [False, True, False, False]


def test_each_pasted_line_is_answered_for_its_own_date(desk: Desk) -> None:
    """The column is found and said; a date that cannot be read is said in its line."""
    page = desk.open()
    sheet = (
        "item\tDate of service\tdate paid\nE0144\t12/31/2020\t3/1/26\nreplaced walker\t1-Jan-2021\t3/1/26\n"
    )
    paste(page, f"{sheet}cane\tsoon\t3/1/26\n")
    lines_done(page)
    with page.expect_download() as found:
        page.get_by_role("button", name="Download CSV").click()
    text = Path(found.value.path()).read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))

    assert page.locator("#dates-said").inner_text() == "Dates of service come from “Date of service”."
    assert [row["date_of_service"] for row in rows] == ["2020-12-31", "2021-01-01", ""]
    assert rows[2]["error"].startswith(
        "The date of service of this line cannot be read; write it like 2026-01-15"
    )
    page.locator("#columns summary").click()
    page.get_by_label("Dates are in").select_option("-1")
    lines_done(page)
    assert page.locator("#dates-said").count() == 0


def test_a_line_is_searched_beside_the_table_and_picked(desk: Desk) -> None:
    """Another wording for a line without a match; the code found goes back into the table."""
    page = desk.open()
    paste(page, SHEET)
    page.get_by_role("button", name="Search for line 2").click()
    assert page.locator("#line-banner").inner_text().startswith("Line 2: qqq zzz")
    ask(page, "plain wheelchair")
    page.locator("#details").get_by_role("button", name="Use for line 2").click()
    line = page.locator("#line-1")

    assert line.locator("select").input_value() == "K0001"
    assert line.locator(".state").inner_text() == "Picked by you"
    assert page.locator("#text").input_value() == ""


def test_the_table_downloads_as_a_safe_csv(desk: Desk) -> None:
    """All pasted columns, then ours; cells that a spreadsheet would run as a formula become text."""
    page = desk.open()
    paste(page, SHEET.replace("qqq zzz", "=HYPERLINK(qqq)"))
    lines_done(page)
    with page.expect_download() as found:
        page.get_by_role("button", name="Download CSV").click()
    data = Path(found.value.path()).read_bytes()
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))

    assert found.value.suggested_filename.startswith("hcpcs-codes-")
    assert data.startswith(b"\xef\xbb\xbf")
    assert list(rows[0])[:6] == ["date", "item", "qty", "code", "description", "confidence"]
    assert [row["code"] for row in rows][:3] == ["E0143", "", "J1815"]
    assert rows[1]["item"] == "'=HYPERLINK(qqq)"
    assert rows[1]["qty"] == "-2"
    assert rows[2]["qty"] == "'=1+1"
    assert rows[0]["release"] == "2026-01"
    assert rows[1]["no_good_match"] == "yes"


def test_many_lines_go_in_portions_and_stay_in_order(desk: Desk) -> None:
    """450 lines need several calls; each line gets its own answer, a bad one its own error."""
    page = desk.open()
    page.get_by_role("button", name="Several lines").click()
    names = ["insulin", "plain wheelchair", "folding walker"]
    page.get_by_label("Lines", exact=True).fill(
        "\n".join("x" * 2001 if n == 7 else names[n % 3] for n in range(450))
    )
    page.get_by_role("button", name="Find codes").click()
    lines_done(page)
    picked = page.evaluate("[...document.querySelectorAll('#lines-table select')].map((s) => s.value)")
    wanted = ["J1815", "K0001", "E0143"]

    assert picked == ["" if n == 7 else wanted[n % 3] for n in range(450)]
    assert "2,001 characters" in page.locator("#line-7 .state").inner_text()
    assert sum(url.endswith("/v1/suggest/batch") for url in desk.urls) == 5


def test_too_many_lines_are_refused_not_cut(desk: Desk) -> None:
    """The page says how many lines it accepts and which command accepts more."""
    page = desk.open()
    paste(page, "walker\n" * 2001)
    page.locator("#toast.shown").wait_for()

    assert "2,001 lines are more than this page takes (2,000)" in page.locator("#toast").inner_text()
    assert page.locator("#lines-table").count() == 0


def test_typing_beside_the_table_keeps_it(desk: Desk) -> None:
    """A search does not lose the reviewed lines."""
    page = desk.open()
    paste(page, SHEET)
    lines_done(page)
    page.locator("#line-0 select").select_option("")
    ask(page, "insulin")
    assert codes(page) == ["J1815"]
    page.get_by_role("button", name="Back to your lines").click()

    assert page.locator("#line-0 .state").inner_text() == "Left without a code"


# ---- footer, screen sizes, accessibility --------------------------------------------------------------


@pytest.mark.parametrize("width", list(SIZES))
def test_release_age_and_caution_are_always_in_sight(desk: Desk, width: int, tmp_path: Path) -> None:
    """At every width and in every view; nothing is wider than the screen."""
    page = desk.open(width=width)
    folder = Path(os.environ.get("HCPCS_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)

    def look(name: str) -> None:
        page.screenshot(path=folder / f"page-{width}-{name}.png")
        box = page.locator("footer").bounding_box()
        assert "January 2026 release" in page.locator("footer").inner_text()
        assert "old" in page.locator("footer").inner_text()
        assert "Not a coverage or payment decision." in page.locator("footer").inner_text()
        assert box["y"] + box["height"] <= SIZES[width] + 0.5
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    look("start")
    ask(page, "walker with wheels")
    look("list")
    if width == 320:
        page.get_by_role("button", name="Details").click()
        look("details")
        page.keyboard.press("Escape")
    paste(page, SHEET)
    lines_done(page)
    look("lines")


def test_the_starter_catalogue_says_what_it_is(browser: Any) -> None:
    """The page shows the notice of a catalogue that is not official."""
    notice = "starter catalogue, own wording, not the official code set"
    with running(create_app(PageSuggester(notice), Settings(home=Path("unused")))) as address:
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        page.locator("#facts strong").wait_for()

        assert page.locator("#facts strong").inner_text() == notice.capitalize()
        context.close()


def test_a_narrow_screen_shows_one_thing_at_a_time(desk: Desk) -> None:
    """At 320 px a tap opens the details, Escape goes back to the list, and the bar below copies."""
    page = desk.open(width=320)
    ask(page, "walker")
    page.locator("#option-1 .description").click()
    page.locator("#details-code").wait_for()
    assert page.locator("#results").is_hidden()
    page.get_by_role("button", name="Back to the list").click()
    assert page.locator("#results").is_visible()
    page.locator("#action-copy").click()
    page.locator("#toast.shown").wait_for()

    assert clipboard(page) == codes(page)[1]


def test_keys_reach_everything(desk: Desk) -> None:
    """Tab moves from the text through the filters to the details; the slash moves back to the text."""
    page = desk.open()
    ask(page, "folding walker")
    page.locator("#details-code").wait_for()
    reached = []
    for _ in range(45):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")
        )
    page.keyboard.press("/")

    assert reached.index("on") < reached.index("level") < reached.index("ended") < reached.index("Copy code")
    assert {"clear", "open-paste", "open-help", "Copy link", "E0130", "Modifiers"} <= set(reached)
    assert page.evaluate("document.activeElement.id") == "text"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious(desk: Desk, dark: bool) -> None:
    """Start, list with details, no match, sections, dialogs and table, at desk and phone width."""
    found: list[str] = []

    def check(page: Any, view: str) -> None:
        found.extend(f"{view}: {one}" for one in violations(page))

    for width in (1280, 320):
        page = desk.open(width=width, dark=dark)
        check(page, f"{width} start")
        ask(page, "walker rollator wheelchair")
        check(page, f"{width} list")
        page.locator("#option-0 .description").click()
        page.locator("#details-code").wait_for()
        page.locator("#details").get_by_text("Modifiers").click()
        page.locator("#modifier-filter").wait_for()
        check(page, f"{width} details")
        page.keyboard.press("Escape")
        ask(page, "qqq zzz")
        check(page, f"{width} no match")
        page.get_by_role("button", name="Keys").click()
        check(page, f"{width} keys")
        page.get_by_role("button", name="Close").click()
        paste(page, SHEET)
        lines_done(page)
        check(page, f"{width} lines")
    assert found == []


def test_it_works_on_a_real_index(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The starter catalogue, built here and served: a coder's words bring the walker first."""
    from index.build import Sources, assemble, write_index
    from index.encoder import load_encoder
    from index.starter import read_starter
    from suggest.suggester import Suggester

    folder = tmp_path_factory.mktemp("index") / "starter"
    write_index(assemble(Sources(read_starter()), load_encoder()), folder)
    with running(create_app(Suggester.load(folder), Settings(home=Path("unused")))) as address:
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        page.locator("#facts strong").wait_for()
        ask(page, "folding walker with wheels")
        first = page.locator("#option-0")

        assert "E0143" in codes(page)[:5]
        assert first.locator("mark").count() >= 1
        assert page.locator("#facts strong").inner_text().startswith("Starter catalogue")
        context.close()
