"""The one composition: case files and systems in, run folders out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import msgspec
from tqdm import tqdm

from eval.case_results import CaseResult
from eval.cases.cases import Case, CaseSet, read_cases
from eval.cases.check import CaseCheck, check_cases, describe
from eval.cases.codebook import CodeBook
from eval.cases.trec import write_qrels, write_run
from eval.cases.wording import plain
from eval.errors import CaseFileError, MeasuredSystemError
from eval.measures.run_metrics import Metrics, Plan, measure
from eval.measures.slices import SeenInTraining
from eval.run import RunManifest, ask, finish, new_manifest, write_json
from eval.setting import RunSetting
from eval.systems.systems import System, check_names, make_system

Tell = Callable[[str], object]


class RunOptions(msgspec.Struct, frozen=True):
    """What a run is asked for, besides cases and systems.

    Attributes:
        on: Date of service of cases without one.
        k: Codes asked for, 1 to 100.
        split: See `Plan`; so are samples and seed.
        drop: Leave codes out that are not active; see `check_cases`.
        seen: Case files of which a system may have learned.
        columns: Field to column name; see `read_cases`.
    """

    on: date
    k: int = 20
    seed: int = 0
    samples: int = 1000
    split: tuple[str, ...] = ()
    drop: bool = False
    seen: tuple[Path, ...] = ()
    columns: Mapping[str, str] = {}


def run_all(
    paths: Sequence[Path],
    systems: Sequence[str],
    setting: RunSetting,
    options: RunOptions,
    out: Path,
    tell: Tell = lambda line: None,
) -> list[Metrics]:
    """Measure every system on every case file; one run folder, or one a system below `out` for several.

    Args:
        paths: Case files.
        systems: As `make_system` takes them.
        setting: Where codes and indexes come from.
        options: How to measure.
        out: The folder to write.
        tell: Given sentences for a person as they arise.

    Raises:
        HcpcsError: If a file, a system or an index cannot be used.
    """
    if not 1 <= options.k <= 100:
        raise MeasuredSystemError(f"k is {options.k}; it must be from 1 to 100")
    book = setting.codebook()
    sets = [read_cases(path, options.columns, book.codes) for path in paths]
    cases, check = check_cases(gather(sets, tell), book, options.on, options.drop)
    for line in describe(check):
        tell(line)
    _check_split(options, sets)
    if not cases:
        raise CaseFileError("no case is left to measure: none has a code that is active on its date")
    made = [make_system(name, setting) for name in systems]
    check_names(made)
    plan = make_plan(options, book)
    return [
        run_one(system, cases, check, book, options, plan, out if len(made) == 1 else out / system.name)
        for system in made
    ]


def make_plan(options: RunOptions, book: CodeBook) -> Plan:
    """How the rows of a run with these options are measured."""
    seen = read_seen(options.seen, book) if options.seen else None
    return Plan(options.on, options.split, options.k, options.samples, options.seed, seen)


def read_seen(paths: Sequence[Path], book: CodeBook) -> SeenInTraining:
    """Wordings, codes and sources of case files that a system may have learned from."""
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
    """The cases of all sets in one list, with ids that are unique in the run.

    Raises:
        CaseFileError: If two files have one name, or an id occurs twice in a file.
    """
    names = [case_set.name for case_set in sets]
    for name in names:
        if names.count(name) > 1:
            raise CaseFileError(f"two case files are called {name}; rename one, or they would be one set")
    taken: dict[str, str] = {}
    cases = []
    for case_set in sets:
        if case_set.problems:
            tell(f"{len(case_set.problems)} rows of {case_set.path} cannot be used and are left out:")
            for problem in case_set.problems:
                tell(f"  {problem}")
        for case in case_set.cases:
            case_id = case.id if taken.get(case.id, case.set) == case.set else f"{case.set}/{case.id}"
            if case_id in taken:
                raise CaseFileError(f"{case_set.path}: the id {case.id} occurs twice")
            taken[case_id] = case.set
            cases.append(msgspec.structs.replace(case, id=case_id))
    return cases


def write_reports(names: Sequence[str], out: Path) -> Path:
    """The report of every run folder, and with several the joint one, which is returned."""
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
    book: CodeBook,
    options: RunOptions,
    plan: Plan,
    folder: Path,
) -> Metrics:
    """Ask one system every case and write its run folder."""
    manifest = new_manifest(
        system, cases, book.release, options.on, options.k, options.seed, options.samples, options.split
    )
    with tqdm(
        total=len(cases), desc=system.name, unit="case", delay=2, disable=not sys.stderr.isatty()
    ) as bar:
        rows = ask(system, cases, manifest, folder, bar.update)
    metrics = measure(system.name, rows, book, plan, check)
    write_folder(folder, manifest, rows, metrics)
    return metrics


def write_folder(folder: Path, manifest: RunManifest, rows: Sequence[CaseResult], metrics: Metrics) -> None:
    """Write everything but the answers, which are there already; the manifest, saying complete, last."""
    write_json(folder / "metrics.json", metrics)
    write_run(folder / "run.trec", [(row.id, row.ranked) for row in rows], manifest.system)
    write_qrels(folder / "qrels.trec", [(row.id, row.codes) for row in rows])
    finish(manifest, folder)
