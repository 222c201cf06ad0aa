"""A batch that is killed leaves no process behind, no lock, and an output that the next run completes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from api.building import build_index
from index.home import Home
from tests.waiting import wait_until

ROOT = Path(__file__).parents[1]
ROWS = 20_000

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def descendants(pid: int) -> list[int]:
    """The processes below a process."""
    with suppress(OSError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [each for child in map(int, children) for each in (child, *descendants(child))]
    return []


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_killed_batch_leaves_nothing_that_blocks(tmp_path: Path, ending: str) -> None:
    """`kill -9` while two workers answer: they end too; the same command completes it, every row once."""
    parquet = pytest.importorskip("pyarrow.parquet")
    folder = build_index(Home(tmp_path / "home"), on=date(2026, 1, 15))[0]
    given, wanted = tmp_path / "in.csv", tmp_path / f"out.{ending}"
    given.write_text("id,text\n" + "".join(f"{number},walker {number}\n" for number in range(ROWS)))
    options = ["-k", "1", "--processes", "3", "--index", str(folder)]
    command = [sys.executable, "-m", "api", "batch", str(given), str(wanted), *options]
    environ = {**os.environ, "HCPCS_HOME": str(tmp_path / "home")}
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
    partial = tmp_path / f"out.{ending}.partial"
    started = 1024 * len(b"0,walker 0,E0143,0.9,Walker\n")  # more than the rows that precede the workers
    wait_until(lambda: partial.exists() and partial.stat().st_size > started, what="the workers' first rows")
    wait_until(lambda: len(descendants(process.pid)) >= 2, what="two workers")
    below = descendants(process.pid)
    refused = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()

    assert refused.returncode == 2
    assert f"another run is writing out.{ending}" in refused.stderr
    wait_until(lambda: not any(map(is_running, below)), what="the end of the workers")
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, "from an interrupted run" in done.stderr) == (0, True)
    if ending == "parquet":
        ids = parquet.read_table(wanted)["id"].to_pylist()
    else:
        ids = [line.split(",")[0] for line in wanted.read_text().splitlines()[1:]]
    assert ids == [str(number) for number in range(ROWS)]
    assert f"hcpcs: {ROWS} rows; " in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "in.csv", f"out.{ending}"]
