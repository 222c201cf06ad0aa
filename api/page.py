"""The web page for coders."""

from __future__ import annotations

from litestar.types import ControllerRouterHandler


def page_routes() -> list[ControllerRouterHandler]:
    """Route handlers of `/` and of the page's own files."""
    return []
