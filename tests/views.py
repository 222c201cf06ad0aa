"""Every view of the page, for axe and for pictures: `python -m tests.views FOLDER [--index DIR]` makes these.

Each view at each width, in light and dark, in forced colours, with the reader's text at 200 % and with texts
that are written from right to left. Without an index the starter catalogue is shown.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from tests.page_desk import ask, paste_done, until

TOO_WIDE = Path(__file__).parent / "browser" / "too_wide.js"
WIDTHS = {320: 640, 768: 1024, 1280: 800, 1920: 1080}  # pixels: width to height
DAY = "2026-01-15"
SHEET = (
    "charge desc\tDOS\tQty\tMod\tNDC\n"
    "folding walker with wheels\t01/15/2026\t1\tNU\t\n"
    "INJ PEMBROLIZUMAB 1MG\t01/15/2026\t200\tJZ\t00006-3026-02\n"
    "{odd}\t01/17/2026\t1\t\t\n"
    "BIPAP W/O BACKUP RATE\t01/18/2026\t1\tRR\t\n"
)
DIFF = json.dumps(
    [
        {"kind": "reworded", "code": "E0143", "description": "x", "field": "long_description",
         "old": "Folding walker, wheeled, of any height", "new": "Folding walker with wheels"},
        {"kind": "added", "code": "KX", "description": "Rules are met", "field": "",
         "old": "", "new": "Rules are met"},
        {"kind": "ended", "code": "E0144", "description": "Old rollator", "field": "effective_to",
         "old": "", "new": "2020-12-31"},
    ]
)  # fmt: skip
AUDIT = (
    "rank,row,kind,code,description,text,reason,suggested_code,suggested_description,amount_at_stake\n"
    "1,4,ended code,E0144,Old rollator,{odd},E0144 ended on 2020-12-31,E0143,Folding walker,125.0\n"
)


class Look(NamedTuple):
    """How a reader has set browser and system.

    Attributes:
        name: Used in the names of pictures.
        dark: The dark colours.
        forced: Colours forced by the system (high contrast).
        text: Size of text in percent of the usual.
        odd: A text that fits no code; in a script of the reader's.
        typed: The text that is searched.
    """

    name: str
    dark: bool = False
    forced: bool = False
    text: int = 100
    odd: str = "qqq zzz thing"
    typed: str = "folding walker with wheels"


LOOKS = (
    Look("light"),
    Look("dark", dark=True),
    Look("forced", dark=True, forced=True),
    Look("text200", text=200),
    Look("rtl", odd="מיטה מיוחדת של עומר", typed="walker עבור עומר כהן"),
)


@contextmanager
def opened(playwright: Any, look: Look, width: int) -> Iterator[Any]:
    """A page in a browser of its own that is set so; the size of text is its setting, not the page's."""
    from tests.page_desk import CHROMIUM, FLAGS

    with tempfile.TemporaryDirectory() as profile:
        settings = Path(profile) / "Default" / "Preferences"
        settings.parent.mkdir()
        size = {"default_font_size": 16 * look.text // 100}
        settings.write_text(json.dumps({"webkit": {"webprefs": size}}), encoding="utf-8")
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=CHROMIUM,
            args=FLAGS,
            viewport={"width": width, "height": WIDTHS[width]},
            color_scheme="dark" if look.dark else "light",
            forced_colors="active" if look.forced else "none",
            reduced_motion="reduce",
        )
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.pages[0]
        page.set_default_timeout(20000)
        yield page
        context.close()


def walk(page: Any, address: str, look: Look, visit: Callable[[str], None]) -> None:
    """Go through all views and say the name of each."""
    for views in (_one_code, _beside_the_list, _several_lines):
        page.goto(f"{address}/?on={DAY}")
        page.locator("#facts strong").wait_for()
        views(page, look, visit)


def _narrow(page: Any) -> bool:
    return page.locator("#toggle-filters").is_visible() is True


def _one_code(page: Any, look: Look, visit: Callable[[str], None]) -> None:
    visit("start")
    ask(page, look.typed)
    visit("list")
    page.locator("#option-0 .description").click()
    page.locator("#details-code").wait_for()
    visit("details")
    page.locator("#claim-line > summary").click()
    page.locator("#claim-line dl").wait_for()
    page.locator("#details summary", has_text="Modifiers").click()
    until(page, "!document.querySelector('#details').textContent.includes('Reading…')")
    page.locator("#claim-line").scroll_into_view_if_needed()
    visit("claim")
    page.locator("#details").get_by_role("button", name="Favourite").click()
    page.keyboard.press("Escape")
    if _narrow(page):
        page.locator("#toggle-filters").click()
    page.locator("#sections > summary").click()
    visit("filters")
    page.keyboard.press("Escape")
    ask(page, look.odd)
    visit("no-match")
    page.locator("#open-help").click()
    visit("keys")
    page.keyboard.press("Escape")


def _beside_the_list(page: Any, look: Look, visit: Callable[[str], None]) -> None:
    page.locator("#open-browse").click()
    page.locator("#tree summary").first.wait_for()
    page.locator("#tree > details").nth(1).locator("summary").first.click()
    page.locator("#tree .inside summary").first.click()
    page.locator("#tree .inside li").first.wait_for()
    visit("browse")
    for code in ("E0130", "E0143"):
        page.evaluate(f"import('./static/compare.js').then((one) => one.compare('{code}'))")
    page.locator("#compare-table").wait_for()
    page.locator("#toast.shown").wait_for(state="hidden")
    visit("compare")
    page.locator("#open-session").click()
    page.locator("#session-pane h2").wait_for()
    visit("session")
    page.locator("#open-browse").click()
    page.get_by_role("button", name="Changes between releases").click()
    page.locator("#file-pane h2", has_text="Changes between releases").or_(
        page.locator("#file-pane .report li").first
    ).wait_for()
    visit("changes")
    for name, text in (("diff.json", DIFF), ("findings.csv", AUDIT.format(odd=look.odd))):
        page.locator("#open-paste").click()
        if name == "diff.json":
            visit("paste")
        data = {"name": name, "mimeType": "", "buffer": text.encode()}
        page.locator("#file").set_input_files(data)
        page.locator("#file-pane h2", has_text=name).wait_for()
        visit(name.partition(".")[0])


def _several_lines(page: Any, look: Look, visit: Callable[[str], None]) -> None:
    paste_done(page, SHEET.format(odd=look.odd))
    visit("lines")
    page.locator("#columns summary").click()
    page.get_by_label("Select line 1").check()
    page.locator("#line-2 select").focus()
    page.keyboard.press("f")
    page.keyboard.press("c")
    page.keyboard.type(look.odd)
    page.keyboard.press("Tab")
    visit("lines-review")
    page.emulate_media(media="print")
    visit("lines-print")
    page.emulate_media(media="screen")
    page.locator("#line-2 select").focus()
    page.keyboard.press("s")
    lines_settled = "!document.querySelector('#search').hasAttribute('aria-busy')"
    until(page, lines_settled)
    visit("line-search")


def too_wide(page: Any) -> list[str]:
    """What is wider than the screen, or holds text that its own edge cuts off unseen."""
    found: list[str] = page.evaluate(TOO_WIDE.read_text(encoding="utf-8"))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the pictures and print what does not fit."""
    from playwright.sync_api import sync_playwright

    from api.app import create_app
    from api.building import build_index
    from api.settings import Settings
    from index.home import Home
    from suggest.suggester import Suggester
    from tests.live import running

    parser = argparse.ArgumentParser(description="Make pictures of every view of the page.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--width", type=int, action="append", choices=list(WIDTHS))
    parser.add_argument("--look", action="append", choices=[look.name for look in LOOKS])
    chosen = parser.parse_args(arguments)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    faults = 0
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        index = chosen.index or build_index(Home(home), on=date.fromisoformat(DAY))[0]
        app = create_app(Suggester.load(index), Settings(home=home))
        playwright = stack.enter_context(sync_playwright())
        address = stack.enter_context(running(app))
        for look in LOOKS:
            for width in chosen.width or WIDTHS:
                if chosen.look and look.name not in chosen.look:
                    continue
                with opened(playwright, look, width) as page:

                    def visit(view: str, name: str = f"{look.name}-{width}", page: Any = page) -> None:
                        nonlocal faults
                        page.screenshot(path=chosen.folder / f"{name}-{view}.png")
                        for one in too_wide(page):
                            faults += 1
                            sys.stdout.write(f"{name}-{view}: {one}\n")

                    walk(page, address, look, visit)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
