"""The pictures of README and tutorials: `python -m tests.pictures` makes them again.

The page is shown with the starter catalogue, whose wording is our own; the plot shows the README's table.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "pictures"
SIZE = {"width": 1280, "height": 720}
DAY = "2026-01-15"
TEXT = "folding walker with wheels"
COMPARED = ("E0135", "E0143")
SHEET = (
    "charge desc\tDOS\tQty\tMod\n"
    "FOLDING WALKER W WHEELS\t01/15/2026\t1\tNU\n"
    "BIPAP W/O BACKUP RATE\t01/16/2026\t1\tRR\n"
    "xyzzy thing\t01/17/2026\t1\t\n"
    "HOSPITAL BED SEMI ELEC\t01/18/2026\t1\tRR\n"
)


class Results(NamedTuple):
    """Success@1 and Success@10 of each system on each set of texts.

    Attributes:
        sets: Names of the sets, with their numbers of texts.
        systems: Name of each system, with a pair for each set.
    """

    sets: tuple[str, ...]
    systems: tuple[tuple[str, tuple[tuple[float, float], ...]], ...]


def published() -> Results:
    """The results in the table of the README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rows = [[cell.strip().strip("*") for cell in line.strip("|").split("|")] for line in lines]
    (head, _, *body) = rows
    systems = tuple((row[0], tuple(_pair(cell) for cell in row[1:])) for row in body)
    return Results(tuple(head[1:]), systems)


def _pair(cell: str) -> tuple[float, float]:
    first, tenth = (float(number) for number in re.findall(r"[\d.]+", cell))
    return first, tenth


def draw_accuracy(results: Results, path: Path) -> None:
    """Write a plot as SVG: for each set a bar a system for the first code, and a line for the first ten."""
    import matplotlib

    from eval.report.plots import COLOURS, STYLE

    with matplotlib.rc_context(STYLE):
        from matplotlib.figure import Figure

        figure = Figure(figsize=(8, 3.4), layout="constrained")
        axes = figure.add_subplot()
        width = 0.8 / len(results.systems)
        for number, (name, pairs) in enumerate(results.systems):
            places = [place + number * width - 0.4 + width / 2 for place in range(len(results.sets))]
            colour = COLOURS[-1 - number] if number < len(results.systems) - 1 else COLOURS[0]
            axes.bar(places, [first for first, _ in pairs], width * 0.92, color=colour, label=name)
            axes.plot(places, [tenth for _, tenth in pairs], "_", markersize=14, color=colour)
        axes.set_ylim(0, 1.02)
        axes.set_xticks(range(len(results.sets)), [name.replace(" (", "\n(") for name in results.sets])
        axes.set_ylabel("share of texts")
        axes.set_title("Right code first (bar) and among the first ten (line)")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=1, fontsize=9)
        figure.savefig(path, format="svg", metadata={"Date": None, "Description": str(results)})


def draw_page(folder: Path) -> None:
    """Write pictures of the page: a text, a comparison, a table of lines."""
    from playwright.sync_api import sync_playwright

    from api.app import create_app
    from api.building import build_index
    from api.settings import Settings
    from index.home import Home
    from suggest.suggester import Suggester
    from tests.live import running
    from tests.page_desk import CHROMIUM, FLAGS, lines_done, paste

    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        index, *_ = build_index(Home(Path(home)), on=date.fromisoformat(DAY))
        app = create_app(Suggester.load(index), Settings(home=Path(home)))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with running(app) as address:
            context = browser.new_context(viewport=SIZE, reduced_motion="reduce")
            context.grant_permissions(["clipboard-read", "clipboard-write"])
            page = context.new_page()
            page.goto(f"{address}/?on={DAY}")
            page.locator("#text").fill(TEXT)
            page.locator("#details-code").wait_for()
            page.screenshot(path=folder / "page.png")
            _compare(page)
            page.screenshot(path=folder / "compare.png")
            page.reload()
            paste(page, SHEET)
            lines_done(page)
            page.screenshot(path=folder / "lines.png")
        browser.close()


def _compare(page: Any) -> None:
    for code in COMPARED:
        page.evaluate(f"import('./static/compare.js').then((one) => one.compare('{code}'))")
    page.locator("#compare-table").wait_for()
    page.locator("#toast.shown").wait_for(state="hidden")


def main(arguments: Sequence[str] = ()) -> int:
    """Make all pictures; `accuracy` makes only the plot."""
    FOLDER.mkdir(exist_ok=True)
    draw_accuracy(published(), FOLDER / "accuracy.svg")
    if "accuracy" not in arguments:
        draw_page(FOLDER)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
