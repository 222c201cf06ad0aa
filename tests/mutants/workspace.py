"""A copy of the project in which one fault at a time is built and tested."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.mutants.faults import Fault, apply

ROOT = Path(__file__).parents[2]
COPIED = ("api", "benchmarks", "docs", "eval", "index", "suggest", "tests")
# No libraries: a copy compiles all modules with COMPILE_ARGS, so that a fault differs by its source only.
NOT_COPIED = ("__pycache__", "node_modules", ".hypothesis", "*.so", "*.pyd")
COMPILE_ARGS = "-O1 -g0"  # in place of -O3: compiling takes longer than the tests of the module
COMPILED = (".pyx", ".pxd")
LIBRARIES = (".so", ".pyd")
TESTED = ("index", "suggest")
# Slow tests that do not concern what the ranker computes.
NOT_TESTED = ("training", "download")
BASELINE_LIMIT = 3600.0  # seconds
MARKERS = "not shared and not model and not browser and not install"

_RESULT = re.compile(r"^(tests/\S+?\.py::.+?) (PASSED|FAILED|ERROR|SKIPPED|XFAIL|Fatal|$)", re.MULTILINE)
_BROKEN = re.compile(r"^ERROR (tests/\S+)", re.MULTILINE)  # a test file that cannot be imported


class WorkspaceError(Exception):
    """The fault cannot be built, or the tests cannot be run."""


class Outcome(NamedTuple):
    """How a run of tests ended.

    Attributes:
        passed: All tests passed.
        how: Where not, "failed", "time-out" or "crash".
        test: The test at which it ended; empty where unknown.
    """

    passed: bool
    how: str = ""
    test: str = ""


class Workspace:
    """A copy of the project's packages and tests. Used by one thread at a time."""

    def __init__(self, folder: Path, built: Workspace | None = None) -> None:
        """Copy the project into a folder.

        Args:
            folder: Must not exist.
            built: A copy whose compiled modules are taken too; without one, `build` compiles all modules.
        """
        self.folder = folder
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False
        folder.mkdir(parents=True)
        for name in COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(*NOT_COPIED))
        for path in ROOT.iterdir():
            if path.is_file():
                shutil.copy2(path, folder)
        if built is not None:
            for path in built.compiled():
                copy = folder / path.relative_to(built.folder)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, copy)
        (folder / "tmp").mkdir()
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(folder),
            # Compiled Python is cached beside the copy: not in it, and not in the project.
            "PYTHONPYCACHEPREFIX": str(folder / "tmp" / "pycache"),
            "TMPDIR": str(folder / "tmp"),
            "HCPCS_COMPILE_ARGS": COMPILE_ARGS,
            "HCPCS_PLAIN_PYTHON": "1",  # a fault in a plain module is tested without compiling it
            "HCPCS_HOME": str(folder / "tmp" / "home"),
        }
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def build(self) -> None:
        """Compile the modules whose source is newer than their compiled file.

        Raises:
            WorkspaceError: If one does not compile.
        """
        code, output = self._run([sys.executable, "setup.py", "-q", "build_ext", "--inplace"], 600)
        if code != 0:
            lines = [line for line in output.splitlines() if "error" in line.lower()]
            raise WorkspaceError(f"does not compile: {lines[0] if lines else output[-300:]}")

    def test(self, files: Sequence[str], limit: float) -> Outcome:
        """Run test files until a test fails.

        Args:
            files: Paths from the project's root, in the order in which they are run.
            limit: Seconds after which the run is ended.

        Raises:
            WorkspaceError: If pytest finds no test or cannot run.
        """
        command = [sys.executable, "-m", "pytest", "-x", "-v", "--tb=no", "-p", "no:cacheprovider"]
        try:
            code, output = self._run([*command, "-m", MARKERS, *files], limit)
        except subprocess.TimeoutExpired as error:
            return Outcome(False, "time-out", _last_test(str(error.output)))
        if code == 0:
            return Outcome(True)
        if code < 0:
            return Outcome(False, "crash", _last_test(output))
        if code in (1, 2):  # 2: a test file cannot be imported
            return Outcome(False, "failed", _last_test(output))
        raise WorkspaceError(f"pytest ended with status {code}: {output[-300:]}")

    def check(self, fault: Fault, stages: Iterable[Sequence[str]], limit: float) -> Outcome:
        """Apply a fault, run the tests stage by stage until one fails, and restore the source.

        Raises:
            AnchorError: If the fault's text does not stand where it says.
            WorkspaceError: If the fault does not compile, or the tests cannot be run.
        """
        source = self.folder / fault.module
        compiled = source.suffix in COMPILED
        saved = self._save([source, *(self.compiled() if compiled else ())])
        try:
            source.write_text(apply(fault, source.read_text(encoding="utf-8")), encoding="utf-8")
            if compiled:
                self.build()
                if not any(_changed(path, copy) for path, copy in saved.items() if path.suffix in LIBRARIES):
                    raise WorkspaceError("no module was compiled again")
            for files in stages:
                outcome = self.test(files, limit)
                if not outcome.passed:
                    return outcome
            return Outcome(True)
        finally:
            for path, copy in saved.items():
                if _changed(path, copy):  # with the old times, so that nothing is compiled again
                    shutil.copy2(copy, path)

    def stop(self) -> None:
        """End the running command from another thread, and start no other."""
        self._stopped = True
        if self._process is not None:
            _kill(self._process)

    def compiled(self) -> list[Path]:
        """All compiled files: `setup.py` copies every library from the build folder."""
        files = [path for path in (self.folder / "build").rglob("*") if path.is_file()]
        for package in TESTED:
            files += [path for path in (self.folder / package).rglob("*") if path.suffix in LIBRARIES]
        return files

    def _save(self, paths: Iterable[Path]) -> dict[Path, Path]:
        """Copy files, with their times; returns the copy of each."""
        saved = {path: self.folder / "tmp" / "saved" / path.relative_to(self.folder) for path in paths}
        for path, copy in saved.items():
            if not copy.exists() or _changed(path, copy):
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, copy)
        return saved

    def _run(self, command: Sequence[str], limit: float) -> tuple[int, str]:
        """Run a command in the copy and return its status and what it wrote."""
        if self._stopped:
            raise WorkspaceError("stopped")
        self._process = process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            output, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            _kill(process)
            output, _ = process.communicate()
            raise subprocess.TimeoutExpired(command, limit, output) from None
        finally:
            self._process = None
        if self._stopped:
            raise WorkspaceError("stopped")
        return process.returncode, output


def stages_for(module: str, first: Sequence[str] = (), folder: Path = ROOT) -> list[list[str]]:
    """Test files for a fault in a module, in two stages.

    Args:
        module: Path from the project's root.
        first: Test files of the first stage, beside those that bear the module's name.
        folder: The project's root.

    Returns:
        The first stage, then all other tests of the packages; a stage without files is left out.
    """
    found = [
        path.relative_to(folder).as_posix()
        for package in TESTED
        for path in sorted((folder / "tests").glob(f"test_{package}_*.py"))
        if not any(word in path.stem for word in NOT_TESTED)
    ]
    name = Path(module).stem.strip("_")
    near = [file for file in found if file in first or f"_{name}_" in f"{Path(file).stem}_"]
    return [files for files in (near, [file for file in found if file not in near]) if files]


def timed_baseline(workspace: Workspace) -> float:
    """Build and test a copy without a fault; returns the seconds that the tests took.

    Raises:
        WorkspaceError: If a test fails.
    """
    workspace.build()
    start = time.monotonic()
    outcome = workspace.test([file for files in stages_for("no module") for file in files], BASELINE_LIMIT)
    if not outcome.passed:
        raise WorkspaceError(f"without a fault, {outcome.test or 'a test'} ends in {outcome.how}")
    return time.monotonic() - start


def _last_test(output: str) -> str:
    """The test that failed, else the last one that was started."""
    results: list[tuple[str, str]] = _RESULT.findall(output)
    for test, result in results:
        if result in ("FAILED", "ERROR"):
            return test
    broken = _BROKEN.search(output)
    if broken is not None:
        return broken[1]
    return results[-1][0] if results else ""


def _changed(path: Path, copy: Path) -> bool:
    return not path.exists() or path.stat().st_mtime_ns != copy.stat().st_mtime_ns


def _kill(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
