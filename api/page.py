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

SECTIONS_PLACE = "<!-- sections -->"


def page_routes() -> list[ControllerRouterHandler]:
    """Route handlers of `/` and of the page's own files.

    They need no API key: they hold nothing secret, and the page asks for the key itself.
    """
    files = {path.name: path for path in FOLDER.iterdir() if path.suffix in MEDIA_TYPES}
    bodies = {name: path.read_bytes() for name, path in files.items() if path.suffix != ".html"}
    page = index_page(files["index.html"].read_text(encoding="utf-8"))

    @get("/", opt={OPEN: True}, include_in_schema=False, sync_to_thread=False)
    def read_page() -> ASGIResponse:
        return _response(page, ".html")

    @get("/static/{name:str}", opt={OPEN: True}, include_in_schema=False, sync_to_thread=False)
    def read_static(name: FromPath[str]) -> ASGIResponse:
        if name not in bodies:
            raise NotFoundException
        return _response(bodies[name], files[name].suffix)

    return [read_page, read_static]


def index_page(template: str) -> bytes:
    """The page with one checkbox for each section; letters and names come from `SECTIONS`."""
    boxes = "\n".join(_section_box(letter, words) for letter, words in SECTIONS.items() if letter != "CPT")
    return template.replace(SECTIONS_PLACE, boxes).encode()


def _section_box(letter: str, words: str) -> str:
    return (
        f'<label class="check"><input type="checkbox" name="section" value="{letter}">'
        f"<b>{letter}</b> <span>{escape(words)}</span></label>"
    )


def _response(body: bytes, suffix: str) -> ASGIResponse:
    return ASGIResponse(body=body, media_type=MEDIA_TYPES[suffix], headers=dict(HEADERS))
