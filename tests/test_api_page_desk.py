"""The page's views beside the list: code book, comparison, session, opened files, printing, budgets."""

from __future__ import annotations

import io
import json
import math
from typing import Any

import pytest
import xlsxwriter

from api.page import FOLDER
from tests.page_desk import SIZES, Desk, ask, codes, lines_done, until, violations

pytestmark = pytest.mark.browser

SCRIPT_BYTES = 140_000  # all scripts together, as served and not packed
FIRST_BYTES = 75_000  # those that the page loads at its start
FIRST_PAINT_MS = 1500  # on a processor slowed four times
INPUT_DELAY_MS = 100  # from a key to its letter in the box, likewise
SLOWED = 4
ATTEMPTS = 8  # the best counts: it is what the page itself needs
DIFF = [
    {"kind": "reworded", "code": "E0143", "description": "x", "field": "long_description",
     "old": "Folding walker, wheeled", "new": "Folding walker with wheels"},
    {"kind": "added", "code": "KX", "description": "Rules are met", "field": "",
     "old": "", "new": "Rules are met"},
    {"kind": "ended", "code": "E0144", "description": "Old rollator", "field": "effective_to",
     "old": "", "new": "2020-12-31"},
]  # fmt: skip
ONE_RELEASE = {"release": "2026-01", "notice": "", "code_sets": [], "comparable": ["2026-01"]}
AUDIT = (
    "rank,row,kind,code,description,text,reason,suggested_code,suggested_description,confidence,units,date,"
    "amount_at_stake,amount_from,rows\n"
    "1,4,ended code,E0144,Old rollator,rollator,E0144 ended on 2020-12-31,E0143,Folding walker"
    ",,,,125.0,fee,1\n"
)


def opened(page: Any, name: str, data: bytes) -> None:
    """Choose a file in the dialog for several lines."""
    page.get_by_role("button", name="Several lines").click()
    page.locator("#file").set_input_files({"name": name, "mimeType": "", "buffer": data})


def open_session(page: Any) -> None:
    """Open the session and wait for it: its script is loaded then."""
    page.get_by_role("button", name="Session", exact=True).click()
    page.locator("#session-pane h2").wait_for()


def shown_code(page: Any, code: str) -> None:
    until(page, f"document.querySelector('#details-code')?.textContent === '{code}'")


# ---- the code book -----------------------------------------------------------------------------------


def test_the_code_book_is_a_tree_with_counts(desk: Desk) -> None:
    """Sections, chapters, codes in tabular order; a code opens beside the tree."""
    page = desk.open()
    page.get_by_role("button", name="Browse").click()
    page.locator("#tree summary").first.wait_for()
    sections = page.locator("#tree > details > summary").all_inner_texts()
    assert [text.split()[0] for text in sections] == ["A", "E", "J", "K"]
    assert sections[1].split()[-1] == "4"
    page.locator("#tree > details").nth(1).locator("summary").click()
    chapter = page.locator("#tree .inside details").first
    chapter.locator("summary").click()
    rows = chapter.locator("li")
    rows.first.wait_for()

    assert chapter.locator("summary").inner_text().startswith("E0100–E0143 Canes, crutches and walkers")
    assert rows.all_inner_texts()[0].split() == ["E0100", "Cane"]
    rows.nth(2).get_by_role("button").click()
    shown_code(page, "E0143")
    assert page.url.endswith("?code=E0143")
    assert page.locator("#tree").is_visible()


def test_codes_are_found_by_their_beginning(desk: Desk) -> None:
    """As it is typed; filters count; typing in the search box leads back to the list."""
    page = desk.open()
    page.get_by_role("button", name="Browse").click()
    until(page, "document.activeElement.id === 'prefix'")
    page.keyboard.type("e01")
    until(page, "document.querySelector('#browse-count').textContent === '3 codes beginning with E01'")
    page.locator("#ended").check()
    until(page, "document.querySelector('#browse-count').textContent === '4 codes beginning with E01'")
    assert page.locator("#tree .code").all_inner_texts() == ["E0100", "E0130", "E0143", "E0144"]
    ask(page, "insulin")

    assert codes(page) == ["J1815"]
    assert page.locator("#browse-pane").is_hidden()


def test_the_history_of_a_code_is_shown(desk: Desk) -> None:
    """Its wordings with the days; a code with one wording has no such part."""
    page = desk.open("/?code=E0143")
    shown_code(page, "E0143")
    assert "Reworded on Jan 1, 2021" in page.locator("#details .wordings").inner_text()
    page.goto(f"{desk.address}/?code=E0100")
    shown_code(page, "E0100")
    assert page.locator("#details .wordings").count() == 0


def test_the_note_behind_a_number_is_shown(desk: Desk) -> None:
    """CMS's text, and its number."""
    page = desk.open("/?code=J1815")
    shown_code(page, "J1815")
    note = page.locator("#details dl.fields > div", has_text="Processing note")

    assert note.locator("dd").inner_text() == "ONLY FOR DOGS. (0002)"


def test_an_unfinished_word_is_answered_for_the_whole_one(desk: Desk) -> None:
    """It is said, and the text stays as typed."""
    page = desk.open()
    ask(page, "walk")

    assert page.locator("#unfinished").inner_text() == "Codes for “walker”: “walk” seems unfinished."
    assert codes(page) == ["E0130", "E0143"]
    assert page.locator("#text").input_value() == "walk"
    ask(page, "zebr")
    assert page.locator("#message h2").inner_text() == "No good match"


def test_the_first_whole_word_with_a_good_match_is_taken(desk: Desk) -> None:
    """Not the word of most codes, where no code fits that one alone."""
    page = desk.open()
    words = json.dumps({"words": ["needs", "cane", "needed"]})
    page.route("**/v1/complete", lambda route: route.fulfill(body=words, content_type="application/json"))
    ask(page, "need")

    assert codes(page) == ["E0100"]
    assert page.locator("#unfinished").inner_text().startswith("Codes for “cane”:")
    buttons = page.locator("#unfinished").get_by_role("button")
    assert buttons.all_inner_texts() == ["needs", "needed"]


def test_two_words_are_taken_where_the_whole_word_names_too_many_things(desk: Desk) -> None:
    """Before other words that begin so; a code that has the text as a part of a word is not enough."""
    page = desk.open()
    words = json.dumps({"words": ["wheelchair", "wheels"], "phrases": ["plain wheelchair", "folding walker"]})
    page.route("**/v1/complete", lambda route: route.fulfill(body=words, content_type="application/json"))
    ask(page, "whee")

    assert (
        page.locator("#unfinished")
        .inner_text()
        .startswith("Codes for “wheelchair”: “whee” seems unfinished.")
    )
    assert codes(page)[0] == "K0001"
    words = json.dumps({"words": ["zebra", "walker"], "phrases": ["insulin shot"]})
    page.route("**/v1/complete", lambda route: route.fulfill(body=words, content_type="application/json"))
    ask(page, "zebr")
    assert (
        page.locator("#unfinished")
        .inner_text()
        .startswith("Codes for “insulin shot”: “zebr” seems unfinished.")
    )
    assert codes(page) == ["J1815"]


def test_the_last_of_several_words_is_finished_too(desk: Desk) -> None:
    """By what follows the word before it; a last word that is whole is left alone."""
    page = desk.open()
    ask(page, "a folding walk")
    assert (
        page.locator("#unfinished").inner_text()
        == "Codes for “a folding walker”: “a folding walk” seems unfinished."
    )
    assert codes(page)[0] == "E0143"
    ask(page, "folding walker with wheels")
    assert page.locator("#unfinished").count() == 0


def test_a_modifier_alone_is_said_to_be_one(desk: Desk) -> None:
    """It is shown below; the first thing that helps is to name the thing."""
    page = desk.open()

    def with_modifier(route: Any) -> None:
        named = {"modifier": "KX", "description": "Rules are met", "reason": "the text names KX"}
        route.fulfill(json={**route.fetch().json(), "modifiers": [named]})

    page.route("**/v1/suggest", with_modifier)
    ask(page, "zebra kx")

    assert page.locator("#message li").first.inner_text().startswith("The text names a modifier")
    assert "KX Rules are met" in page.locator("#notes").inner_text()


def test_a_whole_word_that_names_too_many_things_is_asked_about(desk: Desk) -> None:
    """No code is chosen for it; each of the ways to say more is a button."""
    page = desk.open()
    words = json.dumps({"words": ["zebra"], "phrases": ["plain wheelchair", "folding walker"]})
    page.route("**/v1/complete", lambda route: route.fulfill(body=words, content_type="application/json"))
    ask(page, "zebra")
    buttons = page.locator("#message li").first.get_by_role("button")

    assert buttons.all_inner_texts() == ["plain wheelchair", "folding walker"]
    assert page.locator("#unfinished").count() == 0
    buttons.nth(1).click()
    until(page, "!document.querySelector('#message h2')")
    assert codes(page)[0] == "E0143"


# ---- comparison --------------------------------------------------------------------------------------


def test_codes_are_compared_side_by_side(desk: Desk) -> None:
    """Words that are not in all are marked, and values that differ."""
    page = desk.open()
    ask(page, "walker")
    for number in (0, 1):
        page.locator(f"#option-{number} .description").click()
        shown_code(page, codes(page)[number])
        page.locator("#details").get_by_role("button", name="Compare").click()
    page.locator("#compare-table").wait_for()
    first, second = codes(page)[:2]

    assert page.locator("#compare-pane h2").inner_text() == f"Comparing {first}, {second}"
    cells = page.locator("#compare-table tbody tr").first.locator("td")
    assert cells.nth(0).locator("mark").all_inner_texts() == ["Stiff", "without"]
    assert page.locator("#compare-table th", has_text="Medicare coverage").count() == 1
    page.get_by_role("button", name=f"Remove {first}").click()
    until(page, "document.querySelectorAll('#compare-table thead th').length === 1")
    page.get_by_role("button", name="Back to the list").click()
    assert page.locator("#results").is_visible()


# ---- session, favourites, notes ----------------------------------------------------------------------


def stored(page: Any) -> str | None:
    found: str | None = page.evaluate("localStorage.getItem('hcpcs-desk')")
    return found


def gather(page: Any) -> None:
    """Take a code, make it a favourite, write a note."""
    ask(page, "folding walker")
    shown_code(page, "E0143")
    page.keyboard.press("Enter")
    page.locator("#details").get_by_role("button", name="Favourite").click()
    page.locator("#details").get_by_text("Your note").click()
    page.locator("#note").fill("check the wheels")
    page.locator("#note").blur()
    open_session(page)


def test_the_session_is_in_memory_until_keeping_is_asked_for(desk: Desk) -> None:
    """A reload forgets it; nothing was stored."""
    page = desk.open()
    gather(page)
    text = page.locator("#session-pane").inner_text()

    assert text.count("E0143") == 3
    assert "folding walker" in text
    assert "check the wheels" in text
    assert stored(page) is None
    page.reload()
    open_session(page)
    assert "E0143" not in page.locator("#session-pane").inner_text()


def test_what_is_kept_survives_a_reload_and_is_erased_on_demand(desk: Desk) -> None:
    """The table too, with its decisions; erasing leaves nothing in the browser."""
    page = desk.open()
    gather(page)
    page.get_by_label("Keep this session").check()
    assert "erased when the page is opened more than 7 days" in page.locator("#session-pane").inner_text()
    page.get_by_role("button", name="Several lines").click()
    page.get_by_label("Lines", exact=True).fill("insulin\nqqq zzz")
    page.get_by_role("button", name="Find codes").click()
    lines_done(page)
    page.locator("#line-1 select").focus()
    page.keyboard.press("f")
    until(page, "localStorage.getItem('hcpcs-desk').includes('qqq')")
    page.reload()
    lines_done(page)

    assert page.locator("#line-1 .flag").inner_text() == "Flagged"
    page.goto(f"{desk.address}/?code=E0143")  # a link to a code shows it; the lines wait
    shown_code(page, "E0143")
    assert page.locator("#details-code").is_visible()
    page.get_by_role("button", name="Back to your lines").click()
    assert page.locator("#line-1 .flag").inner_text() == "Flagged"
    open_session(page)
    assert "check the wheels" in page.locator("#session-pane").inner_text()
    page.get_by_role("button", name="Erase everything now").click()
    assert stored(page) is None
    assert "E0143" not in page.locator("#session-pane").inner_text()


def test_what_is_older_than_a_week_is_erased_when_the_page_opens(desk: Desk) -> None:
    """It is neither shown nor left behind; neither is what cannot be read."""
    old = {
        "until": 1,
        "value": {"taken": [], "favourites": [{"code": "E0143", "description": "x"}], "notes": {}},
    }
    for text in (json.dumps(old), "{broken"):
        page = desk.open(script=f"localStorage.setItem('hcpcs-desk', {json.dumps(text)})")
        assert stored(page) is None
        open_session(page)
        assert "E0143" not in page.locator("#session-pane").inner_text()


# ---- files -------------------------------------------------------------------------------------------


def test_a_release_diff_is_shown_with_its_words_marked(desk: Desk) -> None:
    """From the JSON of `hcpcs index diff`; kinds can be chosen."""
    page = desk.open()
    opened(page, "diff.json", json.dumps(DIFF).encode())
    page.locator("#file-pane h2").wait_for()

    assert page.locator("#file-pane h2").inner_text() == "Release diff: diff.json"
    assert page.locator(".report del").all_inner_texts() == ["wheeled"]
    assert page.locator(".report ins").all_inner_texts() == ["with", "wheels"]
    assert "Added (modifier)" in page.locator(".report li").nth(1).inner_text()
    page.get_by_label("Kind").select_option("ended")
    assert page.locator(".report li").count() == 1
    page.locator(".report").get_by_role("button", name="E0144").click()
    shown_code(page, "E0144")


def test_the_service_compares_two_releases(desk: Desk) -> None:
    """The release before is chosen at first; the list has the filter of an opened diff."""
    page = desk.open()
    page.get_by_role("button", name="Browse").click()
    page.get_by_role("button", name="Changes between releases").click()
    page.locator(".report li").first.wait_for()
    pane = page.locator("#file-pane")

    assert pane.locator("h2").inner_text() == "Release diff: 2025-10 to 2026-01"
    assert page.locator(".report .code").all_inner_texts() == ["A4206", "E0143", "K0001"]
    assert page.locator(".report del").all_inner_texts() == ["tyres,"]
    assert "known from the history of the index alone" in pane.inner_text()
    page.get_by_label("Kind").select_option("added")
    assert page.locator(".report .code").all_inner_texts() == ["A4206", "K0001"]
    page.get_by_label("From").select_option("2026-01")
    until(page, "document.querySelector('#file-pane h2').textContent === 'Release diff: 2026-01 to 2026-01'")
    assert pane.get_by_role("status").inner_text() == "0 changes of 0"
    assert page.evaluate("document.activeElement.tagName") == "SELECT"


def test_with_one_release_there_is_nothing_to_compare(desk: Desk) -> None:
    """The page says how another one is installed."""
    page = desk.open()
    page.route("**/v1/releases", lambda route: route.fulfill(json=ONE_RELEASE))
    page.evaluate("import('./static/changes.js').then((one) => one.openChanges())")
    page.locator("#file-pane p").wait_for()

    assert "hcpcs index build --release FILE" in page.locator("#file-pane").inner_text()


def test_an_audit_is_shown(desk: Desk) -> None:
    """From findings.csv, with the row, the reason and what is suggested."""
    page = desk.open()
    opened(page, "findings.csv", AUDIT.encode())
    page.locator("#file-pane h2").wait_for()

    text = page.locator(".report li").inner_text()
    assert "ended code · row 4 · $125.0 at stake" in text
    assert "Suggested: E0143 Folding walker" in text
    assert not [url for url in desk.urls if "rollator" in url]


def test_a_workbook_becomes_lines(desk: Desk) -> None:
    """Shared and plain cells, and dates by their format."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["charge desc", "DOS", "Qty"])
        sheet.write_row(1, 0, ["folding walker & <seat>"])
        sheet.write_number(1, 1, 46037, book.add_format({"num_format": "mm/dd/yyyy"}))
        sheet.write_number(1, 2, 2)
        sheet.write_row(2, 0, ["insulin", "01/16/2026", 1])
    page = desk.open()
    opened(page, "lines.xlsx", data.getvalue())
    lines_done(page)

    assert page.locator("#line-0 .words > div").inner_text() == "folding walker & <seat>"
    assert page.locator("#line-0 .others").inner_text().split() == ["Date", "2026-01-15", "Quantity", "2"]
    assert page.locator("#line-1 select").input_value() == "J1815"


def test_a_dropped_csv_becomes_lines(desk: Desk) -> None:
    """Also one with semicolons and quoted line ends; a file of another kind is refused in words."""
    page = desk.open()
    page.evaluate(
        """() => {
          const files = new DataTransfer();
          files.items.add(new File(['description;qty\\n"folding\\nwalker";2\\ninsulin;1\\n'], 'a.csv'));
          const options = {dataTransfer: files, bubbles: true, cancelable: true};
          document.body.dispatchEvent(new DragEvent('drop', options));
        }"""
    )
    lines_done(page)
    assert page.locator(".words > div").all_inner_texts() == ["folding walker", "insulin"]
    page.get_by_role("button", name="Close the table").click()
    opened(page, "other.json", b"[1]")
    page.locator("#toast.shown").wait_for()
    assert "neither a release diff" in page.locator("#toast").inner_text()


# ---- paper, looks, budgets ---------------------------------------------------------------------------


def test_paper_has_the_query_and_no_welcome(desk: Desk) -> None:
    """The text that was asked stands above the codes."""
    page = desk.open()
    page.emulate_media(media="print")
    assert page.locator("#intro").is_hidden()
    page.emulate_media(media="screen")
    ask(page, "folding walker")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")

    assert page.locator("#printed").inner_text() == "folding walker"
    assert page.locator("header").is_hidden()
    assert page.locator("#option-0").is_visible()


@pytest.mark.parametrize(
    ("width", "scheme"), [(320, "light"), (768, "dark"), (1280, "forced"), (1920, "light")]
)
def test_new_views_fit_and_have_no_serious_findings(desk: Desk, width: int, scheme: str) -> None:
    """Nothing is wider than the screen, and axe-core finds nothing serious, in any colours."""
    SIZES.setdefault(width, 1024)
    page = desk.open(width=width, dark=scheme == "dark")
    if scheme == "forced":
        page.emulate_media(forced_colors="active")
    found: list[str] = []

    def check(view: str) -> None:
        if scheme != "forced":  # axe knows no forced colours: it would judge those of the style sheet
            found.extend(f"{view}: {one}" for one in violations(page))
        if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            found.append(f"{view}: wider than the screen")

    page.get_by_role("button", name="Browse").click()
    page.locator("#tree > details").nth(1).locator("summary").click()
    page.locator("#tree .inside summary").first.wait_for()
    check("code book")
    open_session(page)
    check("session")
    opened(page, "diff.json", json.dumps(DIFF).encode())
    page.locator("#file-pane h2").wait_for()
    check("diff")
    for code in ("E0130", "E0143"):
        page.evaluate(f"import('./static/compare.js').then((one) => one.compare('{code}'))")
    page.locator("#compare-table").wait_for()
    check("comparison")
    assert found == []


def test_scripts_are_small() -> None:
    """All together, and those that the page loads at its start."""
    from tests.test_api_page import imports

    at_start: set[str] = set()
    waiting = ["app.js"]
    while waiting:
        name = waiting.pop()
        if name not in at_start:
            at_start.add(name)
            text = (FOLDER / name).read_text(encoding="utf-8")
            waiting += [one for one in imports(name) if f'import("./{one}")' not in text]
    size = {path.name: path.stat().st_size for path in FOLDER.glob("*.js")}

    assert sum(size.values()) <= SCRIPT_BYTES
    assert sum(size[name] for name in at_start) <= FIRST_BYTES
    assert not {"browse.js", "compare.js", "reports.js", "session.js", "table.js", "xlsx.js"} & at_start


def paint_and_delay(page: Any) -> tuple[float, float]:
    """Milliseconds to the first paint, and the median from a key to its letter."""
    page.reload()
    page.locator("#facts strong").wait_for()
    until(page, "performance.getEntriesByName('first-contentful-paint').length === 1")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    page.evaluate(
        """() => {
          window.delays = [];
          const box = document.querySelector('#text');
          box.addEventListener('input', (event) => {
            const began = event.timeStamp;
            requestAnimationFrame(() => delays.push(performance.now() - began));
          });
        }"""
    )
    page.locator("#text").press_sequentially("folding walker", delay=60)
    until(page, "window.delays.length === 14")
    delays = sorted(page.evaluate("window.delays"))
    return paint, delays[len(delays) // 2]


def test_paint_and_typing_are_quick_on_a_slow_processor(desk: Desk) -> None:
    """With the processor slowed four times; what else the machine does spoils some attempts, not all."""
    page = desk.open()
    client = page.context.new_cdp_session(page)
    client.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    paint = delay = math.inf
    for _ in range(ATTEMPTS):
        found = paint_and_delay(page)
        paint, delay = min(paint, found[0]), min(delay, found[1])
        if paint <= FIRST_PAINT_MS and delay <= INPUT_DELAY_MS:
            break

    assert paint <= FIRST_PAINT_MS
    assert delay <= INPUT_DELAY_MS
