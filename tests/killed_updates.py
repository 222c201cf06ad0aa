"""Kills `hcpcs index update` at its n-th step, for many n; a process of its own, since it forks.

Arguments: a data folder with an active index, a release file, a folder to work in, the most kills. Prints one
JSON object for each kill: the step, and what was found after it and after the next update.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from api.building import BuildOptions
from api.updating import update_index
from index.errors import HcpcsError
from index.home import Home
from index.store.contents import verify

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
STEPS = {"os.mkdir", "os.remove", "os.rename", "os.rmdir", "sqlite3.connect", "index.files.exchange"}


def is_step(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether something on the disk is about to change."""
    return event in STEPS or (event == "open" and bool(arguments[2] & WRITING))


def in_child(work: Callable[[], None]) -> int:
    """Run something in a process of its own; its exit status, negative for a signal."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except HcpcsError as error:
            sys.stderr.write(f"{error}\n")
            os._exit(2)
        finally:
            os._exit(3)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def update(
    home: Path, release: Path, kill_at: int | None, *, told: Path | None = None, output: int = 1
) -> None:
    """Update, and die at a step that is named on `output`; `told` gets the number of steps at the end."""
    steps = 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal steps
        if is_step(event, arguments):
            steps += 1
            if steps == kill_at:
                os.write(output, f"{event}\n".encode())
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    update_index(Home(home), BuildOptions(release=str(release)), on=date(2026, 5, 1))
    if told is not None:
        told.write_text(str(steps))


def found(home: Path) -> dict[str, Any]:
    """What lies in a data folder, and whether the active index is whole."""
    state: dict[str, Any] = {
        "home": sorted(path.name for path in home.iterdir()),
        "indexes": sorted(path.name for path in (home / "indexes").iterdir()),
    }
    folder = Home(home).active()
    assert folder is not None
    verify(folder)
    return {**state, "active": folder.name}


def main(template: Path, release: Path, work: Path, most: int) -> None:
    """Kill, look, update again, look again."""
    told = work / "steps"
    shutil.copytree(template, work / "count")
    assert in_child(partial(update, work / "count", release, None, told=told)) == 0
    steps = int(told.read_text())
    stride = max(1, -(-steps // most))
    for step in range(1, steps + 1, stride):
        home = work / "killed"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(template, home)
        reading, writing = os.pipe()
        status = in_child(partial(update, home, release, step, output=writing))
        os.close(writing)
        with os.fdopen(reading) as pipe:
            event = pipe.read().strip()
        killed = found(home)
        again = in_child(partial(update, home, release, None))
        row = {"step": step, "of": steps, "event": event, "status": status, "killed": killed}
        print(json.dumps({**row, "again": again, "after": found(home)}), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
