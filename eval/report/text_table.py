"""The table of results, systems by case sets, as plain text or Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from eval.measures.confidence import ConfidenceReport
from eval.measures.ranking import table_measures
from eval.measures.run_metrics import Metrics, SetMetrics
from eval.measures.summary import MIN_CASES, Estimate

MEAN = "mean over the sets"
POOLED = "all cases"
KINDS = "all cases, each kind the same"
CODES = "all cases, each code the same"
MACROS = ((KINDS, "macro_kinds", "kinds"), (CODES, "macro_codes", "codes"))
COVERAGE_TARGET = 0.95
CONFIDENCE_COLUMNS = (
    "case set", "system", "ECE", "AURC", "answered at 95% right", "refused", "refused, no code fits",
)  # fmt: skip


def table_rows(runs: Sequence[Metrics]) -> list[list[str]]:
    """Make header and rows: every case set under every system; with several sets their mean and all cases."""
    rows = [["case set", "n", "system", *(measure.label for measure in table_measures()), "ms"]]
    for name in dict.fromkeys(name for run in runs for name in run.sets):
        rows += [_set_row(name, run.system, run.sets[name]) for run in runs if name in run.sets]
    if all(len(run.sets) < 2 for run in runs):
        return rows
    for run in runs:
        if run.mean:
            rows.append([MEAN, count_text(run.mean, "sets"), run.system, *_cells(run.mean), ""])
    rows += [_set_row(POOLED, run.system, run.pooled) for run in runs]
    return rows + macro_rows(runs)


def macro_rows(runs: Sequence[Metrics]) -> list[list[str]]:
    """Make the rows of all cases with each kind counting the same, then with each code counting the same."""
    rows = []
    for name, field, unit in MACROS:
        for run in runs:
            if run.pooled.summary is not None:
                means: dict[str, Estimate] = getattr(run.pooled.summary, field)
                rows.append([name, count_text(means, unit), run.system, *_cells(means), ""])
    return rows


def count_text(means: dict[str, Estimate], unit: str) -> str:
    """State how many sets, kinds or codes a row of means is taken over."""
    return f"{next(iter(means.values())).n} {unit}" if means else "0"


def few_mark(n: int) -> str:
    """State a number of cases, with the mark that few cases get."""
    return f"{n}{' (few)' if 0 < n < MIN_CASES else ''}"


def confidence_table_rows(runs: Sequence[Metrics]) -> list[list[str]]:
    """Make header and rows of each system's calibration and refusals; empty when none states a confidence."""
    rows = []
    for run in runs:
        sets = [*run.sets.items(), *([(POOLED, run.pooled)] if len(run.sets) > 1 else [])]
        rows += [
            _confidence_row(name, run.system, metrics.confidence)
            for name, metrics in sets
            if metrics.confidence.n
        ]
    return [list(CONFIDENCE_COLUMNS), *rows] if rows else []


def _confidence_row(name: str, system: str, confidence: ConfidenceReport) -> list[str]:
    coverage = next((point for point in confidence.coverage if point.target == COVERAGE_TARGET), None)
    refusal = confidence.refusal
    return [
        name,
        system,
        "-" if confidence.ece is None else f"{confidence.ece:.3f}",
        "-" if confidence.aurc is None else f"{confidence.aurc:.3f}",
        "-" if coverage is None else f"{coverage.coverage:.3f}",
        _share(refusal.said, refusal.answerable) if refusal else "-",
        _share(refusal.none_said, refusal.none_fits) if refusal else "-",
    ]


def _share(count: int, total: int) -> str:
    return f"{count / total:.3f} ({count} of {total})" if total else "-"


def _set_row(name: str, system: str, metrics: SetMetrics) -> list[str]:
    summary = metrics.summary
    n = few_mark(summary.n if summary else 0)
    return [name, n, system, *_cells(summary.measures if summary else {}), f"{metrics.timing.median:.1f}"]


def _cells(means: dict[str, Estimate]) -> list[str]:
    """One cell a measure: value and interval, or a dash."""
    return [_cell(means.get(measure.label)) for measure in table_measures()]


def _cell(estimate: Estimate | None) -> str:
    if estimate is None:
        return "-"
    return f"{estimate.value:.3f} [{estimate.low:.2f}, {estimate.high:.2f}]"


def as_text(rows: Sequence[Sequence[str]]) -> str:
    """Lay rows out in columns of equal width, for a terminal; the first row is the header."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(line.rstrip() for line in lines)


def as_markdown(rows: Sequence[Sequence[str]]) -> str:
    """Lay rows out as a Markdown table; the first row is the header."""
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
