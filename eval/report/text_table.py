"""The table of results: systems and case sets, as plain text or Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from eval.measures.confidence import ConfidenceReport
from eval.measures.run_metrics import Metrics, SetMetrics
from eval.measures.summary import SMALL, Estimate

COLUMNS = ("top-1", "top-5", "top-10", "MRR")
MEAN = "mean over the sets"
POOLED = "all cases"
KINDS = "all cases, each kind the same"
CODES = "all cases, each code the same"
MACROS = ((KINDS, "macro_kinds", "kinds"), (CODES, "macro_codes", "codes"))


def table_rows(runs: Sequence[Metrics]) -> list[list[str]]:
    """Header and rows: every case set under every system; for several sets also their mean and all cases."""
    rows = [["case set", "n", "system", *COLUMNS, "ms"]]
    for name in dict.fromkeys(name for run in runs for name in run.sets):
        rows += [_set_row(name, run.system, run.sets[name]) for run in runs if name in run.sets]
    if all(len(run.sets) < 2 for run in runs):
        return rows
    for run in runs:
        if run.mean:
            n = f"{run.mean['top-1'].n} sets"
            rows.append([MEAN, n, run.system, *(_cell(run.mean.get(column)) for column in COLUMNS), ""])
    rows += [_set_row(POOLED, run.system, run.pooled) for run in runs]
    return rows + macro_rows(runs)


def macro_rows(runs: Sequence[Metrics]) -> list[list[str]]:
    """All cases again, each kind counting the same, then each code."""
    rows = []
    for name, part, unit in MACROS:
        for run in runs:
            if run.pooled.summary is not None:
                values: dict[str, Estimate] = getattr(run.pooled.summary, part)
                cells = [_cell(values.get(column)) for column in COLUMNS]
                rows.append([name, f"{values['top-1'].n} {unit}", run.system, *cells, ""])
    return rows


def confidence_rows(runs: Sequence[Metrics]) -> list[list[str]]:
    """Header and rows of what each system's confidence is worth; empty when none states one."""
    rows = []
    for run in runs:
        named = [*run.sets.items(), *([(POOLED, run.pooled)] if len(run.sets) > 1 else [])]
        rows += [
            _confidence_row(name, run.system, part.confidence) for name, part in named if part.confidence.n
        ]
    head = ["case set", "system", "ECE", "AURC", "answered at 95% right", "refused", "refused, no code fits"]
    return [head, *rows] if rows else []


def _confidence_row(name: str, system: str, confidence: ConfidenceReport) -> list[str]:
    coverage = next((point for point in confidence.coverage if point.target == 0.95), None)
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
    ms = f"{metrics.timing.median:.1f}"
    if metrics.summary is None:
        return [name, "0", system, *("-" for _ in COLUMNS), ms]
    n = f"{metrics.summary.n}{' (few)' if metrics.summary.n < SMALL else ''}"
    return [name, n, system, *(_cell(metrics.summary.measures.get(column)) for column in COLUMNS), ms]


def _cell(value: Estimate | None) -> str:
    return "-" if value is None else f"{value.value:.3f} [{value.low:.2f}, {value.high:.2f}]"


def as_text(rows: Sequence[Sequence[str]]) -> str:
    """Columns of equal width for a terminal."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(line.rstrip() for line in lines)


def as_markdown(rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
