"""Runs: asks a system every case, writes each answer at once, and continues an interrupted run."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec

from eval.case_results import CaseResult, make_case_result
from eval.cases.account import RowAccount
from eval.cases.cases import Case, case_set_sha256
from eval.errors import MeasuredSystemError, RunFolderError
from eval.measures.clusters import Cluster
from eval.systems.systems import System
from index.digest import source_digest

FORMAT = 1
CODE = ("index", "suggest", "eval.systems")  # what decides the answers of a system


KEEP_OR_NOT = "give another --out, or --overwrite to measure again in its place"
WORK = {
    "format": "the format of run folders changed",
    "system": "it was another system",
    "identity": "the system changed: its index, weights, file or address",
    "code_sha256": "the program changed",
    "case_set_sha256": "the cases changed",
    "on": "the date of service changed",
    "k": "the number of codes asked for changed",
}  # field of a manifest that decides the answers, to what is told where it differs
COUNTED = ("split", "seed", "samples")  # beside them, what decides the numbers made of the answers


class RunManifest(msgspec.Struct, frozen=True):
    """What a run measured, and with what. Two runs are comparable when `case_set_sha256` is the same.

    Attributes:
        system: Name of the system in tables.
        identity: What else determines its answers; see `eval.systems.systems.System`.
        code_sha256: Over the Python files of `index` and `suggest`: another hash may answer differently.
        release: The code set that cases were checked against.
        on: Date of service of cases without one.
        sets: Case set to its number of cases.
        k: Codes asked for.
        complete: Whether every case was asked.
        split: Case sets whose kinds were counted as sets of their own.
        rows: Of each case file, how many rows were read, measured and left out; empty in older runs.
        cluster: What was drawn whole for the intervals; `none` in older runs.
    """

    format: int
    system: str
    identity: dict[str, Any]
    code_sha256: str
    case_set_sha256: str
    sets: dict[str, int]
    release: str
    on: date
    k: int
    seed: int
    samples: int
    complete: bool
    started_at: str
    finished_at: str
    versions: dict[str, str]
    split: tuple[str, ...] = ()
    rows: tuple[RowAccount, ...] = ()
    cluster: Cluster = "none"

    def changes_from(self, earlier: RunManifest) -> list[str]:
        """Say why the answers of an earlier run are not valid in this one; empty if they are."""
        return [what for field, what in WORK.items() if getattr(self, field) != getattr(earlier, field)]


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that determine answers or numbers, and the type of machine."""
    known = {"python": platform.python_version(), "machine": platform.machine()}
    for name in ("hcpcs-suggest", "numpy", "faiss-cpu", "ir-measures", "sentence-transformers", "torch"):
        try:
            known[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return known


def new_manifest(
    system: System,
    cases: Sequence[Case],
    release: str,
    on: date,
    k: int,
    seed: int,
    samples: int,
    split: Sequence[str] = (),
    rows: tuple[RowAccount, ...] = (),
    cluster: Cluster = "source",
) -> RunManifest:
    """Make the manifest of a run that starts now."""
    sets: dict[str, int] = {}
    for case in cases:
        sets[case.set] = sets.get(case.set, 0) + 1
    return RunManifest(
        format=FORMAT,
        system=system.name,
        identity=msgspec.to_builtins(system.identity),
        code_sha256=source_digest(*CODE),
        case_set_sha256=case_set_sha256(cases),
        sets=sets,
        release=release,
        on=on,
        k=k,
        seed=seed,
        samples=samples,
        complete=False,
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        finished_at="",
        versions=versions(),
        split=tuple(split),
        rows=rows,
        cluster=cluster,
    )


def read_manifest(folder: Path) -> RunManifest:
    """Read the manifest of a run folder.

    Raises:
        RunFolderError: If there is none or it is of another format.
    """
    path = folder / "manifest.json"
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=RunManifest)
    except OSError as error:
        raise RunFolderError(f"{folder} is not a run folder: it has no manifest.json") from error
    except msgspec.MsgspecError as error:
        raise RunFolderError(f"{path} is not the manifest of a run: {error}") from error
    if manifest.format != FORMAT:
        raise RunFolderError(f"{folder} is of format {manifest.format}, this program reads {FORMAT}")
    return manifest


def write_json(path: Path, value: Any) -> None:
    """Write indented JSON to a temporary file and rename it, so that no reader sees an incomplete file."""
    _replace(path, msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")


def write_text(path: Path, text: str) -> None:
    """Write a text to a temporary file and rename it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, text.encode("utf-8"))


def _replace(path: Path, data: bytes) -> None:
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.replace(path)


def read_case_results(folder: Path) -> list[CaseResult]:
    """Read the answered cases of a run folder, in case order.

    An incomplete last line, left by a crash, is ignored: its case is asked again.

    Raises:
        RunFolderError: If the file is missing or another line is damaged.
    """
    path = folder / "cases.jsonl"
    if not path.is_file():
        raise RunFolderError(f"{folder} is not a run folder: it has no cases.jsonl")
    lines = path.read_bytes().split(b"\n")
    decoder = msgspec.json.Decoder(CaseResult)
    results = []
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            results.append(decoder.decode(line))
        except msgspec.MsgspecError as error:
            if number == len(lines):
                break
            raise RunFolderError(f"{path}, line {number}, is damaged: {error}") from error
    return results


def ask(
    system: System,
    cases: Sequence[Case],
    manifest: RunManifest,
    folder: Path,
    advance: Callable[[], None] = lambda: None,
) -> list[CaseResult]:
    """Ask every case, and write each result to `cases.jsonl` at once.

    An unfinished run of the same work in the folder is continued. Answers of other work are kept aside, as
    `cases-N.jsonl` and `manifest-N.json`, and the reason is told. On Ctrl-C the results so far stay on disk
    and `KeyboardInterrupt` is raised on.

    Args:
        system: What is asked.
        cases: Every case of the run.
        manifest: Of this run.
        folder: The run folder.
        advance: Called after each case.

    Returns:
        The results, in case order.

    Raises:
        MeasuredSystemError: If the system says that it is another one after the last answer.
    """
    folder.mkdir(parents=True, exist_ok=True)
    results = _resumed_results(manifest, folder, cases)
    write_json(folder / "manifest.json", manifest)
    for _ in results:
        advance()
    encoder = msgspec.json.Encoder()
    path = folder / "cases.jsonl"
    _replace(path, encoder.encode_lines(results))
    if len(results) < len(cases):
        system.rank(cases[0], manifest.k, manifest.on)  # the first call of many systems loads something
    with path.open("ab") as out:
        for case in cases[len(results) :]:
            start = time.perf_counter()
            answer = system.rank(case, manifest.k, manifest.on)
            results.append(make_case_result(case, answer, (time.perf_counter() - start) * 1000))
            out.write(encoder.encode(results[-1]) + b"\n")
            out.flush()
            advance()
    _check_unchanged(system)
    return results


def _check_unchanged(system: System) -> None:
    """Ask a service once more what it is: an index exchanged on the way would mix two systems in one run."""
    read_identity = getattr(system, "read_identity", None)
    if read_identity is not None and read_identity() != system.identity:
        raise MeasuredSystemError(
            f"{system.name} was changed during the run, so its answers are of two systems;"
            " run the same command again: it keeps them aside and starts afresh"
        )


def _resumed_results(manifest: RunManifest, folder: Path, cases: Sequence[Case]) -> list[CaseResult]:
    """Results of an interrupted run of the same work; empty when there is no such run."""
    if not (folder / "manifest.json").is_file():
        return []
    earlier = read_manifest(folder)
    if earlier.complete or not (folder / "cases.jsonl").is_file():
        return []
    changes = manifest.changes_from(earlier)
    if changes:
        _start_again(folder, manifest.system, changes)
        return []
    results = read_case_results(folder)
    if results:
        sys.stderr.write(f"hcpcs: {manifest.system}: continuing after {len(results)} of {len(cases)} cases\n")
    return results


def _start_again(folder: Path, system: str, changes: Sequence[str]) -> None:
    """Keep the answers of other work aside, under the first free number, and tell why."""
    number = 1
    while (folder / f"cases-{number}.jsonl").exists() or (folder / f"manifest-{number}.json").exists():
        number += 1
    (folder / "cases.jsonl").replace(folder / f"cases-{number}.jsonl")
    (folder / "manifest.json").replace(folder / f"manifest-{number}.json")
    sys.stderr.write(
        f"hcpcs: {system}: starting again, because {' and '.join(changes)};"
        f" the earlier answers are kept in {folder / f'cases-{number}.jsonl'}\n"
    )


def is_finished(folder: Path) -> bool:
    """Return whether a folder holds a finished run."""
    return (folder / "manifest.json").is_file() and read_manifest(folder).complete


def check_not_finished(folder: Path, manifest: RunManifest) -> None:
    """Refuse to measure other work where a finished run lies.

    Raises:
        RunFolderError: If the finished run was of other work or counted otherwise.
    """
    earlier = read_manifest(folder)
    changes = manifest.changes_from(earlier)
    if any(getattr(manifest, field) != getattr(earlier, field) for field in COUNTED):
        changes.append("split, seed or samples changed")
    if manifest.cluster != earlier.cluster:
        changes.append("what is drawn whole (--cluster) changed")
    if changes:
        raise RunFolderError(f"{folder} is a finished run, and {' and '.join(changes)}; {KEEP_OR_NOT}")


def finish(manifest: RunManifest, folder: Path) -> RunManifest:
    """Mark a run as complete on disk, and return the new manifest."""
    finished = msgspec.structs.replace(
        manifest, complete=True, finished_at=datetime.now(UTC).isoformat(timespec="seconds")
    )
    write_json(folder / "manifest.json", finished)
    return finished
