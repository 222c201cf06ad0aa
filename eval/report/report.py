"""Writes the report: one self-contained HTML file for one or several run folders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from eval.case_results import CaseResult
from eval.compare import Comparison, compare_results
from eval.errors import RunFolderError
from eval.measures.confidence import TARGETS
from eval.measures.ranking import RR, SUCCESS_AT_1
from eval.measures.run_metrics import Metrics, read_metrics
from eval.measures.summary import MIN_CASES
from eval.report import plots
from eval.report.sentences import (
    about_intervals,
    cautions,
    confidence_text,
    costs_text,
    facts,
    lead,
    method,
    misses_text,
    points,
    refusal_text,
    row_cells,
    subtitle,
    tiles,
)
from eval.report.tables import (
    confidence_rows,
    failures,
    judged_rows,
    measure_notes,
    paired_rows,
    report_columns,
    result_rows,
    robustness_cells,
    slice_columns,
    slice_plots,
    slice_rows,
)
from eval.run import RunManifest, read_case_results, read_manifest, write_text

FIRST_FAILURES = 200  # shown and printed; a button shows the others, and the search looks in all
TEMPLATE = Path(__file__).parent / "report.html"


class FinishedRun(NamedTuple):
    """A finished run folder in memory."""

    folder: Path
    manifest: RunManifest
    metrics: Metrics
    results: list[CaseResult]

    @property
    def name(self) -> str:
        """Name of the system."""
        return self.manifest.system


def run_folders(folder: Path) -> list[Path]:
    """List the run folders in a folder of several systems; a run folder gives itself."""
    if (folder / "manifest.json").is_file():
        return [folder]
    return sorted(path.parent for path in folder.glob("*/manifest.json")) or [folder]


def read_run_folder(folder: Path) -> FinishedRun:
    """Read a finished run.

    Raises:
        RunFolderError: If it is unfinished or damaged.
    """
    manifest = read_manifest(folder)
    if not manifest.complete:
        raise RunFolderError(f"{folder} is an unfinished run; continue it with the same `hcpcs eval run`")
    return FinishedRun(folder, manifest, read_metrics(folder), read_case_results(folder))


def write_report(runs: Sequence[FinishedRun], path: Path) -> None:
    """Write the report of systems over the same cases; it describes the first and compares the others.

    Raises:
        RunFolderError: If the runs measured different cases, or two systems have the same name.
    """
    _check_comparable(runs)
    write_text(path, render(build_view(runs)))


def render(view: dict[str, Any]) -> str:
    """Fill in the template; every text is escaped."""
    import jinja2

    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(view=view)


def _check_comparable(runs: Sequence[FinishedRun]) -> None:
    for run in runs[1:]:
        if run.manifest.case_set_sha256 != runs[0].manifest.case_set_sha256:
            raise RunFolderError(
                f"{run.folder} and {runs[0].folder} measured different cases; one report cannot hold both"
            )
    names = [run.name for run in runs]
    if len(set(names)) < len(names):
        raise RunFolderError(
            "two of the runs are of systems with one name; measure one as --system OTHER-NAME=SYSTEM"
        )


def build_view(runs: Sequence[FinishedRun]) -> dict[str, Any]:
    """Collect what the template shows."""
    primary = runs[0]
    metrics = [run.metrics for run in runs]
    comparisons = [_compare(other, primary) for other in runs[1:]]
    pooled = primary.metrics.pooled
    return {
        "title": f"{', '.join(run.name for run in runs)}, {primary.manifest.finished_at[:10]}",
        "subtitle": subtitle(primary.manifest, primary.metrics),
        "primary": primary.name,
        "systems": [run.name for run in runs],
        "lead": lead(primary.name, primary.metrics),
        "points": points(primary.metrics, comparisons),
        "cautions": cautions(primary.metrics),
        "tiles": tiles(primary.metrics),
        "basis": _basis(primary.metrics),
        "about_intervals": about_intervals(primary.metrics),
        "columns": report_columns(),
        "slice_columns": slice_columns(),
        "measure_notes": measure_notes(),
        "success": SUCCESS_AT_1.label,
        "mrr": RR.label,
        "table": result_rows(metrics),
        "paired": paired_rows(comparisons),
        "targets": [f"{target:.0%}" for target in TARGETS],
        "judged": judged_rows(pooled.confidence),
        "halves": pooled.confidence.judged[0].halves if pooled.confidence.judged else "",
        "confidence_text": confidence_text(primary.name, pooled.confidence),
        "confidence_rows": confidence_rows(primary.metrics),
        "refusal": refusal_text(pooled.confidence.refusal),
        "small": MIN_CASES,
        "slice_plots": slice_plots(pooled.slices),
        "slice_rows": slice_rows(pooled.slices),
        "robustness": robustness_cells(primary.metrics),
        "costs": primary.metrics.costs,
        "costs_text": costs_text(primary.metrics.costs),
        "misses_text": misses_text(pooled.near_misses),
        "confusions": pooled.near_misses.confusions,
        "more_confusions": _more(pooled.near_misses.pairs, len(pooled.near_misses.confusions)),
        "failures": failures(primary.results, primary.metrics),
        "first_failures": FIRST_FAILURES,
        "failure_sets": list(dict.fromkeys(result.set for result in primary.results)),
        "rows": row_cells(primary.metrics),
        "method": method(primary.manifest),
        "facts": facts([run.manifest for run in runs]),
        "plots": _plots(runs),
    }


def _basis(metrics: Metrics) -> str:
    counted = sum(part.summary is not None for part in metrics.sets.values())
    return f" (mean over the {counted} case sets that have lines with a code)" if counted > 1 else ""


def _more(pairs: int, shown: int) -> str:
    return f"The {shown} most frequent of {pairs} different pairs." if pairs > shown else ""


def _compare(other: FinishedRun, primary: FinishedRun) -> Comparison:
    names, results = (other.name, primary.name), (other.results, primary.results)
    manifest = primary.manifest
    return compare_results(names, results, {}, manifest.split, cluster=manifest.cluster)


def _plots(runs: Sequence[FinishedRun]) -> dict[str, str]:
    primary = runs[0].metrics.pooled
    drawings = {"accuracy": plots.accuracy_at_k({run.name: run.metrics.mean for run in runs})}
    curves = {
        run.name: run.metrics.pooled.confidence.curve for run in runs if run.metrics.pooled.confidence.curve
    }
    drawings["risk"] = drawings["reliability"] = ""
    if primary.confidence.curve:
        drawings["risk"] = plots.risk_coverage(curves)
    if primary.confidence.bins:
        drawings["reliability"] = plots.reliability(primary.confidence.bins, runs[0].name)
    drawings["misses"] = plots.misses(primary.near_misses.kinds) if primary.near_misses.wrong else ""
    return drawings
