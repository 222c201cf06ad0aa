"""The page for coders in Firefox over WebDriver BiDi: keys, clipboard, a pasted table and its download."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.page_desk import served

pytestmark = [pytest.mark.browser, pytest.mark.long]

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
SCRIPT = Path(__file__).parent / "browser" / "firefox.mjs"
DRIVER = SCRIPT.parent / "node_modules" / "puppeteer-core"


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """A live service; skips where Firefox, node or the driver is not installed."""
    if FIREFOX is None:
        pytest.skip("there is no firefox on this machine; install Debian's firefox-esr")
    if shutil.which("node") is None or not DRIVER.is_dir():
        pytest.skip("puppeteer-core is not installed; run: npm ci --prefix tests/browser")
    yield from served()


def test_a_coder_in_firefox(service: str, tmp_path: Path) -> None:
    """Arrow and Enter copy, a paste becomes a table, keys review it, the download has every column."""
    ran = subprocess.run(
        ["node", SCRIPT, service, str(FIREFOX), str(tmp_path)], capture_output=True, text=True, timeout=180
    )
    assert ran.returncode == 0, ran.stderr
    seen = json.loads(ran.stdout)

    assert seen["faults"] == []
    assert [one for one in seen["addresses"] if not one.startswith((service, "blob:", "data:"))] == []
    assert seen["listed"] == ["E0130", "E0143"]
    assert (seen["copied"], seen["focused"]) == ("E0143", "text")
    assert seen["columns"] == "Columns: text “charge desc”, quantity “Qty”, modifiers “Mod”"
    assert seen["picked"] == ["E0143", "J1815", ""]
    assert seen["summary"] == "3 lines, 1 to check, 1 without a good match."
    assert seen["after_accept"] == "line-2"
    assert seen["reviewed"] == "3 lines, none left to check."
    rows = list(csv.DictReader(io.StringIO(seen["csv"].removeprefix("\ufeff"))))
    assert [(row["charge desc"], row["Qty"], row["code"]) for row in rows] == [
        ("folding walker", "2", "E0143"),
        ("insulin", "1", "J1815"),
        ("qqq zzz", "1", "K0001"),
    ]
    assert seen["stored"] == 0
    assert seen["axe"] in ({}, {"start": [], "list": [], "lines": []})
