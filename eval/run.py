"""Asking a system every case, keeping each answer as it comes, and continuing after an interruption."""

from __future__ import annotations

import hashlib
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
from eval.cases.cases import Case, case_set_sha256
from eval.errors import RunFolderError
from eval.systems.systems import System

FORMAT = 1


class RunManifest(msgspec.Struct, frozen=True):
    """What a run measured and with what; two runs are comparable when `case_set_sha256` is the same.

    Attributes:
        system: Its name in tables.
        identity: What else decides its answers; see `eval.systems.systems.System`.
        code_sha256: Over the Python files of `index` and `suggest`: another hash may answer differently.
        release: The code set that cases were checked against.
        on: Date of service of cases without one.
        complete: Whether every case was asked.
        split: Case sets whose kinds were counted as sets of their own.
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

    def same_work(self, other: RunManifest) -> bool:
        """Whether answers of the other run may stand in this one."""
        fields = ("format", "system", "identity", "code_sha256", "case_set_sha256", "on", "k")
        return all(getattr(self, field) == getattr(other, field) for field in fields)


def versions() -> dict[str, str]:
    """Python, the machine, and the packages that decide answers or numbers."""
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for name in ("hcpcs-suggest", "numpy", "faiss-cpu", "ir-measures", "sentence-transformers", "torch"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def code_sha256() -> str:
    """One hash over the source of the packages that answer."""
    import index
    import suggest

    digest = hashlib.sha256()
    for package in (index, suggest):
        folder = Path(package.__path__[0])
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def new_manifest(
    system: System,
    cases: Sequence[Case],
    release: str,
    on: date,
    k: int,
    seed: int,
    samples: int,
    split: Sequence[str] = (),
) -> RunManifest:
    """The manifest of a run that is about to start."""
    sets: dict[str, int] = {}
    for case in cases:
        sets[case.set] = sets.get(case.set, 0) + 1
    return RunManifest(
        format=FORMAT,
        system=system.name,
        identity=msgspec.to_builtins(system.identity),
        code_sha256=code_sha256(),
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
    )


def read_manifest(folder: Path) -> RunManifest:
    """The manifest of a run folder.

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
    """Write indented JSON aside and rename it into place, so that no reader sees half a file."""
    aside = path.with_name(path.name + ".part")
    aside.write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")
    aside.replace(path)


def write_text(path: Path, text: str) -> None:
    """Write a text aside and rename it into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(path.name + ".part")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)


def read_case_results(folder: Path) -> list[CaseResult]:
    """The answered cases of a run folder, in case order.

    A last line cut short by a crash is left out: its case is asked again.

    Raises:
        RunFolderError: If the file is missing or another line is damaged.
    """
    path = folder / "cases.jsonl"
    if not path.is_file():
        raise RunFolderError(f"{folder} is not a run folder: it has no cases.jsonl")
    lines = path.read_bytes().split(b"\n")
    decoder = msgspec.json.Decoder(CaseResult)
    rows = []
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            rows.append(decoder.decode(line))
        except msgspec.MsgspecError as error:
            if number == len(lines):
                break
            raise RunFolderError(f"{path}, line {number}, is damaged: {error}") from error
    return rows


def ask(
    system: System,
    cases: Sequence[Case],
    manifest: RunManifest,
    folder: Path,
    advance: Callable[[], None] = lambda: None,
) -> list[CaseResult]:
    """Ask every case and write each row to `cases.jsonl` at once.

    An unfinished run of the same work in the folder is continued; a finished one is measured afresh. On
    Ctrl-C the rows so far stay on disk and the interruption travels on.

    Returns:
        The rows, in case order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    done = _resumed_results(manifest, folder, cases)
    write_json(folder / "manifest.json", manifest)
    encoder = msgspec.json.Encoder()
    rows = list(done)
    for _ in rows:
        advance()
    path = folder / "cases.jsonl"
    aside = path.with_name("cases.jsonl.part")
    aside.write_bytes(b"".join(encoder.encode(row) + b"\n" for row in rows))
    aside.replace(path)
    if len(rows) < len(cases):
        system.rank(cases[0], manifest.k, manifest.on)  # the first call of many systems loads something
    with path.open("ab") as out:
        for case in cases[len(rows) :]:
            started = time.perf_counter()
            ranking = system.rank(case, manifest.k, manifest.on)
            rows.append(make_case_result(case, ranking, (time.perf_counter() - started) * 1000))
            out.write(encoder.encode(rows[-1]) + b"\n")
            out.flush()
            advance()
    return rows


def _resumed_results(manifest: RunManifest, folder: Path, cases: Sequence[Case]) -> list[CaseResult]:
    """The rows of an interrupted run of the same work; none when there is no such run."""
    if not (folder / "manifest.json").is_file():
        return []
    earlier = read_manifest(folder)
    if earlier.complete or not earlier.same_work(manifest) or not (folder / "cases.jsonl").is_file():
        return []
    rows = read_case_results(folder)
    if rows:
        sys.stderr.write(f"hcpcs: {manifest.system}: continuing after {len(rows)} of {len(cases)} cases\n")
    return rows


def finish(manifest: RunManifest, folder: Path) -> RunManifest:
    """Mark a run as complete."""
    done = msgspec.structs.replace(
        manifest, complete=True, finished_at=datetime.now(UTC).isoformat(timespec="seconds")
    )
    write_json(folder / "manifest.json", done)
    return done
