"""The tables of the HTML report, as rows that the template fills in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eval.case_results import CaseResult
from eval.compare import Comparison
from eval.measures.confidence import TARGETS, ConfidenceReport
from eval.measures.ranking import RR, SUCCESS_AT_1, report_measures, table_measures
from eval.measures.risk_coverage import Coverage
from eval.measures.run_metrics import Metrics, SetMetrics
from eval.measures.significance import holm
from eval.measures.slices import Slice
from eval.measures.summary import Estimate
from eval.report import plots
from eval.report.text_table import MACROS, MEAN, POOLED, count_text, ece_text, few_mark, source_count

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
    "year": "year of the date of service",
}
MAX_SLICES = 14  # in one plot; the table holds all
SHOWN_CODES = 3  # of the ranking of a wrong answer


def percent(value: float) -> str:
    """Write a share as a percentage with one decimal."""
    return f"{value:.1%}"


def report_columns() -> list[str]:
    """Name the measures of the table of results."""
    return [measure.label for measure in report_measures()]


def slice_columns() -> list[str]:
    """Name the measures of the table of slices."""
    return [measure.label for measure in table_measures()]


def measure_notes() -> list[str]:
    """Explain the measures of the table of results, a sentence each."""
    return [f"{measure.label}: {measure.description}" for measure in report_measures()]


def cells(estimates: Mapping[str, Estimate], labels: Sequence[str]) -> list[dict[str, str]]:
    """Value and interval of each measure; a dash where there is none."""
    return [_cell(estimates.get(label)) for label in labels]


def _cell(estimate: Estimate | None) -> dict[str, str]:
    if estimate is None:
        return {"value": "-", "interval": ""}
    return {"value": f"{estimate.value:.3f}", "interval": f"{estimate.low:.2f}\u2013{estimate.high:.2f}"}


def result_rows(runs: Sequence[Metrics]) -> list[dict[str, Any]]:
    """Every case set under every system; with several sets also their mean and all lines together.

    The name of a case set stands in its first row only.
    """
    rows = []
    several = len(runs[0].sets) > 1
    for name in runs[0].sets:
        rows += [_set_row(name, run.system, run.sets[name], run is runs[0]) for run in runs]
    for run in runs if several else ():
        style = "ours total" if run is runs[0] else ""
        rows.append(_means_row(MEAN, run.mean, "sets", run.system, style))
    rows += [_set_row(POOLED, run.system, run.pooled, run is runs[0]) for run in runs if several]
    for name, field, unit in MACROS:
        for run in runs:
            means = getattr(run.pooled.summary, field) if run.pooled.summary else {}
            rows.append(_means_row(name, means, unit, run.system, "ours" if run is runs[0] else ""))
    return [
        row if i % len(runs) == 0 else row | {"set": "", "n": "", "sources": ""} for i, row in enumerate(rows)
    ]


def _means_row(name: str, means: dict[str, Estimate], unit: str, system: str, style: str) -> dict[str, Any]:
    return {
        "set": name,
        "n": count_text(means, unit),
        "sources": "",
        "system": system,
        "ms": "",
        "cells": cells(means, report_columns()),
        "style": style,
    }


def _set_row(name: str, system: str, metrics: SetMetrics, ours: bool) -> dict[str, Any]:
    return {
        "set": name,
        "n": few_mark(metrics.summary.n if metrics.summary else 0),
        "sources": source_count(metrics.summary),
        "system": system,
        "ms": f"{metrics.timing.median:.1f}",
        "cells": cells(metrics.summary.measures if metrics.summary else {}, report_columns()),
        "style": "ours" if ours else "",
    }


def paired_rows(comparisons: Sequence[Comparison]) -> list[dict[str, Any]]:
    """One row for each other system: the first system against it, p corrected for their number."""
    first = holm([comparison.pooled.top1_p for comparison in comparisons])
    rank = holm([comparison.pooled.permutation_p for comparison in comparisons])
    return [
        {
            "against": comparison.a,
            "success": signed(comparison.mean[SUCCESS_AT_1.label]),
            "won": comparison.pooled.top1_won,
            "lost": comparison.pooled.top1_lost,
            "detectable": f"{comparison.detectable:.3f}",
            "first_p": p_text(first_p),
            "mrr": signed(comparison.mean[RR.label]),
            "rank_p": p_text(rank_p),
        }
        for comparison, first_p, rank_p in zip(comparisons, first, rank, strict=True)
    ]


def signed(difference: Estimate) -> str:
    """Write a difference with its sign and interval."""
    return f"{difference.value:+.3f} [{difference.low:+.3f}, {difference.high:+.3f}]"


def p_text(p: float) -> str:
    """Write a p value with three decimals, very small ones as `< 0.001`."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def confidence_rows(metrics: Metrics) -> list[dict[str, Any]]:
    """Calibration and coverage of each case set; with several sets also of all lines together."""
    sets = [*metrics.sets.items()]
    if len(sets) > 1:
        sets.append((POOLED, metrics.pooled))
    return [_confidence_row(name, set_metrics) for name, set_metrics in sets]


def _confidence_row(name: str, metrics: SetMetrics) -> dict[str, Any]:
    confidence, refusal = metrics.confidence, metrics.confidence.refusal
    return {
        "set": name,
        "ece": ece_text(confidence),
        "perfect": "-" if confidence.ece_perfect is None else f"{confidence.ece_perfect:.3f}",
        "aurc": "-" if confidence.aurc is None else f"{confidence.aurc:.3f}",
        "coverage": [_coverage(point) for point in confidence.coverage] or ["-"] * len(TARGETS),
        "refused": _of(refusal.said, refusal.answerable) if refusal else "-",
        "none_refused": _of(refusal.none_said, refusal.none_fits) if refusal else "-",
        "style": "ours total" if name == POOLED else "",
    }


def _of(count: int, total: int) -> str:
    return f"{count} of {total}" if total else "-"


def judged_rows(confidence: ConfidenceReport) -> list[dict[str, str]]:
    """One row a target: thresholds chosen on one half, and what they do on the other."""
    return [
        {
            "target": f"{part.target:.0%}",
            "thresholds": " and ".join("none" if one is None else f"{one:.3f}" for one in part.thresholds),
            "answered": _with_interval(part.answered),
            "right": "-" if part.right is None else _with_interval(part.right),
        }
        for part in confidence.judged
    ]


def robustness_cells(metrics: Metrics) -> list[dict[str, str]]:
    """One row a change of the text."""
    return [
        {
            "kind": row.kind,
            "n": str(row.changed.n),
            "changed": str(row.changed),
            "wrong": str(row.wrong),
            "refused": str(row.refused),
        }
        for row in metrics.robustness
    ]


def _with_interval(estimate: Estimate) -> str:
    return f"{percent(estimate.value)} ({percent(estimate.low)} to {percent(estimate.high)})"


def _coverage(point: Coverage) -> str:
    return "none" if point.threshold is None else percent(point.coverage)


def slice_plots(slices: Sequence[Slice]) -> list[dict[str, Any]]:
    """A plot of Success@1 for each dimension that has at least two slices."""
    drawings = []
    for dimension, name in PLOTTED.items():
        parts = [part for part in slices if part.dimension == dimension]
        if dimension in ("length", "year"):
            parts.sort(key=lambda part: part.value)
        if len(parts) > 1:
            drawings.append(
                {
                    "name": name,
                    "src": plots.slices(parts, SUCCESS_AT_1.label, MAX_SLICES),
                    "more": len(parts) > MAX_SLICES,
                    "shown": MAX_SLICES,
                    "total": len(parts),
                }
            )
    return drawings


def slice_rows(slices: Sequence[Slice]) -> list[dict[str, Any]]:
    """Every slice with its numbers."""
    return [
        {
            "dimension": part.dimension,
            "value": part.value,
            "n": few_mark(part.n),
            "cells": cells(part.measures, slice_columns()),
        }
        for part in slices
    ]


def failures(results: Sequence[CaseResult], metrics: Metrics) -> list[dict[str, Any]]:
    """Every case whose first code is not acceptable, and every case without a code that was not refused."""
    return [
        _failure(result, metrics)
        for result in results
        if result.rank != 1 and (result.codes or not result.no_good_match)
    ]


def _failure(result: CaseResult, metrics: Metrics) -> dict[str, Any]:
    texts = metrics.descriptions
    acceptable = [(code, texts.get(code, "")) for code in result.codes]
    answered = [(code, texts.get(code, "")) for code in result.ranked[:SHOWN_CODES]]
    origin = (result.set, result.kind, result.source, result.id)
    return {
        "set": result.set,
        "query": result.query,
        "origin": " \u00b7 ".join(part for part in origin if part),
        "acceptable": acceptable or [("none", "no code fits")],
        "answered": answered or [("-", result.error or "nothing")],
        "rank": result.rank or "-",
        "confidence": "-" if result.confidence is None else f"{result.confidence:.2f}",
        "kind": metrics.misses.get(result.id, "should have been refused"),
    }
