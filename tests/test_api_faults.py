"""Faults of the machine: a slow disk, a disk that cannot be written, a clock that jumps."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from api.trail.key import read_key
from api.trail.verify import verify
from tests.index_fakes import build_small
from tests.test_api_commands_serve import Clients, serving
from tests.waiting import wait_until

ROOT = Path(__file__).parents[1]
DELAY_MS = 30


@pytest.fixture
def slow(tmp_path: Path) -> dict[str, str]:
    """Environment in which the disk below the test's folder is slow."""
    if sys.platform != "linux" or shutil.which("gcc") is None:
        pytest.skip("a slow disk is made with gcc and Linux's LD_PRELOAD")
    library = tmp_path / "slow_disk.so"
    source = Path(__file__).with_name("slow_disk.c")
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    home = tmp_path / "home"
    home.mkdir()
    return {
        "LD_PRELOAD": str(library),
        "SLOW_FOLDER": str(home),
        "SLOW_MS": str(DELAY_MS),
        "HCPCS_HOME": str(home),
    }


def run(*arguments: str | Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """One command of ours."""
    command = [sys.executable, "-m", "api", *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_slow_disk_changes_no_answer_and_loses_no_record(slow: dict[str, str]) -> None:
    """Every request is answered and recorded, health answers, and SIGTERM ends the service in time."""
    home = Path(slow["HCPCS_HOME"])
    with serving(HCPCS_TRAIL="1", **slow) as (process, address):
        clients = Clients(address, 4)
        wait_until(lambda: clients.answered > 60, what="the load")
        began = time.monotonic()
        assert httpx.get(f"{address}/health/live").status_code == 200
        waited = time.monotonic() - began
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        code = process.wait(30)
        took = time.monotonic() - asked
        clients.join()
    checked = verify(home / "trail", read_key(home / "trail.key"))

    assert (clients.lost, clients.other, code) == (0, [], 0)
    assert checked.findings == []
    assert checked.records >= clients.answered
    assert waited < 2
    assert took < 10


def test_an_index_on_a_slow_disk_is_built_and_read_as_on_a_fast_one(
    slow: dict[str, str], tmp_path: Path
) -> None:
    """The same answer."""
    slow["SLOW_MS"] = "1"
    folder = Path(slow["HCPCS_HOME"]) / "index"
    built = run("index", "build", "--release", "starter", "--out", folder, **slow)
    command = ("suggest", "walker", "--json", "--index", folder)

    assert built.returncode == 0, built.stderr
    assert run(*command, **slow).stdout == run(*command, HCPCS_HOME=str(tmp_path)).stdout != ""


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A disk with an index in `index`, which then became read-only."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", disk], capture_output=True, check=False).returncode:
        pytest.skip("mounting a disk needs root")
    build_small(disk / "index")
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


@pytest.mark.parametrize(
    "command",
    [
        ("index", "build", "--release", "starter", "--out", "{disk}/new"),
        ("batch", "{folder}/in.csv", "{disk}/out.csv", "--index", "{folder}/index"),
        ("serve", "--port", "0"),
        ("index", "activate", "index"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_a_read_only_disk_is_told_in_one_sentence(
    read_only: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """Naming the file or folder that cannot be written."""
    (tmp_path / "in.csv").write_text("text\nwalker\n")
    assert run("index", "build", "--release", "starter", "--out", tmp_path / "index").returncode == 0
    filled = [word.format(disk=read_only, folder=tmp_path) for word in command]
    done = run(*filled, HCPCS_HOME=str(read_only), HCPCS_TRAIL="1")

    assert done.returncode in (1, 2)
    assert done.stderr.count("\n") == 1, done.stderr
    assert str(read_only) in done.stderr


def test_an_index_on_a_read_only_disk_answers(read_only: Path, tmp_path: Path) -> None:
    """Reading writes nothing."""
    folder = read_only / "index"
    assert run("index", "verify", folder, HCPCS_HOME=str(tmp_path)).returncode == 0
    assert run("code", "A0001", "--index", folder, HCPCS_HOME=str(read_only)).returncode == 0


FAKE_TIME = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))


@pytest.mark.parametrize("days", [400, -400])
def test_a_clock_that_jumps_stops_nothing(tmp_path: Path, days: int) -> None:
    """Answers go on, for the new day; the trail's chain holds; no caller is let in or kept out for it."""
    if not FAKE_TIME:
        pytest.skip("libfaketime is not installed; install Debian's faketime")
    clock = tmp_path / "clock"
    clock.write_text("+0d")
    environ = {
        "LD_PRELOAD": str(FAKE_TIME[0]),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "HCPCS_HOME": str(tmp_path),
        "HCPCS_TRAIL": "1",
    }

    def asked(address: str) -> date:
        response = httpx.post(f"{address}/v1/suggest", json={"text": "walker"}, timeout=20)
        assert response.status_code == 200
        return date.fromisoformat(response.json()["date_of_service"])

    with serving(**environ) as (process, address):
        before = asked(address)
        clock.write_text(f"{days:+}d")
        wait_until(lambda: asked(address) != before, what="the new day")
        after = asked(address)
        assert httpx.get(f"{address}/health/ready").status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0

    assert abs(after - (datetime.now(UTC).date() + timedelta(days))) <= timedelta(1)
    assert verify(tmp_path / "trail", read_key(tmp_path / "trail.key")).findings == []
