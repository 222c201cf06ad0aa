"""Thresholds that a run must keep, from a TOML file."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from eval.errors import GateFileError
from eval.measures.confidence import ConfidenceReport
from eval.measures.ranking import lower_is_better
from eval.measures.run_metrics import Metrics, SetMetrics, read_metrics
from eval.measures.summary import Estimate
from eval.run import read_manifest

AT_MOST = ("ece", "aurc", "refused", "ms", "ms-p95")  # beside the measures: of these, less is better
TABLES = {"mean", "all", "sets", "slices", "regression", "system"}
MEAN = "mean over the sets"
TOLERANCE = 1e-12  # of a difference of two floats that are equal on paper


class GateMiss(msgspec.Struct, frozen=True):
    """One threshold that was not kept."""

    system: str
    where: str
    measure: str
    value: float
    bound: float
    at_most: bool

    def __str__(self) -> str:
        direction = "at most" if self.at_most else "at least"
        return (
            f"{self.system}: {self.where}: {self.measure} is {self.value:.4g},"
            f" and must be {direction} {self.bound:.4g}"
        )


def read_gate(path: Path) -> dict[str, Any]:
    """Read the tables of a gate file: `mean`, `all`, `sets.NAME`, `slices."dimension: value"`, `regression`.

    Raises:
        GateFileError: If it is missing, is not TOML, or has a table of another name.
    """
    try:
        gate = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise GateFileError(f"there is no gate file {path}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise GateFileError(f"{path} is not TOML: {error}") from error
    for name in gate:
        if name not in TABLES:
            raise GateFileError(f"{path} has a table {name!r}; the tables are: {', '.join(sorted(TABLES))}")
    return gate


def check_run(gate: Mapping[str, Any], path: Path, runs: Sequence[Metrics], out: Path) -> list[GateMiss]:
    """Check the run that a gate is about.

    Args:
        gate: From `read_gate`. Its `system` names the run; without it the first run is checked.
        path: The gate file. `regression.against` is a run folder relative to it.
        runs: The metrics of the run's systems.
        out: The run folder, or with several systems the folder of their run folders.

    Raises:
        GateFileError: If the system is not among the runs, or the stored run is over other cases.
    """
    names = [run.system for run in runs]
    system = gate.get("system", names[0])
    if system not in names:
        raise GateFileError(f"{path} is about the system {system!r}; this run has: {', '.join(names)}")
    metrics = runs[names.index(system)]
    regression = gate.get("regression", {})
    if not regression:
        return check_gate(gate, metrics)
    if "against" not in regression:
        raise GateFileError(f"{path}: the table regression needs `against`, the folder of a stored run")
    stored = path.parent / str(regression["against"])
    folder = out if len(runs) == 1 else out / metrics.system
    if read_manifest(stored).case_set_sha256 != read_manifest(folder).case_set_sha256:
        raise GateFileError(
            f"the stored run {stored} measured other cases; a fall cannot be judged against it"
        )
    return check_gate(gate, metrics, read_metrics(stored))


def check_gate(gate: Mapping[str, Any], metrics: Metrics, stored: Metrics | None = None) -> list[GateMiss]:
    """List every threshold that a run misses.

    Args:
        gate: From `read_gate`. A number is the smallest allowed value, or the largest one where less is
            better.
        metrics: The run.
        stored: The run named by `regression.against`, for the largest allowed falls.

    Raises:
        GateFileError: If the gate names a set, slice or measure that the run does not have.
    """
    misses = _check(metrics, MEAN, gate.get("mean", {}), mean_numbers(metrics))
    misses += _check(metrics, "all cases", gate.get("all", {}), set_numbers(metrics.pooled))
    for name, bounds in gate.get("sets", {}).items():
        if name not in metrics.sets:
            raise GateFileError(f"the gate names the set {name!r}; the run has: {', '.join(metrics.sets)}")
        misses += _check(metrics, name, bounds, set_numbers(metrics.sets[name]))
    slices = {f"{s.dimension}: {s.value}": _values(s.measures) for s in metrics.pooled.slices}
    for name, bounds in gate.get("slices", {}).items():
        if name not in slices:
            raise GateFileError(f"the gate names the slice {name!r}, which the run does not have")
        misses += _check(metrics, name, bounds, slices[name])
    if stored is not None:
        misses += _check_regression(gate.get("regression", {}), metrics, stored)
    return misses


def mean_numbers(metrics: Metrics) -> dict[str, float]:
    """Means over the sets that a gate can name."""
    return _values(metrics.mean)


def set_numbers(metrics: SetMetrics) -> dict[str, float]:
    """Every number of a set that a gate can name."""
    numbers = _values(metrics.summary.measures) if metrics.summary else {}
    numbers |= {"ms": metrics.timing.median, "ms-p95": metrics.timing.p95}
    return numbers | _confidence_numbers(metrics.confidence)


def _confidence_numbers(confidence: ConfidenceReport) -> dict[str, float]:
    numbers: dict[str, float] = {}
    if confidence.ece is not None:
        numbers["ece"] = confidence.ece
    if confidence.aurc is not None:
        numbers["aurc"] = confidence.aurc
        numbers |= {f"coverage@{point.target:.2f}": point.coverage for point in confidence.coverage}
    refusal = confidence.refusal
    if refusal is not None and refusal.answerable:
        numbers["refused"] = refusal.said / refusal.answerable
    if refusal is not None and refusal.none_fits:
        numbers["none-refused"] = refusal.none_said / refusal.none_fits
    return numbers


def _values(estimates: Mapping[str, Estimate]) -> dict[str, float]:
    return {label: estimate.value for label, estimate in estimates.items()}


def _is_at_most(name: str) -> bool:
    return name in AT_MOST or lower_is_better(name)


def _check(
    metrics: Metrics, where: str, bounds: Mapping[str, Any], numbers: Mapping[str, float]
) -> list[GateMiss]:
    misses = []
    for name, bound in bounds.items():
        if name not in numbers:
            raise GateFileError(
                f"the gate asks for {name!r} of {where}, which the run does not have;"
                f" it has: {', '.join(numbers)}"
            )
        _check_number(where, name, bound)
        at_most, value = _is_at_most(name), numbers[name]
        if math.isnan(value) or (value > bound if at_most else value < bound):
            misses.append(GateMiss(metrics.system, where, name, value, float(bound), at_most))
    return misses


def _check_number(where: str, name: str, bound: Any) -> None:
    if isinstance(bound, bool) or not isinstance(bound, int | float):
        raise GateFileError(f"the gate's {name!r} of {where} is not a number")


def _check_regression(bounds: Mapping[str, Any], metrics: Metrics, stored: Metrics) -> list[GateMiss]:
    """List the falls against a stored run that are too large: of the mean, and of every set of both runs."""
    pairs = [(MEAN, mean_numbers(metrics), mean_numbers(stored))]
    pairs += [
        (name, set_numbers(metrics.sets[name]), set_numbers(stored.sets[name]))
        for name in metrics.sets
        if name in stored.sets
    ]
    misses = []
    for name, fall in bounds.items():
        if name == "against":
            continue
        _check_number("regression", name, fall)
        measured = [pair for pair in pairs if name in pair[1] and name in pair[2]]
        if not measured:
            raise GateFileError(f"the gate's regression names {name!r}, which the two runs do not both have")
        at_most = _is_at_most(name)
        for where, now, before in measured:
            bound = before[name] + fall if at_most else before[name] - fall
            if now[name] > bound + TOLERANCE if at_most else now[name] < bound - TOLERANCE:
                place = f"{where} (stored run: {before[name]:.4g})"
                misses.append(GateMiss(metrics.system, place, name, now[name], bound, at_most))
    return misses
