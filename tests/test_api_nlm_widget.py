"""NLM's own autocompleter, in a real browser, on a form that only changed its address."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from api.app import create_app
from api.settings import Settings
from tests.fakes import FakeSuggester
from tests.live import running

pytestmark = pytest.mark.browser

PACKAGES = Path(__file__).parent / "browser" / "node_modules"
FORM = """<!doctype html><meta charset="utf-8"><title>Order form</title>
<link rel="stylesheet" href="widget.css"><label for="item">Item</label> <input id="item" size="60">
<script src="widget.js"></script>
<script>
  // Off: the widget's own sorting, which would undo the ranking, and its way of putting one item on top.
  const list = new Def.Autocompleter.Search('item', '{address}/api/hcpcs/v3/search',
    {{tableFormat: true, valueCols: [0, 1], sort: false,
      suggestionMode: Def.Autocompleter.NO_COMPLETION_SUGGESTIONS}});
  window.picked = [];
  Def.Autocompleter.Event.observeListSelections('item', (data) => window.picked.push(data.item_code));
</script>"""


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves the form without writing to the test's output."""

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, FakeSuggester]]:
    """The address of an order form of another origin, whose widget asks a live service."""
    bundler = PACKAGES / ".bin" / "esbuild"
    if not bundler.exists():
        pytest.skip("the browser packages are not installed; run: npm ci --prefix tests/browser")
    folder = tmp_path_factory.mktemp("form")
    source = PACKAGES / "autocomplete-lhc" / "source"
    shutil.copy(source / "auto_completion.css", folder / "widget.css")
    subprocess.run(
        [bundler, source / "index.js", "--bundle", "--global-name=Def", f"--outfile={folder / 'widget.js'}"],
        check=True,
        capture_output=True,
    )
    forms = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder)))
    Thread(target=forms.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{forms.server_port}"
    suggester = FakeSuggester()
    app = create_app(suggester, Settings(home=Path("unused"), cors_origins=(origin,)))
    with running(app) as address:
        (folder / "form.html").write_text(FORM.format(address=address))
        yield f"{origin}/form.html", suggester
    forms.shutdown()
    forms.server_close()


@pytest.fixture
def page(browser: Any, form: tuple[str, FakeSuggester]) -> Iterator[Any]:
    """The form, open in Chromium."""
    page = browser.new_page()
    page.goto(form[0])
    yield page
    page.close()


def terms(url: str) -> str:
    """The typed words in the address of a search call; empty for other addresses."""
    return parse_qs(urlsplit(url).query).get("terms", [""])[0]


def type_words(page: Any, words: str) -> Any:
    """Type words key by key; return the rows that the widget draws for the last of them."""
    with page.expect_response(lambda response: terms(response.url) == words):
        page.locator("#item").press_sequentially(words, delay=20)
    page.wait_for_function("list.lastAjaxRequest_ === null")  # else it draws anew under the pointer
    rows = page.locator("#completionOptions tr")
    rows.first.wait_for()
    return rows


def test_the_widget_types_shows_and_picks(page: Any, form: tuple[str, FakeSuggester]) -> None:
    """Words typed key by key show rows in our order; a click puts code and description into the field."""
    rows = type_words(page, "folding walker")
    shown = [row.inner_text().split("\t") for row in rows.all()]
    assert [code.strip() for code, _ in shown][:2] == ["E0143", "E0130"]
    rows.first.click()

    assert page.locator("#item").input_value() == "E0143 - Folding walker with wheels, height can be set"
    page.wait_for_function("window.picked.length > 0")  # the widget reports a pick after its click has ended
    assert page.evaluate("window.picked") == ["E0143"]
    assert "folding walker" in form[1].texts


def test_the_widget_works_by_keyboard(page: Any) -> None:
    """Arrow down and Enter pick, as on the public service."""
    field = page.locator("#item")
    type_words(page, "wheelchair")
    field.press("ArrowDown")
    field.press("Enter")

    assert field.input_value().startswith("K0001")


def test_the_widget_sends_no_more_than_25_characters(page: Any, form: tuple[str, FakeSuggester]) -> None:
    """The part of a long text that the widget sends still finds the code."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(terms(request.url)))
    field = page.locator("#item")
    with page.expect_response(lambda response: len(terms(response.url)) == 25):
        field.press_sequentially("walker folding with wheels and more", delay=10)
    with page.expect_response(lambda response: terms(response.url) == "cane"):  # sent last
        field.fill("")
        field.press_sequentially("cane", delay=20)

    assert max(map(len, sent)) == 25
    assert max(len(text) for text in form[1].texts if text.startswith("walker folding")) <= 25
