"""Thresholds that a run must keep, from a small TOML file."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from eval.errors import GateFileError
from eval.measures.confidence import ConfidenceReport
from eval.measures.run_metrics import Metrics, SetMetrics, read_metrics
from eval.measures.summary import Estimate
from eval.run import read_manifest

AT_MOST = ("ece", "aurc", "refused", "ms", "ms-p95")  # of these less is better


class GateMiss(msgspec.Struct, frozen=True):
    """One threshold that was not kept."""

    system: str
    where: str
    measure: str
    value: float
    bound: float
    at_most: bool

    def __str__(self) -> str:
        what = "at most" if self.at_most else "at least"
        return (
            f"{self.system}: {self.where}: {self.measure} is {self.value:.4g},"
            f" and must be {what} {self.bound:.4g}"
        )


def read_gate(path: Path) -> dict[str, Any]:
    """The tables of a gate file: `mean`, `all`, `sets.NAME`, `slices."dimension: value"`, `regression`.

    Raises:
        GateFileError: If it is missing, is not TOML, or has a table of another name.
    """
    try:
        gate = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise GateFileError(f"there is no gate file {path}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise GateFileError(f"{path} is not TOML: {error}") from error
    known = {"mean", "all", "sets", "slices", "regression", "system"}
    for name in gate:
        if name not in known:
            raise GateFileError(f"{path} has a table {name!r}; the tables are: {', '.join(sorted(known))}")
    return gate


def check_gate(gate: Mapping[str, Any], metrics: Metrics, stored: Metrics | None = None) -> list[GateMiss]:
    """Every threshold that a run misses.

    Args:
        gate: From `read_gate`. Numbers are least values, or most values for the measures of `AT_MOST`.
        metrics: The run.
        stored: The run named by `regression.against`, for the largest allowed falls.

    Raises:
        GateFileError: If the gate names a set, slice or measure that the run does not have.
    """
    misses = _check(metrics, "mean over the sets", gate.get("mean", {}), mean_numbers(metrics))
    misses += _check(metrics, "all cases", gate.get("all", {}), set_numbers(metrics.pooled))
    for name, bounds in gate.get("sets", {}).items():
        if name not in metrics.sets:
            raise GateFileError(f"the gate names the set {name!r}; the run has: {', '.join(metrics.sets)}")
        misses += _check(metrics, name, bounds, set_numbers(metrics.sets[name]))
    slices = {f"{s.dimension}: {s.value}": _plain(s.measures) for s in metrics.pooled.slices}
    for name, bounds in gate.get("slices", {}).items():
        if name not in slices:
            raise GateFileError(f"the gate names the slice {name!r}, which the run does not have")
        misses += _check(metrics, name, bounds, slices[name])
    if stored is not None:
        misses += _check_regression(gate.get("regression", {}), metrics, stored)
    return misses


def set_numbers(metrics: SetMetrics) -> dict[str, float]:
    """Every number of a set that a gate can name."""
    found = _plain(metrics.summary.measures) if metrics.summary else {}
    found |= {"ms": metrics.timing.median, "ms-p95": metrics.timing.p95}
    return found | _confidence_numbers(metrics.confidence)


def mean_numbers(metrics: Metrics) -> dict[str, float]:
    """The means over the sets that a gate can name."""
    return _plain(metrics.mean)


def _confidence_numbers(confidence: ConfidenceReport) -> dict[str, float]:
    found: dict[str, float] = {}
    if confidence.ece is not None and confidence.aurc is not None:
        found |= {"ece": confidence.ece, "aurc": confidence.aurc}
        found |= {f"coverage@{point.target:.2f}": point.coverage for point in confidence.coverage}
    refusal = confidence.refusal
    if refusal is not None and refusal.answerable:
        found["refused"] = refusal.said / refusal.answerable
    if refusal is not None and refusal.none_fits:
        found["none-refused"] = refusal.none_said / refusal.none_fits
    return found


def _plain(values: Mapping[str, Estimate]) -> dict[str, float]:
    return {name: value.value for name, value in values.items()}


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
        at_most = name in AT_MOST
        value = numbers[name]
        if (value > bound if at_most else value < bound) or math.isnan(value):
            misses.append(GateMiss(metrics.system, where, name, value, float(bound), at_most))
    return misses


def _check_number(where: str, name: str, bound: Any) -> None:
    if isinstance(bound, bool) or not isinstance(bound, int | float):
        raise GateFileError(f"the gate's {name!r} of {where} is not a number")


def _check_regression(bounds: Mapping[str, Any], metrics: Metrics, stored: Metrics) -> list[GateMiss]:
    """The largest allowed falls against a stored run: of the mean, and of every set both runs have."""
    pairs = [("mean over the sets", mean_numbers(metrics), mean_numbers(stored))]
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
        found = False
        for where, now, before in pairs:
            if name not in now or name not in before:
                continue
            found = True
            at_most = name in AT_MOST
            bound = before[name] + fall if at_most else before[name] - fall
            if now[name] > bound + 1e-12 if at_most else now[name] < bound - 1e-12:
                told = f"{where} (stored run: {before[name]:.4g})"
                misses.append(GateMiss(metrics.system, told, name, now[name], bound, at_most))
        if not found:
            raise GateFileError(f"the gate's regression names {name!r}, which the two runs do not both have")
    return misses


def check_run(gate: Mapping[str, Any], path: Path, runs: Sequence[Metrics], out: Path) -> list[GateMiss]:
    """Hold the run that a gate is about against it.

    The gate's `system` names the run; without it the first one is meant. `regression.against` is a run
    folder, relative to the gate file.

    Raises:
        GateFileError: If the system is not among the runs, or the stored run is of other cases.
    """
    names = [run.system for run in runs]
    wanted = gate.get("system", names[0])
    if wanted not in names:
        raise GateFileError(f"{path} is about the system {wanted!r}; this run has: {', '.join(names)}")
    metrics = runs[names.index(wanted)]
    against = gate.get("regression", {}).get("against")
    if against is None:
        if gate.get("regression"):
            raise GateFileError(f"{path}: the table regression needs `against`, the folder of a stored run")
        return check_gate(gate, metrics)
    stored = path.parent / str(against)
    folder = out if len(runs) == 1 else out / metrics.system
    if read_manifest(stored).case_set_sha256 != read_manifest(folder).case_set_sha256:
        raise GateFileError(
            f"the stored run {stored} measured other cases; a fall cannot be judged against it"
        )
    return check_gate(gate, metrics, read_metrics(stored))
