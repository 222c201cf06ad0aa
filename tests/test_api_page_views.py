"""Every view of the page at four widths, as readers set their browsers: nothing cut off, nothing for axe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests import effort
from tests.page_desk import CHROMIUM, served, violations
from tests.views import LOOKS, WIDTHS, Look, opened, too_wide, walk

pytestmark = [pytest.mark.browser, pytest.mark.long]

# Each look at one width, and each width, come first: a part of a long run takes these.
ALL = sorted(
    ((look, width) for look in LOOKS for width in WIDTHS),
    key=lambda one: (LOOKS.index(one[0]) - list(WIDTHS).index(one[1])) % len(LOOKS),
)


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """A live service on the small catalogue; skips where Chromium is not installed."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium on this machine; install Debian's chromium")
    yield from served()


@pytest.mark.parametrize(
    ("look", "width"),
    [pytest.param(*one, id=f"{one[0].name}-{one[1]}") for one in ALL[: effort.inputs(2, len(ALL))]],
)
def test_every_view_fits_and_has_no_findings(service: str, look: Look, width: int) -> None:
    """Nothing is wider than the screen or cut off, and axe finds nothing serious, in 18 views."""
    from playwright.sync_api import sync_playwright

    found: list[str] = []
    seen: list[str] = []

    def visit(view: str, page: Any) -> None:
        seen.append(view)
        found.extend(f"{view}: {one}" for one in too_wide(page))
        if not look.forced and "print" not in view:  # axe judges the style sheet's colours, not forced ones
            found.extend(f"{view}: {one}" for one in violations(page))

    with sync_playwright() as playwright, opened(playwright, look, width) as page:
        walk(page, service, look, lambda view: visit(view, page))
    assert found == []
    assert len(seen) == 18
