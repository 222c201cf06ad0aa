"""`python -m benchmarks.plots [RESULTS]`: draw the figures of `docs/performance.md` as SVG."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.__main__ import RESULTS
from benchmarks.server import EMPTY, SUGGEST
from benchmarks.setting import ROOT
from benchmarks.table import CONTENDERS, Results, read_results

FOLDER = ROOT / "docs" / "performance"
OURS, OTHER, GREY = "#0b6e4f", "#c1440e", "#6b7280"
ROUTES = {SUGGEST: ("POST /v1/suggest, new texts", OURS), EMPTY: ("empty route", GREY)}


def main(argv: Sequence[str]) -> int:
    """Draw every figure that has results."""
    results = read_results(Path(argv[0]) if argv else RESULTS)
    out = Path(argv[1]) if len(argv) > 1 else FOLDER
    out.mkdir(parents=True, exist_ok=True)
    for name, (benchmark, draw) in FIGURES.items():
        if "ratios" in results.get(benchmark, {}):
            _save(out / f"{name}.svg", draw, results)
        else:
            sys.stderr.write(f"benchmarks: {name}.svg is not drawn: {benchmark} has no results\n")
    return 0


def _save(path: Path, draw: Callable[[Any, Results], None], results: Results) -> None:
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    # Text as text keeps files small; a fixed salt gives the same file for the same results.
    with pyplot.rc_context({"svg.fonttype": "none", "svg.hashsalt": "hcpcs", "font.size": 10}):
        figure, axes = pyplot.subplots(figsize=(7, 3.6), layout="constrained")
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes, results)
        figure.savefig(path, metadata={"Date": None})
        pyplot.close(figure)


def _answer(axes: Any, results: Results) -> None:
    """Draw the time for one text of each design: 10th to 90th percentile as a bar, 1st to 99th as a line."""
    times = results["answer"]["milliseconds"]
    names = [name for name in reversed(CONTENDERS) if name in times]
    for at, name in enumerate(names):
        points = times[name]
        colour = OURS if name == "ours" else GREY
        axes.plot([points["p1"], points["p99"]], [at, at], color=colour, linewidth=1)
        axes.plot([points["p10"], points["p90"]], [at, at], color=colour, linewidth=9, solid_capstyle="butt")
        axes.plot([points["p50"]], [at], "|", color="white", markersize=9)
        axes.text(points["p99"] * 1.1, at, f"{points['p50']:.3g} ms", va="center", color=colour)
    axes.set_yticks(range(len(names)), [CONTENDERS[name] for name in names])
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_xlabel("milliseconds (bar p10 to p90, line p1 to p99, number median)")


def _closed(axes: Any, results: Results) -> None:
    """Draw answers a second against concurrent clients."""
    for path, (shown, colour) in ROUTES.items():
        rows = results["load"]["closed"][path]
        clients = [row["clients"] for row in rows]
        rates = [row["rate"] for row in rows]
        axes.plot(clients, [rate["median"] for rate in rates], "o-", color=colour, label=shown)
        axes.fill_between(
            clients, *([rate[at] for rate in rates] for at in ("p10", "p90")), color=colour, alpha=0.2
        )
    axes.set_xscale("log", base=2)
    axes.set_xticks(clients, [str(n) for n in clients])
    axes.set_ylim(bottom=0)
    axes.set_xlabel("concurrent clients, each of which asks again when it has its answer")
    axes.set_ylabel("answers a second")
    axes.legend(frameon=False)


def _open(axes: Any, results: Results) -> None:
    """Draw waiting time against the rate of arriving requests."""
    for path, (shown, colour) in ROUTES.items():
        rows = results["load"]["open"][path]
        shares = [100 * row["share"] for row in rows]
        axes.plot(shares, [row["p99_ms"] for row in rows], "o-", color=colour, label=f"{shown}: p99")
        axes.plot(shares, [row["p50_ms"] for row in rows], "o:", color=colour, label="median")
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_xlabel("questions arriving, % of the rate that 32 waiting clients reach on that route")
    axes.set_ylabel("milliseconds")
    axes.legend(frameon=False, fontsize=8)


def _growth(axes: Any, results: Results) -> None:
    """Draw build time and memory against codes, with a line of linear growth."""
    rows = results["growth"]["sizes"]
    codes = [row["codes"] for row in rows]
    seconds = [row["build_s"]["median"] for row in rows]
    axes.loglog(codes, seconds, "o-", color=OURS, label="build, seconds")
    axes.loglog(
        codes, [row["grown_mb"]["median"] / 100 for row in rows], "s-", color=OTHER, label="memory, 100 MB"
    )
    axes.loglog(codes, [seconds[-1] * n / codes[-1] for n in codes], ":", color=GREY, label="linear")
    axes.set_xticks(codes, [f"{n:,}" for n in codes])
    axes.minorticks_off()
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_xlabel("codes of the release")
    axes.legend(frameon=False)


FIGURES: dict[str, tuple[str, Callable[[Any, Results], None]]] = {
    "answer": ("answer", _answer),
    "closed": ("load", _closed),
    "open": ("load", _open),
    "growth": ("growth", _growth),
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
