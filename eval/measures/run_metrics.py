"""From answered cases to everything that a run folder's `metrics.json` holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import msgspec
import numpy as np

from eval.case_results import CaseResult
from eval.cases.check import CaseCheck
from eval.cases.codebook import CodeBook
from eval.errors import RunFolderError
from eval.measures.bootstrap import SAMPLES, Array
from eval.measures.confidence import ConfidenceReport, measure_confidence
from eval.measures.near_miss import NearMisses, find_near_misses, kinds_of_misses
from eval.measures.ranking import DEPTHS, per_case
from eval.measures.slices import SeenInTraining, Slice, dimensions, measure_slices
from eval.measures.summary import Estimate, Summary, mean_over_sets, summarise


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
        system: Its name.
        sets: By case set, in the order given.
        mean: Mean over the sets, each counting the same.
        pooled: All cases of all sets together.
        check: What was wrong with the cases.
        misses: Case id to kind of miss, for every wrong first answer.
        descriptions: Long descriptions of the codes of wrong answers: acceptable and first three.
    """

    system: str
    sets: dict[str, SetMetrics]
    mean: dict[str, Estimate]
    pooled: SetMetrics
    check: CaseCheck | None = None
    misses: dict[str, str] = {}
    descriptions: dict[str, str] = {}


class Plan(msgspec.Struct, frozen=True):
    """How rows are measured.

    Attributes:
        split: Case sets whose kinds are sets of their own, named `set: kind`.
        depths: The k of `top-k` and `recall@k`.
        samples: Bootstrap samples.
        seed: Of the bootstrap.
        seen: What the system may have learned from, for the slices seen and unseen.
    """

    on: date
    split: tuple[str, ...] = ()
    depths: tuple[int, ...] = DEPTHS
    samples: int = SAMPLES
    seed: int = 0
    seen: SeenInTraining | None = None


def measure(
    system: str, rows: Sequence[CaseResult], book: CodeBook, plan: Plan, check: CaseCheck | None = None
) -> Metrics:
    """Measure one system's rows."""
    sets, summaries, replicates = {}, [], []
    names: list[str] = []
    answerable = [row for row in rows if row.codes]
    values = per_case(answerable, plan.depths) if answerable else {}
    places = {row.id: place for place, row in enumerate(answerable)}
    for name, members in group_by_set(rows, plan.split).items():
        chosen = [places[row.id] for row in members if row.codes]
        part = {measure: column[chosen] for measure, column in values.items()}
        sets[name], replicate, columns = _measure_set(members, part, book, plan)
        summary = sets[name].summary
        if summary is not None:
            summaries.append(summary)
            replicates.append(replicate)
            names = columns
    pooled, _, _ = _measure_set(rows, values, book, plan)
    return Metrics(
        system=system,
        sets=sets,
        mean=mean_over_sets(summaries, replicates, names),
        pooled=pooled,
        check=check,
        misses=kinds_of_misses(rows, book, plan.on),
        descriptions=_descriptions(rows, book),
    )


def read_metrics(folder: Path) -> Metrics:
    """The numbers of a run folder.

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


def _descriptions(rows: Sequence[CaseResult], book: CodeBook) -> dict[str, str]:
    codes = {code for row in rows if row.rank != 1 for code in (*row.codes, *row.ranked[:3])}
    return {code: record.long_description for code in sorted(codes) if (record := book.get(code))}


def group_by_set(rows: Sequence[CaseResult], split: Sequence[str] = ()) -> dict[str, list[CaseResult]]:
    """Rows by case set, in order of appearance; the sets in `split` by set and kind."""
    parts: dict[str, list[CaseResult]] = {}
    for row in rows:
        name = f"{row.set}: {row.kind or 'no kind'}" if row.set in split else row.set
        parts.setdefault(name, []).append(row)
    return parts


def _measure_set(
    rows: Sequence[CaseResult], values: Mapping[str, Array], book: CodeBook, plan: Plan
) -> tuple[SetMetrics, Array, list[str]]:
    answerable = [row for row in rows if row.codes]
    summary: Summary | None = None
    slices: list[Slice] = []
    names: list[str] = []
    replicates: Array = np.empty((0, 0))
    if answerable:
        summary, replicates, names = summarise(answerable, values, plan.samples, plan.seed)
        ways = dimensions(book, plan.seen)
        slices = measure_slices(answerable, values, ways, plan.samples, plan.seed, summary.measures)
    metrics = SetMetrics(
        summary=summary,
        slices=tuple(slices),
        confidence=measure_confidence(rows),
        near_misses=find_near_misses(answerable, book, plan.on),
        timing=measure_time(rows),
    )
    return metrics, replicates, names


def measure_time(rows: Sequence[CaseResult]) -> Timing:
    """Median and high percentiles of the time of one answer."""
    ms = np.array([row.ms for row in rows])
    median, p95, p99 = (float(value) for value in np.percentile(ms, [50, 95, 99]))
    return Timing(round(median, 3), round(p95, 3), round(p99, 3))
