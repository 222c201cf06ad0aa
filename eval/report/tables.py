"""The report's tables: numbers as a reader sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eval.case_results import CaseResult
from eval.compare import Comparison
from eval.measures.confidence import Coverage
from eval.measures.run_metrics import Metrics, SetMetrics
from eval.measures.slices import MEASURES, Slice
from eval.measures.summary import SMALL, Estimate
from eval.report import plots
from eval.report.text_table import MACROS, MEAN, POOLED

COLUMNS = ("top-1", "top-5", "top-10", "MRR", "nDCG@10")
PLOTTED = {
    "kind": "kind of text",
    "section": "section letter of the code",
    "class": "what is billed",
    "length": "length of the text",
    "source": "source",
    "wording": "wording seen in training",
    "code": "code seen in training",
    "source seen": "source seen in training",
    "specificity": "specific and NOC codes",
}
MOST = 14  # slices in one plot; the table holds all


def percent(value: float) -> str:
    """A share as a reader sees it."""
    return f"{value:.1%}"


def cells(values: Mapping[str, Estimate], columns: Sequence[str]) -> list[dict[str, str]]:
    """Value and interval of each column; a dash where a measure does not apply."""
    found = []
    for column in columns:
        value = values.get(column)
        if value is None:
            found.append({"value": "-", "interval": ""})
        else:
            found.append(
                {"value": f"{value.value:.3f}", "interval": f"{value.low:.2f}\u2013{value.high:.2f}"}
            )
    return found


def result_rows(runs: Sequence[Metrics]) -> list[dict[str, Any]]:
    """Every case set under every system, then the mean over the sets and all lines together.

    The name of a case set stands in its first row only.
    """
    rows = []
    several = len(runs[0].sets) > 1
    for name in runs[0].sets:
        rows += [_result_row(name, run.system, run.sets[name], run is runs[0]) for run in runs]
    for run in runs if several else ():
        n = f"{run.mean['top-1'].n} sets" if run.mean else "0"
        row = {"set": MEAN, "n": n, "system": run.system, "ms": "", "cells": cells(run.mean, COLUMNS)}
        rows.append(
            row | {"style": f"{'ours' if run is runs[0] else ''}{' total' if run is runs[0] else ''}"}
        )
    rows += [_result_row(POOLED, run.system, run.pooled, run is runs[0]) for run in runs if several]
    for name, part, unit in MACROS:
        for run in runs:
            values = getattr(run.pooled.summary, part) if run.pooled.summary else {}
            rows.append(
                {
                    "set": name,
                    "n": f"{values['top-1'].n} {unit}" if values else "0",
                    "system": run.system,
                    "ms": "",
                    "cells": cells(values, COLUMNS),
                    "style": "ours" if run is runs[0] else "",
                }
            )
    return [row if i % len(runs) == 0 else row | {"set": "", "n": ""} for i, row in enumerate(rows)]


def _result_row(name: str, system: str, metrics: SetMetrics, ours: bool) -> dict[str, Any]:
    n = metrics.summary.n if metrics.summary else 0
    return {
        "set": name,
        "n": f"{n}{' (few)' if 0 < n < SMALL else ''}",
        "system": system,
        "ms": f"{metrics.timing.median:.1f}",
        "cells": cells(metrics.summary.measures if metrics.summary else {}, COLUMNS),
        "style": "ours" if ours else "",
    }


def paired_rows(comparisons: Sequence[Comparison]) -> list[dict[str, Any]]:
    """One row for each other system: the primary one against it."""
    return [
        {
            "against": comparison.a,
            "top1": signed(comparison.mean["top-1"]),
            "won": comparison.pooled.top1_won,
            "lost": comparison.pooled.top1_lost,
            "mcnemar": p_text(comparison.pooled.mcnemar_p),
            "mrr": signed(comparison.mean["MRR"]),
            "permutation": p_text(comparison.pooled.permutation_p),
        }
        for comparison in comparisons
    ]


def signed(value: Estimate) -> str:
    """A difference with its interval."""
    return f"{value.value:+.3f} [{value.low:+.3f}, {value.high:+.3f}]"


def p_text(p: float) -> str:
    """A p value without false precision."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def confidence_rows(metrics: Metrics) -> list[dict[str, Any]]:
    """Calibration and coverage of each case set, then of all lines together."""
    named = (
        [*metrics.sets.items(), (POOLED, metrics.pooled)] if len(metrics.sets) > 1 else metrics.sets.items()
    )
    rows = []
    for name, part in named:
        confidence, refusal = part.confidence, part.confidence.refusal
        refused = f"{refusal.said} of {refusal.answerable}" if refusal else "-"
        rows.append(
            {
                "set": name,
                "ece": "-" if confidence.ece is None else f"{confidence.ece:.3f}",
                "aurc": "-" if confidence.aurc is None else f"{confidence.aurc:.3f}",
                "coverage": [_coverage(point) for point in confidence.coverage],
                "refused": refused,
                "style": "ours total" if name == POOLED else "",
            }
        )
    return rows


def _coverage(point: Coverage) -> str:
    return "none" if point.threshold is None else percent(point.coverage)


def slice_plots(slices: Sequence[Slice]) -> list[dict[str, Any]]:
    """A plot for each way of cutting that has at least two slices."""
    found = []
    for dimension, name in PLOTTED.items():
        parts = [part for part in slices if part.dimension == dimension and "top-1" in part.measures]
        if dimension == "length":
            parts.sort(key=lambda part: part.value)
        if len(parts) > 1:
            found.append(
                {
                    "name": name,
                    "src": plots.slices(parts, "top-1", MOST),
                    "more": len(parts) > MOST,
                    "shown": MOST,
                    "total": len(parts),
                }
            )
    return found


def slice_rows(slices: Sequence[Slice]) -> list[dict[str, Any]]:
    """Every slice with its numbers."""
    return [
        {
            "dimension": part.dimension,
            "value": part.value,
            "n": f"{part.n}{' (few)' if part.n < SMALL else ''}",
            "cells": cells(part.measures, MEASURES),
        }
        for part in slices
    ]


def failures(rows: Sequence[CaseResult], metrics: Metrics) -> list[dict[str, Any]]:
    """Every case whose first code is not acceptable, and every case without a code that was not refused."""
    texts = metrics.descriptions
    found = []
    for row in rows:
        if row.rank == 1 or (not row.codes and row.no_good_match):
            continue
        where = " \u00b7 ".join(part for part in (row.set, row.kind, row.source, row.id) if part)
        found.append(
            {
                "set": row.set,
                "query": row.query,
                "where": where,
                "wanted": [(code, texts.get(code, "")) for code in row.codes] or [("none", "no code fits")],
                "answered": [(code, texts.get(code, "")) for code in row.ranked[:3]]
                or [("-", row.error or "nothing")],
                "rank": row.rank or "-",
                "confidence": "-" if row.confidence is None else f"{row.confidence:.2f}",
                "kind": metrics.misses.get(row.id, "should have been refused"),
            }
        )
    return found
