"""Agreement by quarter as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eval.measures.shares import Share
from eval.picks.agreement import Agreement
from eval.report.plots import COLOURS, svg


def agreement_picture(found: Agreement) -> bytes:
    """An SVG file of agreement at 1 and at k by quarter, with intervals of 95 %."""

    def paint(figure: Any) -> None:
        axes = figure.add_subplot()
        _line(axes, [quarter.first for quarter in found.quarters], -0.05, COLOURS[0], "first code")
        _line(
            axes, [quarter.among for quarter in found.quarters], 0.05, COLOURS[1], f"in the first {found.k}"
        )
        names = [f"{quarter.name}\n{quarter.picks:,}" for quarter in found.quarters]
        axes.set_xticks(range(len(names)), names)
        axes.set_ylim(0, 1.02)
        axes.set_ylabel("share of picks")
        axes.set_xlabel("quarter and number of picks")
        axes.legend(loc="lower left")

    return svg(7.6, 3.9, paint)


def _line(axes: Any, shares: Sequence[Share], shift: float, colour: str, name: str) -> None:
    places = [place + shift for place in range(len(shares))]
    values = [one.value for one in shares]
    reach = [
        [one.value - one.low for one in shares],
        [one.high - one.value for one in shares],
    ]
    axes.errorbar(places, values, yerr=reach, color=colour, marker="o", capsize=3, label=name)
