"""Metrics of several workers on a temporary disk that is full."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.test_api_commands_serve import serving

ROOT = Path(__file__).parents[1]
COUNT_MUCH = """
from api.http.metric_files import reserve_metric_files
print(reserve_metric_files())
from api.http.metrics import Metrics
metrics = Metrics()
for number in range(2000):
    metrics.observe("GET", f"/route/{number % 50}", 200 + number % 40, 0.01)
print(metrics.render().count(b"hcpcs_http_requests_total{"))
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 300 KB; the test is skipped where none may be mounted."""
    folder = tmp_path / "small"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def count_much(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", COUNT_MUCH],
        cwd=ROOT,
        env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_files_have_all_their_blocks(tmp_path: Path) -> None:
    """Where there is room, what is counted does not make the files larger."""
    done = count_much(tmp_path)

    assert (done.returncode, done.stdout.split()) == (0, ["True", "200"])
    sizes = {path.name.split("_")[0]: path.stat() for path in tmp_path.iterdir()}
    assert {name: stat.st_size for name, stat in sizes.items()} == {
        "counter": 2 << 20,
        "histogram": 512 << 10,
    }
    assert all(stat.st_blocks * 512 >= stat.st_size for stat in sizes.values())


def test_a_full_disk_leaves_metrics_in_memory(small_disk: Path) -> None:
    """Without room the process counts alone, says so, and lives."""
    done = count_much(small_disk)

    assert (done.returncode, done.stdout.split()) == (0, ["False", "200"])
    assert "no room for metrics" in done.stderr
    assert list(small_disk.iterdir()) == []


def test_workers_answer_on_a_full_disk(small_disk: Path) -> None:
    """`hcpcs serve --workers 2` starts, answers and counts although the temporary folder is full."""
    with serving("--workers", "2", TMPDIR=str(small_disk), HCPCS_RATE_LIMIT="1000") as (_, address):
        statuses = {httpx.post(f"{address}/v1/suggest", json={"text": "cane"}).status_code for _ in range(20)}
        metrics = httpx.get(f"{address}/metrics").text

    assert statuses == {200}
    assert "hcpcs_http_requests_total" in metrics
