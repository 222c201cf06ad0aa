"""The table of results, systems by case sets, as plain text or Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from eval.measures.confidence import ConfidenceReport
from eval.measures.judged import Judged
from eval.measures.ranking import table_measures
from eval.measures.run_metrics import Metrics, SetMetrics
from eval.measures.summary import MIN_CASES, Estimate, Summary

MEAN = "mean over the sets"
POOLED = "all cases"
KINDS = "all cases, each kind the same"
CODES = "all cases, each code the same"
MACROS = ((KINDS, "macro_kinds", "kinds"), (CODES, "macro_codes", "codes"))
COVERAGE_TARGET = 0.95
ABOUT_INTERVALS = (
    "intervals: where sources are counted they were drawn whole, and the interval speaks of new sources like"
    " these; elsewhere it speaks of further lines of the same sources; that of the mean over the sets, of"
    " these sets"
)
CONFIDENCE_COLUMNS = (
    "case set", "system", "ECE", "ECE if perfect", "AURC", "answered at 95% right", "judged on other lines",
    "refused", "refused, no code fits",
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


def source_count(summary: Summary | None) -> str:
    """State how many sources were drawn whole; a dash where lines were drawn."""
    return str(summary.sources) if summary and summary.sources else "-"


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
    judged = next((point for point in confidence.judged if point.target == COVERAGE_TARGET), None)
    refusal = confidence.refusal
    return [
        name,
        system,
        ece_text(confidence),
        "-" if confidence.ece_perfect is None else f"{confidence.ece_perfect:.3f}",
        "-" if confidence.aurc is None else f"{confidence.aurc:.3f}",
        "-" if coverage is None else f"{coverage.coverage:.3f}",
        "-" if judged is None else judged_text(judged),
        _share(refusal.said, refusal.answerable) if refusal else "-",
        _share(refusal.none_said, refusal.none_fits) if refusal else "-",
    ]


def ece_text(confidence: ConfidenceReport) -> str:
    """Write the calibration error with its interval."""
    if confidence.ece is None:
        return "-"
    if confidence.ece_low is None or confidence.ece_high is None:  # of an older run
        return f"{confidence.ece:.3f}"
    return f"{confidence.ece:.3f} [{confidence.ece_low:.3f}, {confidence.ece_high:.3f}]"


def judged_text(judged: Judged) -> str:
    """Write the share of lines answered, and the share of those right, on lines not chosen on."""
    if judged.right is None:
        return "none answered"
    right = judged.right
    return f"{judged.answered.value:.3f}, right {right.value:.3f} [{right.low:.3f}, {right.high:.3f}]"


def _share(count: int, total: int) -> str:
    return f"{count / total:.3f} ({count} of {total})" if total else "-"


def _set_row(name: str, system: str, metrics: SetMetrics) -> list[str]:
    summary = metrics.summary
    n = few_mark(summary.n if summary else 0)
    if summary and summary.sources:
        n = f"{n} of {summary.sources} sources"
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
