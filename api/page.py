"""The web page for coders: its files, read once, with headers that forbid content from other origins."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from litestar.types import ControllerRouterHandler

from api.http.keys import OPEN
from index.release.labels import SECTIONS

FOLDER = Path(__file__).parent / "static"

# The framework adds the charset to `text/`.
MEDIA_TYPES: Mapping[str, str] = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), clipboard-write=(self)",
}

SECTIONS_PLACE, PICKS_PLACE, KEPT_PLACE = "<!-- sections -->", "<!-- picks -->", "<!-- picks kept -->"
PICKS_SCRIPT = '<script type="module" src="static/picks.js"></script>'
KEPT = {
    "text": "with the text that you typed",
    "hash": "with a keyed number in place of the text that you typed",
    "none": "without the text that you typed",
}


def page_routes(picks: str | None = None) -> list[ControllerRouterHandler]:
    """Route handlers of `/` and of the page's own files.

    They need no API key: they hold nothing secret, and the page asks for the key itself.

    Args:
        picks: What is kept of a text with the codes that users take (`text`, `hash` or `none`); None where
            nothing is kept, and the page then sends nothing.
    """
    files = {path.name: path for path in FOLDER.iterdir() if path.suffix in MEDIA_TYPES}
    bodies = {name: path.read_bytes() for name, path in files.items() if path.suffix != ".html"}
    page = index_page(files["index.html"].read_text(encoding="utf-8"), picks)

    @get("/", opt={OPEN: True}, include_in_schema=False, sync_to_thread=False)
    def read_page() -> ASGIResponse:
        return _response(page, ".html")

    @get("/static/{name:str}", opt={OPEN: True}, include_in_schema=False, sync_to_thread=False)
    def read_static(name: FromPath[str]) -> ASGIResponse:
        if name not in bodies:
            raise NotFoundException
        return _response(bodies[name], files[name].suffix)

    return [read_page, read_static]


def index_page(template: str, picks: str | None = None) -> bytes:
    """The page with one checkbox for each section; with script and word about picks where they are kept."""
    boxes = "\n".join(_section_box(letter, words) for letter, words in SECTIONS.items() if letter != "CPT")
    kept = picks and (
        f'<p id="picks-kept">This service keeps which code you take of a list, {KEPT[picks]}.</p>'
    )
    script = PICKS_SCRIPT if picks else ""
    page = template.replace(f"{PICKS_PLACE}\n", script and f"{script}\n")
    return page.replace(KEPT_PLACE, kept or "").replace(SECTIONS_PLACE, boxes).encode()


def _section_box(letter: str, words: str) -> str:
    return (
        f'<label class="check"><input type="checkbox" name="section" value="{letter}">'
        f"<b>{letter}</b> <span>{escape(words)}</span></label>"
    )


def _response(body: bytes, suffix: str) -> ASGIResponse:
    return ASGIResponse(body=body, media_type=MEDIA_TYPES[suffix], headers=dict(HEADERS))
