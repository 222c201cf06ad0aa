"""Scores the cases of a finished run again on a new release: which labels ended, which answers moved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec

from eval.case_results import CaseResult, SystemAnswer, make_case_result
from eval.cases.account import without_dropped
from eval.cases.check import CaseCheck, CodeProblem, check_cases
from eval.compare import Comparison, compare_results
from eval.errors import RunFolderError
from eval.pipeline import RunOptions, run_one
from eval.run import RunManifest, read_case_results, read_manifest, write_json
from eval.systems.systems import System
from index.store.catalogue import Catalogue

REPORT = "rescore.json"


class MovedAnswer(msgspec.Struct, frozen=True):
    """A case whose first code is another one on the new release.

    Attributes:
        codes: Acceptable codes that are active on the new release.
        before: First code then; `after`: now. None where no code was given.
        was_right: Whether `before` is acceptable by the labels of the new release.
        is_right: Whether `after` is.
        ended: Whether `before` is no active code of the new release any more.
    """

    id: str
    set: str
    query: str
    codes: tuple[str, ...]
    before: str | None
    after: str | None
    was_right: bool
    is_right: bool
    ended: bool


class Rescore(msgspec.Struct, frozen=True):
    """A run beside the same cases on a new release.

    Attributes:
        release_before: Release of the run; `release_after`: the new one.
        on_before: Date of service of the run; `on_after`: of the new answers.
        ended: Labelled codes that are not active in the new release on the date of their case.
        without_code: Cases left out because no acceptable code of theirs is active any more.
        moved: Every other first code.
        comparison: Old answers (A) against new ones (B), both by the labels of the new release.
    """

    release_before: str
    release_after: str
    on_before: date
    on_after: date
    ended: tuple[CodeProblem, ...]
    without_code: tuple[str, ...]
    moved: tuple[MovedAnswer, ...]
    comparison: Comparison


def rescore(folder: Path, system: System, book: Catalogue, on: date, out: Path) -> Rescore:
    """Ask the cases of a run again, and write the new run folder with `rescore.json`.

    Cases with a date of their own keep it. Labelled codes that are not active on the new release are dropped.

    Args:
        folder: A finished run.
        system: On the new release.
        book: The new release.
        on: Date of service of cases without one.
        out: The new run folder.

    Raises:
        RunFolderError: If the run is unfinished, or no case has an active code.
    """
    manifest = read_manifest(folder)
    if not manifest.complete:
        raise RunFolderError(f"{folder} is an unfinished run; continue it with the same `hcpcs eval run`")
    before = {result.id: result for result in read_case_results(folder)}
    cases, check = check_cases([result.case for result in before.values()], book, on, drop=True)
    options = RunOptions(
        on=on,
        k=manifest.k,
        seed=manifest.seed,
        samples=manifest.samples,
        split=manifest.split,
        cluster=manifest.cluster,
    )
    if not any(case.codes for case in cases):
        raise RunFolderError(f"no case of {folder} has a code that is active in release {book.release}")
    rows = without_dropped(manifest.rows, (case.set for case in cases))
    run_one(system, cases, check, rows, book, options, out)
    after = read_case_results(out)
    old = [_relabelled(before[result.id], result) for result in after]
    scored = _rescored(manifest, check, book, on, old, after)
    write_json(out / REPORT, scored)
    return scored


def _rescored(
    manifest: RunManifest,
    check: CaseCheck,
    book: Catalogue,
    on: date,
    old: Sequence[CaseResult],
    new: Sequence[CaseResult],
) -> Rescore:
    names = (f"{manifest.system} {manifest.release}", f"{manifest.system} {book.release}")
    return Rescore(
        release_before=manifest.release,
        release_after=book.release,
        on_before=manifest.on,
        on_after=on,
        ended=check.problems,
        without_code=check.without_code,
        moved=tuple(
            _moved(one, two, book, on) for one, two in zip(old, new, strict=True) if one.first != two.first
        ),
        comparison=compare_results(
            names, (old, new), {}, manifest.split, manifest.samples, manifest.seed, manifest.cluster
        ),
    )


def _relabelled(old: CaseResult, new: CaseResult) -> CaseResult:
    """The old answer of a case by its new labels."""
    answer = SystemAnswer(old.ranked, old.confidence, old.no_good_match, old.error)
    return make_case_result(new.case, answer, old.ms)


def _moved(old: CaseResult, new: CaseResult, book: Catalogue, on: date) -> MovedAnswer:
    record = book.get(old.first) if old.first else None
    ended = old.first is not None and (record is None or record.status(new.date or on) != "active")
    return MovedAnswer(
        id=new.id,
        set=new.set,
        query=new.query,
        codes=new.codes,
        before=old.first,
        after=new.first,
        was_right=old.rank == 1,
        is_right=new.rank == 1,
        ended=ended,
    )
