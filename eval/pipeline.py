"""The one composition: case files and systems in, run folders out."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import msgspec

from eval.cases import Case, CaseSet, read_cases
from eval.errors import CaseFileError, MeasuredSystemError
from eval.measure import Metrics, measure
from eval.metrics import DEPTHS
from eval.rows import Row
from eval.run import ask, finish, new_manifest, write_json
from eval.setting import RunSetting
from eval.systems import System, check_names, make_system
from eval.trec import write_qrels, write_run


class Options(msgspec.Struct, frozen=True):
    """What a run is asked for, besides cases and systems."""

    on: date
    k: int = 20
    seed: int = 0
    samples: int = 1000
    split: tuple[str, ...] = ()
    depths: tuple[int, ...] = DEPTHS


def run_all(
    paths: Sequence[Path],
    columns: Mapping[str, str],
    systems: Sequence[str],
    setting: RunSetting,
    options: Options,
    out: Path,
) -> list[Metrics]:
    """Measure every system on every case file; one run folder, or one a system below `out` for several.

    Raises:
        HcpcsError: If a file, a system or an index cannot be used.
    """
    if not 1 <= options.k <= 100:
        raise MeasuredSystemError(f"k is {options.k}; it must be from 1 to 100")
    sets = [read_cases(path, columns, setting.codebook().codes) for path in paths]
    cases = gather(sets)
    made = [make_system(name, setting) for name in systems]
    check_names(made)
    found = []
    for system in made:
        folder = out if len(made) == 1 else out / system.name
        found.append(run_one(system, cases, setting.codebook().release, options, folder))
    return found


def gather(sets: Sequence[CaseSet]) -> list[Case]:
    """The cases of all sets in one list, with ids that are unique in the run.

    Raises:
        CaseFileError: If two files have one name, or an id occurs twice in a file.
    """
    names = [case_set.name for case_set in sets]
    for name in names:
        if names.count(name) > 1:
            raise CaseFileError(
                f"two case files are called {name}; rename one, or they would be one case set"
            )
    taken: dict[str, str] = {}
    cases = []
    for case_set in sets:
        for case in case_set.cases:
            case_id = case.id if taken.get(case.id, case.set) == case.set else f"{case.set}/{case.id}"
            if case_id in taken:
                raise CaseFileError(f"{case_set.path}: the id {case.id} occurs twice")
            taken[case_id] = case.set
            cases.append(msgspec.structs.replace(case, id=case_id))
    return cases


def run_one(system: System, cases: Sequence[Case], release: str, options: Options, folder: Path) -> Metrics:
    """Ask one system every case and write its run folder."""
    from tqdm import tqdm

    manifest = new_manifest(system, cases, release, options.on, options.k, options.seed, options.samples)
    quiet = not sys.stderr.isatty()
    with tqdm(total=len(cases), desc=system.name, unit="case", delay=2, disable=quiet) as bar:
        rows = ask(system, cases, manifest, folder, bar.update)
    metrics = measure(system.name, rows, options.split, options.depths, options.samples, options.seed)
    write_folder(folder, system.name, rows, metrics)
    finish(manifest, folder)
    return metrics


def write_folder(folder: Path, system: str, rows: Sequence[Row], metrics: Metrics) -> None:
    """Everything but the answers and the manifest, which are there already."""
    write_json(folder / "metrics.json", metrics)
    write_run(folder / "run.trec", [(row.id, row.ranked) for row in rows], system)
    write_qrels(folder / "qrels.trec", [(row.id, row.codes) for row in rows])
