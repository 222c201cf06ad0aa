"""The plots of the report, drawn by matplotlib as SVG that needs no font, script or network."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from eval.measures.confidence import ReliabilityBin
from eval.measures.ranking import SUCCESS
from eval.measures.slices import Slice
from eval.measures.summary import MIN_CASES, Estimate

# The palette of Okabe and Ito, which people with any colour vision can tell apart.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#555555")
INK, FAINT, RULE = "#1f2933", "#7b8794", "#d9e0e7"
MAX_LABEL = 24  # characters of a slice name in a plot
STYLE: dict[Any, Any] = {
    "svg.hashsalt": "hcpcs",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.edgecolor": RULE,
    "axes.labelcolor": INK,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": RULE,
    "grid.linewidth": 0.7,
    "text.color": INK,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "legend.frameon": False,
}


def draw(width: float, height: float, paint: Callable[[Any], None]) -> str:
    """Draw one figure, and return it as a data URL for an `<img>`; arguments as of `svg`."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg(width, height, paint)).decode()


def svg(width: float, height: float, paint: Callable[[Any], None]) -> bytes:
    """Draw one figure, and return it as an SVG file.

    Args:
        width: In inches.
        height: In inches.
        paint: Draws on the matplotlib figure that it is given.
    """
    import matplotlib

    with matplotlib.rc_context(STYLE):
        from matplotlib.figure import Figure

        figure = Figure(figsize=(width, height), layout="constrained")
        paint(figure)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def accuracy_at_k(systems: Mapping[str, Mapping[str, Estimate]]) -> str:
    """Draw Success@k against k with 95 % intervals, one line for each system.

    Args:
        systems: Name of the system to its means by label.
    """

    def paint(figure: Any) -> None:
        axes = figure.add_subplot()
        shown = [measure for measure in SUCCESS if any(measure.label in means for means in systems.values())]
        for i, (name, means) in enumerate(systems.items()):
            shift = (i - (len(systems) - 1) / 2) * 0.06
            points = {
                place + shift: means[measure.label]
                for place, measure in enumerate(shown)
                if measure.label in means
            }
            _line_with_intervals(axes, points, COLOURS[i % len(COLOURS)], name)
        depths = [measure.depth for measure in shown]
        axes.set_xticks(range(len(shown)), [f"first {k}" if k > 1 else "first" for k in depths])
        _percent(axes.yaxis)
        axes.set_ylim(0, 1.02)
        axes.grid(axis="x", visible=False)
        axes.set_ylabel("right code among them")
        axes.legend(loc="lower right", ncols=1 if len(systems) < 5 else 2)

    return draw(7.6, 3.9, paint)


def _line_with_intervals(axes: Any, points: Mapping[float, Estimate], colour: str, name: str) -> None:
    """Draw one line through estimates, x position to estimate, with their intervals as error bars."""
    axes.errorbar(
        list(points),
        [point.value for point in points.values()],
        yerr=[
            [max(0.0, point.value - point.low) for point in points.values()],
            [max(0.0, point.high - point.value) for point in points.values()],
        ],
        color=colour,
        marker="o",
        markersize=5,
        linewidth=2,
        elinewidth=1.2,
        capsize=3,
        label=name,
    )


def risk_coverage(curves: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Draw accuracy against coverage, one curve for each system.

    Args:
        curves: Name of the system to points (coverage, accuracy), by rising coverage.
    """

    def paint(figure: Any) -> None:
        axes = figure.add_subplot()
        for i, (name, curve) in enumerate(curves.items()):
            axes.plot(
                [point[0] for point in curve],
                [point[1] for point in curve],
                color=COLOURS[i % len(COLOURS)],
                linewidth=2,
                label=name,
            )
        axes.axhline(0.95, color=FAINT, linewidth=1, linestyle=(0, (4, 3)))
        axes.text(0.01, 0.952, "95% right", color=FAINT, fontsize=8.5, va="bottom")
        _percent(axes.xaxis)
        _percent(axes.yaxis)
        axes.set_xlim(0, 1)
        lows = [point[1] for curve in curves.values() for point in curve if point[0] > 0.02]
        axes.set_ylim(max(0.0, min([*lows, 0.9]) - 0.05), 1.005)
        axes.set_xlabel("share of lines answered, most confident first")
        axes.set_ylabel("share of them right")
        if len(curves) > 1:
            axes.legend(loc="lower left")

    return draw(5.2, 3.9, paint)


def reliability(bins: Sequence[ReliabilityBin], name: str) -> str:
    """Draw the share right against the stated confidence, a bar for each bin, and below it the bin sizes."""

    def paint(figure: Any) -> None:
        axes, below = figure.subplots(2, 1, sharex=True, height_ratios=(3.4, 1))
        middles = [(bar.low + bar.high) / 2 for bar in bins]
        axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle=(0, (4, 3)))
        axes.bar(middles, [bar.accuracy for bar in bins], width=0.092, color="#a9cbe6", label="share right")
        axes.plot(
            [bar.confidence for bar in bins],
            [bar.accuracy for bar in bins],
            "o",
            color=COLOURS[0],
            markersize=5,
            label="mean stated confidence",
        )
        below.bar(middles, [bar.n for bar in bins], width=0.092, color=RULE)
        _percent(below.xaxis)
        _percent(axes.yaxis)
        axes.set_ylim(0, 1.02)
        axes.set_xlim(0, 1)
        axes.set_ylabel("first code right")
        below.set_ylabel("lines")
        below.set_xlabel(f"confidence stated by {name}")
        axes.legend(loc="upper left")

    return draw(5.2, 3.9, paint)


def slices(groups: Sequence[Slice], label: str, max_slices: int) -> str:
    """Draw the slices of one dimension as dots with 95 % intervals, in the order given, small ones hollow.

    Args:
        groups: The slices.
        label: Of the measure to draw.
        max_slices: How many of them are drawn.
    """
    shown = list(groups[:max_slices])

    def paint(figure: Any) -> None:
        axes = figure.add_subplot()
        for i, part in enumerate(shown):
            value = part.measures[label]
            colour = COLOURS[0] if part.n >= MIN_CASES else FAINT
            axes.plot([value.low, value.high], [i, i], color=colour, linewidth=2, solid_capstyle="round")
            fill = colour if part.n >= MIN_CASES else "white"
            axes.plot(value.value, i, "o", color=colour, ms=6, markerfacecolor=fill, clip_on=False)
        labels = [
            f"{_short(part.value)}  (n={part.n}{', few' if part.n < MIN_CASES else ''})" for part in shown
        ]
        axes.set_yticks(range(len(shown)), labels)
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.invert_yaxis()
        axes.set_ylim(len(shown) - 0.4, -0.6)
        axes.set_xlim(0, 1.01)
        _percent(axes.xaxis)
        axes.grid(axis="y", visible=False)
        axes.spines["left"].set_visible(False)

    return draw(5.2, 0.75 + 0.27 * max(2, len(shown)), paint)


def _short(text: str) -> str:
    return text if len(text) <= MAX_LABEL else text[: MAX_LABEL - 1] + "\u2026"


def misses(kinds: Mapping[str, int]) -> str:
    """Draw the number of wrong first answers of each kind as horizontal bars."""
    counts = {name: count for name, count in kinds.items() if count}
    total = sum(counts.values()) or 1

    def paint(figure: Any) -> None:
        axes = figure.add_subplot()
        axes.barh(list(counts), list(counts.values()), color=COLOURS[4], height=0.62)
        for i, count in enumerate(counts.values()):
            axes.text(count, i, f" {count} ({count / total:.0%})", va="center", color=INK, fontsize=9)
        axes.invert_yaxis()
        axes.set_xlim(0, max([*counts.values(), 1]) * 1.22)
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.grid(axis="y", visible=False)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel("wrong first answers")

    return draw(7.6, 0.75 + 0.36 * max(2, len(counts)), paint)


def _percent(axis: Any) -> None:
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    axis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol="%"))
