"""Shows that each fault of the list makes a test fail.

    python -m tests.mutants.run [--only PATTERN] [--jobs N] [--out FILE]

Each fault is put into a copy of the project, its module is compiled again if it is a compiled one, and the
tests of `index` and `suggest` run until one fails. The table goes to standard output, progress to stderr.

Exit status: 0 when every fault was seen, 1 when one was not, 2 when one could not be tried.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from fnmatch import fnmatchcase
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from tests.mutants.faults import AnchorError, Fault, FaultList, apply, read_faults
from tests.mutants.workspace import ROOT, Workspace, WorkspaceError, stages_for, timed_baseline

KILLED, SURVIVED, ERROR = "killed", "survived", "error"
MIN_LIMIT = 60.0  # seconds for a run of the tests
SLOWER = 4.0  # times the baseline's time, after which a run counts as hanging


class Result(NamedTuple):
    """The result for one fault: KILLED, SURVIVED or ERROR, with the test or the reason."""

    fault: Fault
    state: str
    detail: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the faults; returns the exit status."""
    options = _parser().parse_args(arguments)
    written = read_faults()
    faults = [
        fault
        for fault in written.fault
        if any(fnmatchcase(fault.id, pattern) or fault.module == pattern for pattern in options.only or ["*"])
    ]
    if not faults:
        print("no fault has such an id or module", file=sys.stderr)
        return 2
    for fault in faults:  # before anything is built
        try:
            apply(fault, (ROOT / fault.module).read_text(encoding="utf-8"))
        except (AnchorError, OSError) as error:
            print(error, file=sys.stderr)
            return 2
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        results, finished = _tried(faults, written, min(options.jobs, len(faults)), Path(folder))
    text = table(results)
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    print(text)
    states = {result.state for result in results}
    if not finished or ERROR in states:
        return 2
    return 1 if SURVIVED in states else 0


def table(results: Sequence[Result]) -> str:
    """The results as a Markdown table, with counts above it."""
    counts = Counter(result.state for result in results)
    lines = [
        f"{len(results)} faults: {counts[KILLED]} killed, {counts[SURVIVED]} survived, "
        f"{counts[ERROR]} could not be tried.",
        "",
        "| id | module | function | group | what is wrong | killed by |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for fault, state, detail in results:
        seen = detail if state == KILLED else f"**{state}** {detail}".strip()
        cells = (fault.id, fault.module, fault.function, fault.group, fault.what, seen)
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants.run", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--only", action="append", metavar="PATTERN", help="ids (* and ? allowed) or a module"
    )
    parser.add_argument(
        "--jobs", type=int, default=1, help="faults that are tried at a time, each in its copy"
    )
    parser.add_argument("--out", type=Path, help="file for the table")
    return parser


def _tried(faults: Sequence[Fault], written: FaultList, jobs: int, folder: Path) -> tuple[list[Result], bool]:
    """Test the faults in copies under a folder; returns the results and whether all faults were tested."""
    copies = [Workspace(folder / "0")]
    free: SimpleQueue[Workspace] = SimpleQueue()
    results: dict[str, Result] = {}
    finished = False
    with ThreadPoolExecutor(jobs) as pool:
        try:
            seconds = timed_baseline(copies[0])
            _say(f"without a fault all tests pass ({seconds:.0f} s)")
            copies += [Workspace(folder / str(number), built=copies[0]) for number in range(1, jobs)]
            for copy in copies:
                free.put(copy)
            limit = max(MIN_LIMIT, SLOWER * seconds)
            futures = {
                pool.submit(
                    _try, fault, stages_for(fault.module, written.tests.get(fault.module, ())), free, limit
                ): fault
                for fault in faults
            }
            _collect(futures, results)
            finished = True
        except KeyboardInterrupt:
            _say("interrupted")
        except WorkspaceError as error:
            _say(str(error))
        finally:
            if not finished:
                for copy in copies:
                    copy.stop()
                pool.shutdown(wait=True, cancel_futures=True)
    return [results[fault.id] for fault in faults if fault.id in results], finished


def _collect(futures: dict[Future[Result], Fault], results: dict[str, Result]) -> None:
    start = time.monotonic()
    for number, future in enumerate(as_completed(futures), 1):
        result = future.result()
        results[result.fault.id] = result
        minutes = (time.monotonic() - start) / 60
        _say(
            f"[{number}/{len(futures)}, {minutes:.1f} min] {result.fault.id}: {result.state} {result.detail}"
        )


def _try(fault: Fault, stages: Sequence[Sequence[str]], free: SimpleQueue[Workspace], limit: float) -> Result:
    workspace = free.get()
    try:
        outcome = workspace.check(fault, stages, limit)
    except (AnchorError, WorkspaceError) as error:
        return Result(fault, ERROR, " ".join(str(error).split()))
    finally:
        free.put(workspace)
    if outcome.passed:
        return Result(fault, SURVIVED, "")
    return Result(
        fault, KILLED, outcome.test if outcome.how == "failed" else f"{outcome.how} in {outcome.test}"
    )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
