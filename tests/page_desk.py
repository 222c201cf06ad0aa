"""A coder at the page, for tests: Chromium, a live service on a small catalogue, what a person does."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.settings import Settings
from tests.live import running
from tests.page_data import PageSuggester

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AXE = Path(__file__).parent / "browser" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {320: 640, 1280: 800, 3840: 2160}


def chromium() -> Iterator[Any]:
    """Chromium; skips the test where it is not installed."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium on this machine; install Debian's chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def served() -> Iterator[str]:
    """A live service on the small catalogue."""
    with running(create_app(PageSuggester(), Settings(home=Path("unused")))) as address:
        yield address


class Desk:
    """One coder's browser: opens the page and records errors and requests."""

    def __init__(self, browser: Any, address: str) -> None:
        self.browser = browser
        self.address = address
        self.faults: list[str] = []
        self.urls: list[str] = []
        self.expected_errors = False
        self._stack = ExitStack()

    def open(
        self, path: str = "/", width: int = 1280, dark: bool = False, clipboard: bool = True, script: str = ""
    ) -> Any:
        """The page in its own browser context."""
        context = self.browser.new_context(
            viewport={"width": width, "height": SIZES.get(width, 800)},
            color_scheme="dark" if dark else "light",
            accept_downloads=True,
        )
        self._stack.callback(context.close)
        if clipboard:
            context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.set_default_timeout(20000)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("console", self._said)
        page.on("request", lambda request: self.urls.append(request.url))
        if script:
            page.add_init_script(script)
        page.goto(self.address + path)
        page.locator("#facts strong").wait_for()
        return page

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"{message.type}: {message.text}")

    def close(self) -> None:
        """Close all pages."""
        self._stack.close()


def coder(browser: Any, address: str) -> Iterator[Desk]:
    """A coder's browser; fails at the end if a request went elsewhere or a script failed."""
    desk = Desk(browser, address)
    yield desk
    desk.close()
    assert not [url for url in desk.urls if not url.startswith((desk.address, "blob:"))]
    assert desk.expected_errors or not desk.faults


def until(page: Any, condition: str | Callable[[], bool]) -> None:
    """Wait for a condition in the page or in the test.

    Playwright's own way needs `eval`, which the page's policy forbids; and its events come only while it is
    called, so the pause between two looks is its own.
    """
    holds = condition if callable(condition) else lambda: bool(page.evaluate(condition))
    deadline = time.monotonic() + 20
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"never came true: {condition}")
        page.wait_for_timeout(20)


DETAILS_SETTLED = (
    "!document.querySelector('#action-code').textContent || document.querySelector('#details .problem') ||"
    " document.querySelector('#details-code')?.textContent ==="
    " document.querySelector('#action-code').textContent"
)


def ask(page: Any, text: str) -> None:
    """Type and wait for the answer to exactly this text."""
    page.locator("#text").fill(text)
    until(
        page,
        "!document.querySelector('#search').hasAttribute('aria-busy') &&"
        " (document.querySelector('#results').children.length || !document.querySelector('#message').hidden)",
    )
    until(page, DETAILS_SETTLED)


def codes(page: Any) -> list[str]:
    return [row.get_attribute("data-code") for row in page.locator("#results [role=option]").all()]


def clipboard(page: Any) -> str:
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def paste(page: Any, text: str) -> None:
    """What Ctrl+V does in the text box."""
    page.locator("#text").focus()
    page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+V")


def lines_done(page: Any) -> None:
    page.locator("#lines-table").wait_for()
    page.locator("#table-progress").wait_for(state="hidden")


def paste_done(page: Any, text: str) -> None:
    """Paste lines and wait until each has its answer."""
    paste(page, text)
    lines_done(page)


def violations(page: Any) -> list[str]:
    """What axe-core finds serious in what is shown; skips the test where it is not installed."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed; run: npm ci --prefix tests/browser")
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE.read_text(encoding="utf-8"))  # evaluated by the tester: the policy stays strict
    until(page, "document.getAnimations().length === 0")
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['impact']} {one['id']}: {node['html'][:200]}"
        for one in result["violations"]
        for node in one["nodes"]
        if one["impact"] in ("serious", "critical")
    ]
