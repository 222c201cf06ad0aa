"""From answered cases to the contents of a run folder's `metrics.json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import msgspec
import numpy as np

from eval.case_results import CaseResult
from eval.cases.account import RowAccount
from eval.cases.check import CaseCheck
from eval.errors import RunFolderError
from eval.measures.bootstrap import SAMPLES, Array
from eval.measures.clusters import Cluster
from eval.measures.confidence import ConfidenceReport, measure_confidence
from eval.measures.costs import CostReport
from eval.measures.near_miss import NearMisses, find_near_misses, kinds_of_misses
from eval.measures.ranking import DEPTHS, measures_to_depth, per_case
from eval.measures.robustness import Robustness
from eval.measures.slices import SeenInTraining, Slice, dimensions, measure_slices
from eval.measures.summary import Estimate, Summary, mean_over_sets, summarise
from index.store.catalogue import Catalogue

DESCRIBED_CODES = 3  # of a wrong ranking, how many codes get their description


class Timing(msgspec.Struct, frozen=True):
    """Milliseconds an answer, one text at a time."""

    median: float
    p95: float
    p99: float


class SetMetrics(msgspec.Struct, frozen=True):
    """All numbers of one case set; `summary` is None when no case of it has an acceptable code."""

    summary: Summary | None
    slices: tuple[Slice, ...]
    confidence: ConfidenceReport
    near_misses: NearMisses
    timing: Timing


class Metrics(msgspec.Struct, frozen=True):
    """All numbers of a run.

    Attributes:
        system: Name of the system.
        sets: By case set, in the order given.
        mean: Mean over the sets, each counting the same.
        pooled: All cases of all sets together.
        check: Problems of the cases.
        misses: Case id to kind of miss, for every wrong first answer.
        descriptions: Long descriptions of the acceptable codes and the first three answers of every case
            whose first answer is wrong.
        rows: Of each case file, how many rows were read, measured and left out.
        robustness: What changes of a text do to the first answer; empty where none was asked again.
        costs: Over- and underpayment by wrong first answers; None without fee tables.
    """

    system: str
    sets: dict[str, SetMetrics]
    mean: dict[str, Estimate]
    pooled: SetMetrics
    check: CaseCheck | None = None
    misses: dict[str, str] = {}
    descriptions: dict[str, str] = {}
    rows: tuple[RowAccount, ...] = ()
    robustness: tuple[Robustness, ...] = ()
    costs: CostReport | None = None


class Plan(msgspec.Struct, frozen=True):
    """How answered cases are measured.

    Attributes:
        on: Date of service of cases without one.
        split: Case sets whose kinds are sets of their own, named `set: kind`.
        k: Codes asked for; measures that look deeper are left out.
        samples: Bootstrap samples.
        seed: Of the bootstrap.
        seen: What the system may have learned from, for the slices seen and unseen.
        cluster: What is drawn whole for the intervals; see `find_clusters`.
    """

    on: date
    split: tuple[str, ...] = ()
    k: int = DEPTHS[-1]
    samples: int = SAMPLES
    seed: int = 0
    seen: SeenInTraining | None = None
    cluster: Cluster = "source"


def measure(
    system: str,
    results: Sequence[CaseResult],
    book: Catalogue,
    plan: Plan,
    check: CaseCheck | None = None,
    rows: tuple[RowAccount, ...] = (),
) -> Metrics:
    """Measure the answers of one system."""
    sets: dict[str, SetMetrics] = {}
    answerable = [result for result in results if result.codes]
    values = per_case(answerable, measures_to_depth(plan.k)) if answerable else {}
    positions = {result.id: position for position, result in enumerate(answerable)}
    for name, members in group_by_set(results, plan.split).items():
        chosen = [positions[result.id] for result in members if result.codes]
        values_of_set = {label: column[chosen] for label, column in values.items()}
        sets[name] = _measure_set(members, values_of_set, book, plan)
    measured = [part.summary.measures for part in sets.values() if part.summary is not None]
    return Metrics(
        system=system,
        sets=sets,
        mean=mean_over_sets(measured, list(values)),
        pooled=_measure_set(results, values, book, plan),
        check=check,
        misses=kinds_of_misses(results, book, plan.on),
        descriptions=_descriptions(results, book),
        rows=rows,
    )


def read_metrics(folder: Path) -> Metrics:
    """Read the numbers of a run folder.

    Raises:
        RunFolderError: If they are missing or of another form.
    """
    path = folder / "metrics.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=Metrics)
    except OSError as error:
        raise RunFolderError(f"{folder} is no finished run: it has no metrics.json") from error
    except msgspec.MsgspecError as error:
        raise RunFolderError(f"{path} is not of this program's form ({error}); run it again") from error


def _descriptions(results: Sequence[CaseResult], book: Catalogue) -> dict[str, str]:
    wrong = [result for result in results if result.rank != 1]
    codes = {code for result in wrong for code in (*result.codes, *result.ranked[:DESCRIBED_CODES])}
    return {code: record.long_description for code in sorted(codes) if (record := book.get(code))}


def group_by_set(results: Sequence[CaseResult], split: Sequence[str] = ()) -> dict[str, list[CaseResult]]:
    """Group cases by case set, in order of appearance; the sets in `split` by set and kind."""
    groups: dict[str, list[CaseResult]] = {}
    for result in results:
        name = f"{result.set}: {result.kind or 'no kind'}" if result.set in split else result.set
        groups.setdefault(name, []).append(result)
    return groups


def _measure_set(
    results: Sequence[CaseResult], values: Mapping[str, Array], book: Catalogue, plan: Plan
) -> SetMetrics:
    """Measure one set."""
    answerable = [result for result in results if result.codes]
    summary: Summary | None = None
    slices: list[Slice] = []
    if answerable:
        summary = summarise(answerable, values, plan.samples, plan.seed, plan.cluster)
        cuts = dimensions(book, plan.seen)
        whole = summary.measures
        slices = measure_slices(answerable, values, cuts, plan.samples, plan.seed, whole, plan.cluster)
    return SetMetrics(
        summary=summary,
        slices=tuple(slices),
        confidence=measure_confidence(results, plan.samples, plan.seed, plan.cluster),
        near_misses=find_near_misses(answerable, book, plan.on),
        timing=measure_time(results),
    )


def measure_time(results: Sequence[CaseResult]) -> Timing:
    """Median, 95th and 99th percentile of the time of one answer."""
    ms = np.array([result.ms for result in results])
    median, p95, p99 = (float(value) for value in np.percentile(ms, [50, 95, 99]))
    return Timing(round(median, 3), round(p95, 3), round(p99, 3))
