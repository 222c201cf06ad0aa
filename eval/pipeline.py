"""Measures systems on case files and writes the run folders."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import msgspec
from tqdm import tqdm

from eval.case_results import CaseResult
from eval.cases.account import RowAccount, without_dropped
from eval.cases.cases import Case, CaseSet, read_cases
from eval.cases.check import CaseCheck, check_cases, describe
from eval.cases.trec import write_qrels, write_run
from eval.cases.wording import plain
from eval.errors import CaseFileError, MeasuredSystemError, RunFolderError
from eval.measures.clusters import Cluster
from eval.measures.costs import measure_costs
from eval.measures.run_metrics import Metrics, Plan, measure, read_metrics
from eval.measures.slices import SeenInTraining
from eval.perturbed import TEXTS, measure_perturbed
from eval.run import (
    KEEP_OR_NOT,
    RunManifest,
    ask,
    check_not_finished,
    finish,
    is_finished,
    new_manifest,
    write_json,
)
from eval.setting import RunSetting
from eval.systems.runfile import RunFile
from eval.systems.systems import System, check_names, make_system
from index.store.catalogue import Catalogue
from suggest.claim.limits import Limits

Tell = Callable[[str], object]
MAX_K = 100


class RunOptions(msgspec.Struct, frozen=True):
    """Options of a run, besides its cases and systems.

    Attributes:
        on: Date of service of cases without one.
        k: Codes asked for, 1 to 100.
        seed: Of the bootstrap.
        samples: Bootstrap samples.
        split: Case sets whose kinds are sets of their own; see `Plan`.
        drop: Leave codes out that are not active; see `check_cases`.
        seen: Case files that a system may have learned from.
        columns: Field to column name; see `read_cases`.
        overwrite: Measure again where a finished run lies.
        cluster: What is drawn whole for the intervals; see `find_clusters`.
        changed_texts: How many texts are asked again in changed form; 0 for none.
    """

    on: date
    k: int = 20
    seed: int = 0
    samples: int = 1000
    split: tuple[str, ...] = ()
    drop: bool = False
    seen: tuple[Path, ...] = ()
    columns: Mapping[str, str] = {}
    overwrite: bool = False
    cluster: Cluster = "source"
    changed_texts: int = TEXTS


def run_all(
    paths: Sequence[Path],
    systems: Sequence[str],
    setting: RunSetting,
    options: RunOptions,
    out: Path,
    tell: Tell = lambda line: None,
) -> list[Metrics]:
    """Measure every system on every case file, and write the run folder of each.

    Args:
        paths: Case files.
        systems: Names as `make_system` takes them.
        setting: Where codes and indexes come from.
        options: How to measure.
        out: The run folder; with several systems the folder in which each system gets one.
        tell: Called with each line for the user.

    Returns:
        The metrics of each system, in the order given.

    Raises:
        HcpcsError: If a file, a system or an index cannot be used.
    """
    if not 1 <= options.k <= MAX_K:
        raise MeasuredSystemError(f"k is {options.k}; it must be from 1 to {MAX_K}")
    book = setting.catalogue()
    sets = [read_cases(path, options.columns, book.codes) for path in paths]
    gathered = gather(sets, tell)
    cases, check = check_cases(gathered, book, options.on, options.drop)
    rows = without_dropped([case_set.account for case_set in sets], (case.set for case in cases))
    for account in rows:
        tell(str(account))
    for line in describe(check):
        tell(line)
    _check_split(options, sets)
    if not cases:
        raise CaseFileError("no case is left to measure: none has a code that is active on its date")
    measured = [make_system(name, setting) for name in systems]
    check_names(measured)
    folders = [out if len(measured) == 1 else out / system.name for system in measured]
    if not options.overwrite and all(map(is_finished, folders)):
        raise RunFolderError(f"{out} is a finished run; {KEEP_OR_NOT}")
    _check_run_files(measured, gathered)
    limits = setting.limits()
    return [
        run_one(system, cases, check, rows, book, options, folder, limits)
        for system, folder in zip(measured, folders, strict=True)
    ]


def _check_run_files(systems: Sequence[System], cases: Sequence[Case]) -> None:
    """Refuse a run file that answers other cases, before any system is asked."""
    for system in systems:
        if isinstance(system, RunFile):
            system.check_ids([case.id for case in cases])


def make_plan(options: RunOptions, book: Catalogue) -> Plan:
    """Make the plan by which the answers of a run are measured."""
    seen = read_seen(options.seen, book) if options.seen else None
    return Plan(options.on, options.split, options.k, options.samples, options.seed, seen, options.cluster)


def read_seen(paths: Sequence[Path], book: Catalogue) -> SeenInTraining:
    """Collect wordings, codes and sources of case files that a system may have learned from."""
    wordings: set[str] = set()
    codes: set[str] = set()
    sources: set[str] = set()
    for path in paths:
        for case in read_cases(path, known=book.codes).cases:
            wordings.add(plain(case.query))
            codes.update(case.codes)
            sources.add(case.source)
    return SeenInTraining(frozenset(wordings), frozenset(codes), frozenset(sources - {""}))


def _check_split(options: RunOptions, sets: Sequence[CaseSet]) -> None:
    names = [case_set.name for case_set in sets]
    for name in options.split:
        if name not in names:
            raise CaseFileError(f"--split {name} is no case set of this run; there are: {', '.join(names)}")


def gather(sets: Sequence[CaseSet], tell: Tell = lambda line: None) -> list[Case]:
    """Join the cases of all sets in one list, with ids that are unique in the run.

    An id that an earlier set has too gets the name of its set in front.

    Raises:
        CaseFileError: If two files have one name, or an id occurs twice in a file.
    """
    names = [case_set.name for case_set in sets]
    for name in names:
        if names.count(name) > 1:
            raise CaseFileError(f"two case files are called {name}; rename one of them")
    set_of_id: dict[str, str] = {}
    cases = []
    for case_set in sets:
        if case_set.problems:
            tell(f"{len(case_set.problems)} rows of {case_set.path} cannot be used and are left out:")
            for problem in case_set.problems:
                tell(f"  {problem}")
        for case in case_set.cases:
            case_id = case.id if set_of_id.get(case.id, case.set) == case.set else f"{case.set}/{case.id}"
            if case_id in set_of_id:
                raise CaseFileError(f"{case_set.path}: the id {case.id} occurs twice")
            set_of_id[case_id] = case.set
            cases.append(msgspec.structs.replace(case, id=case_id))
    return cases


def write_reports(names: Sequence[str], out: Path) -> Path:
    """Write the report of every run folder and, with several, a joint one; returns the path of the last."""
    from eval.report.report import read_run_folder, write_report

    folders = [out] if len(names) == 1 else [out / name for name in names]
    runs = [read_run_folder(folder) for folder in folders]
    for run in runs:
        write_report([run], run.folder / "report.html")
    if len(runs) > 1:
        write_report(runs, out / "report.html")
    return out / "report.html"


def run_one(
    system: System,
    cases: Sequence[Case],
    check: CaseCheck,
    rows: tuple[RowAccount, ...],
    book: Catalogue,
    options: RunOptions,
    folder: Path,
    limits: Limits | None = None,
) -> Metrics:
    """Ask one system every case, measure its answers and write its run folder.

    A finished run of the same work, of a command that was interrupted at a later system, stands as it is.
    """
    manifest = new_manifest(
        system,
        cases,
        book.release,
        options.on,
        options.k,
        options.seed,
        options.samples,
        options.split,
        rows,
        options.cluster,
    )
    if not options.overwrite and is_finished(folder):
        check_not_finished(folder, manifest)
        return read_metrics(folder)
    hidden = not sys.stderr.isatty()
    with tqdm(total=len(cases), desc=system.name, unit="case", delay=2, disable=hidden) as bar:
        results = ask(system, cases, manifest, folder, bar.update)
    metrics = measure(system.name, results, book, make_plan(options, book), check, rows)
    changed = measure_perturbed(system, results, options.k, options.on, options.changed_texts, options.seed)
    costs = measure_costs(results, limits, options.on) if limits is not None else None
    metrics = msgspec.structs.replace(metrics, robustness=changed, costs=costs)
    write_folder(folder, manifest, results, metrics)
    return metrics


def write_folder(
    folder: Path, manifest: RunManifest, results: Sequence[CaseResult], metrics: Metrics
) -> None:
    """Write all files but `cases.jsonl`, which `ask` has written; the finished manifest comes last."""
    write_json(folder / "metrics.json", metrics)
    write_run(folder / "run.trec", [(result.id, result.ranked) for result in results], manifest.system)
    write_qrels(folder / "qrels.trec", [(result.id, result.codes) for result in results])
    finish(manifest, folder)
